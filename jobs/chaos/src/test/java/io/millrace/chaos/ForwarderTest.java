package io.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On addresses of loopback that nobody else uses. */
class ForwarderTest {
  private static final String BEFORE = "127.0.0.71";
  private static final String BEHIND = "127.0.0.72";
  private static final int TIMEOUT_MILLIS = 10_000;

  private ServerSocket server;
  private Forwarder forwarder;

  @BeforeEach
  void open() throws Exception {
    server = new ServerSocket(0, 50, InetAddress.getByName(BEHIND));
    server.setSoTimeout(TIMEOUT_MILLIS);
    forwarder = new Forwarder(BEFORE, BEHIND, server.getLocalPort(), 1);
  }

  @AfterEach
  void close() throws IOException {
    forwarder.close();
    server.close();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.connect(new InetSocketAddress(BEFORE, server.getLocalPort()), TIMEOUT_MILLIS);
    return socket;
  }

  private Socket accept() throws IOException {
    Socket socket = server.accept();
    socket.setSoTimeout(TIMEOUT_MILLIS);
    return socket;
  }

  @Test
  void passesBytesOnInBothDirections() throws Exception {
    try (Socket near = connect();
        Socket far = accept()) {
      near.getOutputStream().write(new byte[] {1, 2, 3});
      assertThat(far.getInputStream().readNBytes(3)).containsExactly(1, 2, 3);
      far.getOutputStream().write(new byte[] {4, 5});
      assertThat(near.getInputStream().readNBytes(2)).containsExactly(4, 5);
    }
  }

  @Test
  void whoEndsAConnectionEndsItForTheOther() throws Exception {
    try (Socket near = connect();
        Socket far = accept()) {
      near.getOutputStream().write(7);
      near.shutdownOutput();
      assertThat(far.getInputStream().read()).isEqualTo(7);
      assertThat(far.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aCutBreaksWhatIsConnectedAndRefusesOthersUntilItsEnd() throws Exception {
    try (Socket near = connect();
        Socket far = accept()) {
      near.getOutputStream().write(7);
      assertThat(far.getInputStream().read()).isEqualTo(7);

      forwarder.cut();

      assertThatThrownBy(() -> near.getInputStream().read()).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> far.getInputStream().read()).isInstanceOf(IOException.class);
      assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    }

    forwarder.restore();

    try (Socket near = connect();
        Socket far = accept()) {
      near.getOutputStream().write(8);
      assertThat(far.getInputStream().read()).isEqualTo(8);
    }
  }

  @Test
  void whereNobodyListensTheConnectionEnds() throws Exception {
    server.close();
    // The reset may come while the connection is made, or when it is read from.
    assertThatThrownBy(
            () -> {
              try (Socket near = connect()) {
                near.getInputStream().read();
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void whatIsClosedStaysSo() throws Exception {
    forwarder.close();
    forwarder.restore();
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
  }
}

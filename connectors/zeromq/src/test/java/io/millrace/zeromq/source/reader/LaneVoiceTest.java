package io.millrace.zeromq.source.reader;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.detector.wire.LaneStatus;
import io.millrace.zeromq.source.split.LanePosition;
import io.millrace.zeromq.source.split.LaneSplit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

@SuppressWarnings("try") // a voice speaks by itself
class LaneVoiceTest {
  /** What a socket with keys says first: signature, version 3.0, mechanism, no server, filler. */
  private static byte[] greetingWithKeys() {
    byte[] greeting = new byte[64];
    greeting[0] = (byte) 0xff;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    byte[] mechanism = "CURVE".getBytes(US_ASCII);
    System.arraycopy(mechanism, 0, greeting, 12, mechanism.length);
    return greeting;
  }

  /** A module whose last message was lost has to be told from those that wait for it. */
  @Test
  void tellsWhichModuleHasNoRoom() {
    try (ZContext zmq = new ZContext()) {
      ZMQ.Socket own = zmq.createSocket(SocketType.PULL);
      own.setReceiveTimeOut(20_000);
      String at = "tcp://127.0.0.1:" + own.bindToRandomPort("tcp://127.0.0.1");
      LaneSplit lane = new LaneSplit(0, List.of("unused", "unused too"), at, LanePosition.START);
      try (LaneVoice voice = new LaneVoice(lane, 1, Optional.empty())) {
        voice.waiting(1, true);
        assertThat(awaitStatus(own, 1, true).next()).isEqualTo(1);
        assertThat(awaitStatus(own, 0, false).next()).isEqualTo(1);
        voice.waiting(true);
        awaitStatus(own, 0, true);
        voice.waiting(false);
        voice.waiting(1, false);
        awaitStatus(own, 1, false);
      }
    }
  }

  private static LaneStatus awaitStatus(ZMQ.Socket socket, int module, boolean waiting) {
    return await()
        .until(
            () -> {
              byte[] bytes = socket.recv();
              return LaneStatus.decode(bytes, 0, bytes.length).orElseThrow();
            },
            status -> status.module() == module && status.waiting() == waiting);
  }

  /** After an error of protocol, which a refusal is, JeroMQ does not connect again by itself. */
  @Test
  void isHeardAfterARefusal() throws IOException {
    try (ServerSocket keyed = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        ZContext zmq = new ZContext()) {
      LaneSplit lane =
          new LaneSplit(
              0, List.of("unused"), "tcp://127.0.0.1:" + keyed.getLocalPort(), LanePosition.START);
      try (LaneVoice voice = new LaneVoice(lane, 1, Optional.empty())) {
        keyed.setSoTimeout(20_000);
        try (Socket refusing = keyed.accept()) {
          refusing.getOutputStream().write(greetingWithKeys());
          refusing.getInputStream().readAllBytes(); // until it hangs up
        }
        keyed.close();
        ZMQ.Socket own = zmq.createSocket(SocketType.PULL);
        own.setReceiveTimeOut(20_000);
        own.bind(lane.statuses());
        assertThat(own.recv()).isNotNull();
      }
    }
  }
}

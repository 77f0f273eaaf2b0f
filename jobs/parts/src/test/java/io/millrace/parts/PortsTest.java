package io.millrace.parts;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void twoOptionsCannotHaveOnePort() {
    Ports ports = new Ports().take("--a", 5000, 4);
    assertThatCode(() -> ports.take("--b", 5004, 1)).doesNotThrowAnyException();
    assertThatThrownBy(() -> ports.take("--c", 4999, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("port 5000 is asked for by --a and by --c");
  }

  @Test
  void portsAreSixteenBits() {
    assertThatCode(() -> new Ports().take("--a", 1, 1).take("--b", 65_534, 2))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> new Ports().take("--a", 0, 1))
        .hasMessageContaining("--a 0: port 0 is not one of 1 to 65,535");
    assertThatThrownBy(() -> new Ports().take("--a", 65_534, 3))
        .hasMessageContaining("--a 65534: port 65536 is not one of 1 to 65,535");
  }

  @Test
  void aPortInUseIsNamedWithItsOption() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> new Ports().take("--a", port, 1).requireFree())
          .isInstanceOf(RunFailure.class)
          .hasMessage("port %d is in use; end what uses it, or give another --a", port);
    }
  }
}

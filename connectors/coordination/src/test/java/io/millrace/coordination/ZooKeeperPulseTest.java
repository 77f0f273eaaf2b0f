package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZooKeeperPulseTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir Path data;

  @Test
  void aServerOfThisMachineHasItsClockAndNothingIsLeft() throws Exception {
    try (ZooKeeperNode server = ZooKeeperNode.start("127.0.0.1", 0, data);
        ZooKeeperConnection zooKeeper =
            ZooKeeperConnection.open("127.0.0.1:" + server.port(), TIMEOUT)) {
      ZooKeeperPulse pulse = ZooKeeperPulse.take(zooKeeper);
      assertThat(pulse.latency()).isPositive();
      assertThat(pulse.ahead().abs()).isLessThanOrEqualTo(pulse.uncertainty());
      assertThat(pulse.servers()).isEqualTo(1);
      assertThat(zooKeeper.client().getChildren().forPath(ZooKeeperConnection.ROOT)).isEmpty();
    }
  }

  @Test
  void aServerThatIsGoneIsAnError() throws Exception {
    ZooKeeperNode server = ZooKeeperNode.start("127.0.0.1", 0, data);
    try (ZooKeeperConnection zooKeeper =
        ZooKeeperConnection.open("127.0.0.1:" + server.port(), Duration.ofSeconds(1))) {
      server.close();
      assertThatThrownBy(() -> ZooKeeperPulse.take(zooKeeper))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(zooKeeper.address());
    }
  }
}

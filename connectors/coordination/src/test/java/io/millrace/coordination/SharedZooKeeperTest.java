package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedZooKeeperTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir Path data;

  @Test
  void allSharesAreOneConnectionThatTheLastOneCloses() throws IOException {
    try (ZooKeeperNode server = ZooKeeperNode.start("127.0.0.1", 0, data)) {
      String address = "127.0.0.1:" + server.port();
      SharedZooKeeper first = SharedZooKeeper.join(address, TIMEOUT);
      SharedZooKeeper second = SharedZooKeeper.join(address, TIMEOUT);
      assertThat(second.connection()).isSameAs(first.connection());
      first.close();
      first.close(); // gives back no other share
      assertThat(second.connection().isConnected()).isTrue();
      second.close();
      try (SharedZooKeeper next = SharedZooKeeper.join(address, TIMEOUT)) {
        assertThat(next.connection()).isNotSameAs(first.connection());
        assertThat(next.connection().isConnected()).isTrue();
      }
    }
  }

  @Test
  void whoFindsNoServerLeavesNothingBehind() throws IOException {
    int port;
    try (ZooKeeperNode server = ZooKeeperNode.start("127.0.0.1", 0, data)) {
      port = server.port();
    }
    String address = "127.0.0.1:" + port;
    assertThatThrownBy(() -> SharedZooKeeper.join(address, Duration.ofMillis(200)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no ZooKeeper at " + address);
    try (ZooKeeperNode server = ZooKeeperNode.start("127.0.0.1", port, data);
        SharedZooKeeper found = SharedZooKeeper.join(address, TIMEOUT)) {
      assertThat(server.port()).isEqualTo(port);
      assertThat(found.connection().isConnected()).isTrue();
    }
  }
}

package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZooKeeperNodeTest {
  @TempDir Path data;

  /** What a client keeps in ephemeral nodes lasts so long without a word of it. */
  @ParameterizedTest
  @CsvSource({"PT10S, PT10S", "PT90S, PT90S", "PT5M, PT5M", "PT1H, PT5M"})
  void aSessionIsAsLongAsTheClientAsksUpToALimit(Duration asked, Duration granted)
      throws Exception {
    try (ZooKeeperNode server = ZooKeeperNode.start("127.0.0.1", 0, data);
        CuratorFramework client =
            CuratorFrameworkFactory.newClient(
                "127.0.0.1:" + server.port(),
                (int) asked.toMillis(),
                20_000,
                new RetryOneTime(100))) {
      client.start();
      assertThat(client.blockUntilConnected(20, TimeUnit.SECONDS)).isTrue();
      assertThat(client.getZookeeperClient().getLastNegotiatedSessionTimeoutMs())
          .isEqualTo(granted.toMillis());
    }
  }
}

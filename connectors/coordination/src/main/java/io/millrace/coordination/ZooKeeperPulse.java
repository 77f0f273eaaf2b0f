package io.millrace.coordination;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.data.Stat;

/**
 * How fast ZooKeeper writes, and what its clock says.
 *
 * <p>Nodes {@code /millrace/pulse-N} are written for that, one after the other, and deleted at
 * once.
 *
 * @param latency of a write, as who writes sees it: the median of some
 * @param ahead how much the clock of ZooKeeper is ahead of ours; negative if it is behind
 * @param uncertainty of that, to both sides: half of the fastest write, and 1 ms
 * @param servers of the ensemble; 1 if it stands alone
 */
public record ZooKeeperPulse(Duration latency, Duration ahead, Duration uncertainty, int servers) {
  private static final int BEATS = 5;

  private record Beat(long nanos, Duration ahead) {}

  /**
   * Takes it. Waits for ZooKeeper.
   *
   * @throws IOException if ZooKeeper cannot be reached, or does not take a node
   */
  public static ZooKeeperPulse take(ZooKeeperConnection zooKeeper) throws IOException {
    CuratorFramework client = zooKeeper.client();
    try {
      client.checkExists().creatingParentsIfNeeded().forPath(ZooKeeperConnection.ROOT + "/pulse");
      List<Beat> beats = new ArrayList<>();
      for (int i = 0; i < BEATS; i++) {
        beats.add(beat(client));
      }
      beats.sort((a, b) -> Long.compare(a.nanos(), b.nanos()));
      Beat fastest = beats.get(0);
      return new ZooKeeperPulse(
          Duration.ofNanos(beats.get(BEATS / 2).nanos()),
          fastest.ahead(),
          Duration.ofNanos(fastest.nanos() / 2).plusMillis(1),
          servers(client.getConfig().forEnsemble()));
    } catch (Exception e) {
      throw new IOException(
          "ZooKeeper at %s did not take a node: %s".formatted(zooKeeper.address(), e.getMessage()),
          e);
    }
  }

  private static Beat beat(CuratorFramework client) throws Exception {
    Instant before = Instant.now();
    long start = System.nanoTime();
    String path =
        client
            .create()
            .withMode(CreateMode.EPHEMERAL_SEQUENTIAL)
            .forPath(ZooKeeperConnection.ROOT + "/pulse-");
    long nanos = System.nanoTime() - start;
    Stat stat = client.checkExists().forPath(path);
    client.delete().quietly().forPath(path);
    // The leader stamps it somewhere in between.
    Instant middle = before.plusNanos(nanos / 2);
    return new Beat(nanos, Duration.between(middle, Instant.ofEpochMilli(stat.getCtime())));
  }

  /**
   * A configuration has a line {@code server.N=...} for each; a server that stands alone has none.
   */
  private static int servers(byte[] configuration) {
    long lines =
        new String(configuration == null ? new byte[0] : configuration, StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.startsWith("server."))
            .count();
    return Math.max(1, (int) lines);
  }
}

package io.millrace.coordination;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to ZooKeeper. It outlives pauses and restarts of the servers: Curator connects again
 * and again, and who uses it goes on with what it knows.
 *
 * <p>A process that vanishes without a word is missed after {@link #SESSION_TIMEOUT}: its ephemeral
 * nodes go then, and no sooner. The servers may not allow less than twice their tick.
 */
public final class ZooKeeperConnection implements AutoCloseable {
  /** After this time without a sign of life a process counts as gone. */
  public static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);

  /** The environment variable that names the file with the credentials, for all parts alike. */
  public static final String CREDENTIALS = "MILLRACE_ZOOKEEPER_CREDENTIALS";

  /** Root of all nodes. */
  static final String ROOT = "/millrace";

  /** So long a request waits for a server, before it is tried again. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(15);

  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperConnection.class);

  private final String address;
  private final CuratorFramework client;

  private ZooKeeperConnection(String address, CuratorFramework client) {
    this.address = address;
    this.client = client;
  }

  /**
   * Connects, and says in the log every few seconds that it is still waiting.
   *
   * @param address ZooKeeper's connect string, such as {@code localhost:2181}
   * @param timeout how long to wait for a server
   * @throws IOException if there is none within that time, or the {@link Credentials} cannot be
   *     used
   */
  public static ZooKeeperConnection open(String address, Duration timeout) throws IOException {
    return open(address, timeout, Credentials.ofEnvironment());
  }

  static ZooKeeperConnection open(
      String address, Duration timeout, Optional<Credentials> credentials) throws IOException {
    CuratorFrameworkFactory.Builder builder =
        CuratorFrameworkFactory.builder()
            .connectString(address)
            .connectionTimeoutMs((int) Math.min(timeout.toMillis(), ANSWER_TIMEOUT.toMillis()))
            .sessionTimeoutMs((int) SESSION_TIMEOUT.toMillis())
            .zkClientConfig(withoutSasl())
            // Otherwise the address of this machine, which is no content of ours.
            .defaultData(new byte[0])
            .retryPolicy(new BoundedExponentialBackoffRetry(50, 1000, 5));
    credentials.ifPresent(
        c -> builder.authorization("digest", c.bytes()).aclProvider(new OwnersOnly()));
    CuratorFramework client = builder.build();
    client.start();
    try {
      awaitServer(client, address, timeout);
      return new ZooKeeperConnection(address, client);
    } catch (IOException e) {
      client.close();
      throw e;
    }
  }

  private static void awaitServer(CuratorFramework client, String address, Duration timeout)
      throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      while (true) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        int wait = (int) Math.max(1, Math.min(left, REPORT_INTERVAL.toMillis()));
        if (client.blockUntilConnected(wait, TimeUnit.MILLISECONDS)) {
          return;
        }
        if (left <= REPORT_INTERVAL.toMillis()) {
          throw new IOException(
              "no ZooKeeper at %s within %d s; start one, or give the right address"
                  .formatted(address, timeout.toSeconds()));
        }
        LOG.info("waiting for ZooKeeper at {}, for {} s more", address, left / 1000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while connecting to ZooKeeper at " + address, e);
    }
  }

  /** Nodes are for those who have the same credentials as their creator. */
  private static final class OwnersOnly implements ACLProvider {
    @Override
    public List<ACL> getDefaultAcl() {
      return ZooDefs.Ids.CREATOR_ALL_ACL;
    }

    @Override
    public List<ACL> getAclForPath(String path) {
      return ZooDefs.Ids.CREATOR_ALL_ACL;
    }
  }

  /** Flink's JAAS configuration would otherwise be tried, fail, and alarm the reader of the log. */
  private static ZKClientConfig withoutSasl() {
    ZKClientConfig config = new ZKClientConfig();
    config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
    return config;
  }

  /** ZooKeeper's connect string. */
  public String address() {
    return address;
  }

  /** Whether a server answers at this moment. */
  public boolean isConnected() {
    return client.getZookeeperClient().isConnected();
  }

  /**
   * Whether a failure is that no server answered, so that the same may succeed when one is back:
   * not whether the server refused.
   */
  static boolean isAway(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof KeeperException.ConnectionLossException
          || t instanceof KeeperException.SessionExpiredException
          || t instanceof KeeperException.OperationTimeoutException) {
        return true;
      }
    }
    return false;
  }

  CuratorFramework client() {
    return client;
  }

  @Override
  public void close() {
    client.close();
  }
}

package io.millrace.coordination;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.apache.zookeeper.client.ZKClientConfig;

/**
 * A folder {@code /millrace/sessions/SESSION/NAME} of ZooKeeper, with a connection of its own, of
 * which every node that appears, changes or goes is told.
 */
final class SessionFolder implements AutoCloseable {
  private final String path;
  private final CuratorFramework client;
  private final CuratorCache cache;

  /**
   * Connects to ZooKeeper.
   *
   * @param address ZooKeeper's connect string, such as {@code localhost:2181}
   * @param session name of the session; letters, digits, dots, dashes and underscores
   * @param name name of the folder
   * @param timeout how long to wait for the connection
   * @param written takes each node of the folder that is new or has new content, those that are
   *     there already too; one after the other in a thread of ZooKeeper's client, as all calls
   * @param gone takes each node that is deleted, with its last content
   * @throws IOException if there is no ZooKeeper within that time
   */
  SessionFolder(
      String address,
      String session,
      String name,
      Duration timeout,
      Consumer<ChildData> written,
      Consumer<ChildData> gone)
      throws IOException {
    if (!session.matches("[A-Za-z0-9._-]+")) {
      throw new IllegalArgumentException(
          "a session is named with letters, digits, dots, dashes and underscores, not '%s'"
              .formatted(session));
    }
    this.path = "/millrace/sessions/" + session + "/" + name;
    this.client =
        CuratorFrameworkFactory.builder()
            .connectString(address)
            .connectionTimeoutMs((int) timeout.toMillis())
            .zkClientConfig(withoutSasl())
            .retryPolicy(new BoundedExponentialBackoffRetry(50, 1000, 5))
            .build();
    client.start();
    this.cache = CuratorCache.build(client, path);
    try {
      if (!client.blockUntilConnected((int) timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(
            "no ZooKeeper at %s within %d s; start one, or give the right address"
                .formatted(address, timeout.toSeconds()));
      }
      client.createContainers(path);
    } catch (IOException e) {
      close();
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new IOException("interrupted while connecting to ZooKeeper at " + address, e);
    } catch (Exception e) {
      close();
      throw new IOException("ZooKeeper at %s refused %s".formatted(address, path), e);
    }
    cache
        .listenable()
        .addListener(
            CuratorCacheListener.builder()
                .forCreatesAndChanges((old, node) -> tell(written, node))
                .forDeletes(node -> tell(gone, node))
                .build());
    cache.start();
  }

  /** Of the nodes in the folder, not of the folder itself. */
  private void tell(Consumer<ChildData> listener, ChildData node) {
    if (!node.getPath().equals(path)) {
      listener.accept(node);
    }
  }

  /** Flink's JAAS configuration would otherwise be tried, fail, and alarm the reader of the log. */
  private static ZKClientConfig withoutSasl() {
    ZKClientConfig config = new ZKClientConfig();
    config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
    return config;
  }

  /** The connection. */
  CuratorFramework client() {
    return client;
  }

  /** Path of the folder. */
  String path() {
    return path;
  }

  @Override
  public void close() {
    cache.close();
    client.close();
  }
}

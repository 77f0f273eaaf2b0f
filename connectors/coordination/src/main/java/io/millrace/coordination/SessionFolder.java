package io.millrace.coordination;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;

/**
 * A folder {@code /millrace/sessions/SESSION/jobs/JOB/NAME} of ZooKeeper, with a connection of its
 * own, of which every node that appears, changes or goes is told.
 */
final class SessionFolder implements AutoCloseable {
  private final String path;
  private final ZooKeeperConnection connection;
  private final CuratorCache cache;

  /**
   * Connects to ZooKeeper.
   *
   * @param address ZooKeeper's connect string, such as {@code localhost:2181}
   * @param session name of the session; letters, digits, dots, dashes and underscores
   * @param job id of the Flink job; a job that starts anew does not find what the last one left
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
      String job,
      String name,
      Duration timeout,
      Consumer<ChildData> written,
      Consumer<ChildData> gone)
      throws IOException {
    this.path = Sessions.path(Session.requireName(session)) + "/jobs/" + job + "/" + name;
    this.connection = ZooKeeperConnection.open(address, timeout);
    this.cache = CuratorCache.build(client(), path);
    try {
      // The session itself stays when its folders are empty; they may go.
      client().checkExists().creatingParentsIfNeeded().forPath(path);
      client().createContainers(path);
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

  /** The connection. */
  CuratorFramework client() {
    return connection.client();
  }

  /** Path of the folder. */
  String path() {
    return path;
  }

  @Override
  public void close() {
    cache.close();
    connection.close();
  }
}

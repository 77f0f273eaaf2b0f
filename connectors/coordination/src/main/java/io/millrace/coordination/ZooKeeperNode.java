package io.millrace.coordination;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/**
 * A real ZooKeeper server, standalone, in this process. For the demo, for tests, and for sites that
 * have none; a facility with a ZooKeeper ensemble uses that.
 */
public final class ZooKeeperNode implements AutoCloseable {
  /**
   * The longest session that a client may ask for. Twenty ticks, 40 s, would be usual; who wants to
   * keep what it leads while this server is away for a minute needs more.
   */
  private static final Duration LONGEST_SESSION = Duration.ofMinutes(5);

  private static final int TICK_MS = 2000;

  private final ServerCnxnFactory connections;

  private ZooKeeperNode(ServerCnxnFactory connections) {
    this.connections = connections;
  }

  /**
   * Starts a server.
   *
   * @param host address to listen on
   * @param port port to listen on; 0 takes a free one
   * @param data directory for its log and snapshots; created if missing
   * @throws IOException if the port is taken or the directory cannot be written; says which
   */
  public static ZooKeeperNode start(String host, int port, Path data) throws IOException {
    Files.createDirectories(data);
    // An admin server would need Jetty and a second port; four-letter words are enough here.
    System.setProperty("zookeeper.admin.enableServer", "false");
    ServerCnxnFactory connections = new NIOServerCnxnFactory();
    try {
      connections.configure(new InetSocketAddress(host, port), 1000);
    } catch (BindException e) {
      throw new IOException(
          "port %d on %s is in use; give ZooKeeper another --port".formatted(port, host), e);
    }
    try {
      ZooKeeperServer server = new ZooKeeperServer(data.toFile(), data.toFile(), TICK_MS);
      server.setMaxSessionTimeout((int) LONGEST_SESSION.toMillis());
      connections.startup(server);
    } catch (InterruptedException e) {
      connections.shutdown();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while starting ZooKeeper", e);
    } catch (IOException e) {
      connections.shutdown();
      throw e;
    }
    return new ZooKeeperNode(connections);
  }

  /** The port it listens on. */
  public int port() {
    return connections.getLocalPort();
  }

  @Override
  public void close() {
    connections.shutdown();
  }
}

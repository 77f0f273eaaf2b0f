package io.millrace.coordination;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * A part's share in the one connection of this process to a ZooKeeper: many lanes in a TaskManager
 * would else have as many connections, each with its threads and its sign of life.
 *
 * <p>The connection is made for the first share, and closed with the last.
 */
public final class SharedZooKeeper implements AutoCloseable {
  /** By connect string; guards all counts of shares. */
  private static final Map<String, Shared> BY_ADDRESS = new HashMap<>();

  /** A connection with its shares. Whoever comes while it is being made waits for that. */
  private static final class Shared {
    private int shares;
    private ZooKeeperConnection connection;

    synchronized ZooKeeperConnection connection(String address, Duration timeout)
        throws IOException {
      if (connection == null) {
        connection = ZooKeeperConnection.open(address, timeout);
      }
      return connection;
    }

    synchronized void close() {
      if (connection != null) {
        connection.close();
      }
    }
  }

  private final String address;
  private final Shared shared;
  private final ZooKeeperConnection connection;
  private boolean closed;

  private SharedZooKeeper(String address, Shared shared, ZooKeeperConnection connection) {
    this.address = address;
    this.shared = shared;
    this.connection = connection;
  }

  /**
   * Takes a share.
   *
   * @param address ZooKeeper's connect string, such as {@code localhost:2181}
   * @param timeout how long to wait for a server, if none was found before
   * @throws IOException if there is none within that time
   */
  public static SharedZooKeeper join(String address, Duration timeout) throws IOException {
    Shared shared;
    synchronized (BY_ADDRESS) {
      shared = BY_ADDRESS.computeIfAbsent(address, a -> new Shared());
      shared.shares++;
    }
    try {
      return new SharedZooKeeper(address, shared, shared.connection(address, timeout));
    } catch (IOException e) {
      leave(address, shared);
      throw e;
    }
  }

  /** The connection. Not to be closed by who shares it. */
  public ZooKeeperConnection connection() {
    return connection;
  }

  private static void leave(String address, Shared shared) {
    synchronized (BY_ADDRESS) {
      shared.shares--;
      if (shared.shares > 0) {
        return;
      }
      BY_ADDRESS.remove(address);
    }
    shared.close();
  }

  /** Gives the share back. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      leave(address, shared);
    }
  }
}

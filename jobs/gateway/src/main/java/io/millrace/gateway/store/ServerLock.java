package io.millrace.gateway.store;

import io.millrace.coordination.DaemonThreads;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock of a PostgreSQL database, which the server gives back when its connection ends: by this
 * process, by the server's restart, or by a network that has cut it. So it is looked after every
 * few seconds, and taken anew when it was lost.
 */
final class ServerLock implements DatabaseLock {
  /** Until PostgreSQL has noticed that the process before is no more. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final int ANSWER_SECONDS = 5;

  /** Any number, the same for all gateways. */
  static final long KEY = 0x6d696c6c72616365L;

  private static final Logger LOG = LoggerFactory.getLogger(ServerLock.class);

  private final DatabaseUrl url;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(new DaemonThreads("database-lock"));
  private Connection connection;
  private volatile Ownership known = Ownership.OURS;

  private ServerLock(DatabaseUrl url, Connection connection) {
    this.url = url;
    this.connection = connection;
    watch.scheduleWithFixedDelay(
        this::check, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  static ServerLock take(DatabaseUrl url) throws IOException {
    Instant deadline = Instant.now().plus(PATIENCE);
    try {
      Connection connection = connect(url);
      while (!tryLock(connection)) {
        if (Instant.now().isAfter(deadline)) {
          connection.close();
          throw DatabaseLock.inUse(url);
        }
        Thread.sleep(PAUSE.toMillis());
      }
      return new ServerLock(url, connection);
    } catch (SQLException e) {
      throw new IOException(
          "the database %s cannot be opened: %s".formatted(url, e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the database " + url, e);
    }
  }

  private static Connection connect(DatabaseUrl url) throws SQLException {
    Properties login = new Properties();
    login.setProperty("loginTimeout", "10");
    login.setProperty("socketTimeout", "30");
    login.setProperty("tcpKeepAlive", "true");
    url.user().ifPresent(user -> login.setProperty("user", user));
    url.password().ifPresent(password -> login.setProperty("password", password));
    return DriverManager.getConnection(url.jdbc(), login);
  }

  private static boolean tryLock(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_try_advisory_lock(" + KEY + ")")) {
      return row.next() && row.getBoolean(1);
    }
  }

  @Override
  public synchronized Ownership check() {
    if (known == Ownership.TAKEN) {
      return known;
    }
    try {
      if (connection == null || !connection.isValid(ANSWER_SECONDS)) {
        takeAgain();
      }
    } catch (SQLException e) {
      drop(); // without the lock, a connection that is well would be taken for one that has it
      if (known == Ownership.OURS) {
        LOG.warn(
            "the database {} does not answer: sessions are left as they are until it does", url, e);
      }
      known = Ownership.UNKNOWN;
    }
    return known;
  }

  private void takeAgain() throws SQLException {
    drop();
    connection = connect(url);
    if (tryLock(connection)) {
      LOG.warn("the connection that held the database {} was lost, and it is held anew", url);
      known = Ownership.OURS;
    } else {
      drop();
      LOG.error(
          "another gateway has taken the database {} while this one had lost its connection: sessions are not seen"
              + " to here any more; end one of the two, and start this one again if it is to stay",
          url);
      known = Ownership.TAKEN;
    }
  }

  private void drop() {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        LOG.debug("a lost connection is closed", e);
      }
      connection = null;
    }
  }

  @Override
  public Ownership known() {
    return known;
  }

  @Override
  public void close() {
    watch.shutdownNow();
    synchronized (this) {
      drop();
      known = Ownership.TAKEN; // a look that was waiting takes it no more
    }
  }
}

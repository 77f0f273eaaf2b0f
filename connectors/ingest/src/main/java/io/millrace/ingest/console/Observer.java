package io.millrace.ingest.console;

import io.millrace.coordination.DaemonThreads;
import io.millrace.coordination.Member;
import io.millrace.coordination.Members;
import io.millrace.coordination.Scan;
import io.millrace.coordination.Scans;
import io.millrace.coordination.Session;
import io.millrace.coordination.SessionState;
import io.millrace.coordination.Sessions;
import io.millrace.coordination.ZooKeeperConnection;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Looks into ZooKeeper, again and again, and connects when it first does. The asking is done in a
 * thread of its own, because a ZooKeeper that hangs keeps who asks for longer than an operator
 * waits.
 */
final class Observer implements AutoCloseable {
  /** Connecting has the same deadline and a better message, and takes a moment to give up. */
  private static final Duration SLACK = Duration.ofSeconds(3);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private final String address;
  private final Duration timeout;
  private final String session;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(new DaemonThreads("observer"));
  private Future<Look> asked;
  // Both belong to the thread.
  private ZooKeeperConnection zooKeeper;
  private Members members;

  /**
   * @param address ZooKeeper's connect string
   * @param timeout how long a look may take
   * @param session the only session to look at; null for all
   */
  Observer(String address, Duration timeout, String session) {
    this.address = address;
    this.timeout = timeout;
    this.session = session;
  }

  /**
   * Takes a look.
   *
   * @throws IOException if ZooKeeper does not answer in time; the next look may have more luck
   */
  Look look() throws IOException {
    if (asked == null) {
      asked = thread.submit(this::ask);
    }
    try {
      Look look = asked.get(timeout.plus(SLACK).toMillis(), TimeUnit.MILLISECONDS);
      asked = null;
      return look;
    } catch (TimeoutException e) {
      throw new IOException(
          "%s has not answered within %d s".formatted(address, timeout.toSeconds()), e);
    } catch (ExecutionException e) {
      asked = null;
      throw new IOException(explain(e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while asking ZooKeeper at " + address, e);
    }
  }

  /** With what ZooKeeper itself says, because who asks has no log to look at. */
  private static String explain(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String said = root.getMessage();
    if (root == failure || said == null) {
      return failure.getMessage();
    }
    return said.contains("NoAuth")
        ? "%s; others wrote that with credentials: set %s as they do"
            .formatted(failure.getMessage(), ZooKeeperConnection.CREDENTIALS)
        : "%s (%s)".formatted(failure.getMessage(), said);
  }

  private Look ask() throws IOException, InterruptedException {
    if (zooKeeper == null) {
      zooKeeper = ZooKeeperConnection.open(address, timeout);
      members = new Members(zooKeeper);
    }
    if (!zooKeeper.isConnected()) {
      throw new IOException("the connection to %s is lost".formatted(address));
    }
    // First, because who may not read hears of it here.
    List<Session> sessions = sessions();
    if (!members.awaitAll(timeout)) {
      throw new IOException(
          "%s has not told the members within %d s".formatted(address, timeout.toSeconds()));
    }
    List<Scan> scans = new ArrayList<>();
    for (Session s : sessions) {
      if (s.state() != SessionState.CLOSED || s.name().equals(session)) {
        scans.addAll(new Scans(zooKeeper, s.name()).list());
      }
    }
    List<Member> all =
        members.all().stream()
            .filter(m -> session == null || m.session() == null || m.session().equals(session))
            .toList();
    return new Look(Instant.now(), session, all, sessions, scans);
  }

  private List<Session> sessions() throws IOException {
    Sessions all = new Sessions(zooKeeper);
    return session == null ? all.list() : all.find(session).stream().toList();
  }

  @Override
  public void close() {
    thread.execute(
        () -> {
          if (zooKeeper != null) {
            members.close();
            zooKeeper.close();
          }
        });
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        // It hangs in a call; the connection goes with the process.
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

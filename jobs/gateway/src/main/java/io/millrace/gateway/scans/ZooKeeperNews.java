package io.millrace.gateway.scans;

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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one ZooKeeper tells of scans and of who takes part, asked once a second in a thread of its
 * own: one that does not answer holds nobody up. When it is away, what is known stays, and the rest
 * comes when it is back.
 */
final class ZooKeeperNews implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);

  /** Silent for longer, it tells nothing of its sessions any more. */
  private static final Duration AWAY = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperNews.class);

  private final String zooKeeper;
  private final Catalogue catalogue;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(new DaemonThreads("zookeeper-news"));

  private ZooKeeperConnection connection;
  private volatile Members members;
  private volatile Set<String> sessions = Set.of();
  private volatile long answered;
  private boolean saidAway;

  /** By session: scans of which nothing more comes. */
  private final Map<String, Set<String>> over = new HashMap<>();

  private final Set<String> closedSessions = new HashSet<>();

  /**
   * Begins to ask.
   *
   * @param zooKeeper its connect string
   */
  ZooKeeperNews(String zooKeeper, Catalogue catalogue) {
    this.zooKeeper = zooKeeper;
    this.catalogue = catalogue;
    thread.scheduleWithFixedDelay(this::ask, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Who takes part. Never waits. */
  List<Member> members() {
    Members known = members;
    return known == null ? List.of() : known.all();
  }

  /** Whether it knows a session, and has answered lately. */
  boolean follows(String session) {
    return sessions.contains(session) && System.nanoTime() - answered < AWAY.toNanos();
  }

  /** Asks now rather than soon; it is done when that has its answer, or there is none. */
  Future<?> askNow() {
    return thread.submit(this::ask);
  }

  private void ask() {
    try {
      if (connection == null) {
        connection = ZooKeeperConnection.open(zooKeeper, CONNECT_WITHIN);
        members = new Members(connection);
      }
      if (connection.isConnected()) {
        List<Session> all = new Sessions(connection).list();
        for (Session session : all) {
          askFor(session);
        }
        sessions = all.stream().map(Session::name).collect(Collectors.toSet());
        answered = System.nanoTime();
        saidAway = false;
      } else {
        sayAway("it does not answer");
      }
    } catch (IOException e) {
      sayAway(e.getMessage());
    } catch (RuntimeException e) { // The next time is another one.
      LOG.error("News of scans could not be taken from {}", zooKeeper, e);
    }
  }

  private void sayAway(String why) {
    if (!saidAway) {
      LOG.warn("No news of scans from ZooKeeper at {}: {}", zooKeeper, why);
      saidAway = true;
    }
  }

  /** Scans under way, and those that have ended since the last time. */
  private void askFor(Session session) throws IOException {
    if (closedSessions.contains(session.name())) {
      return;
    }
    Scans scans = new Scans(connection, session.name());
    Set<String> known = over.computeIfAbsent(session.name(), name -> new HashSet<>());
    List<String> ids = scans.ids();
    known.retainAll(Set.copyOf(ids));
    for (String id : ids) {
      if (!known.contains(id)) {
        scans.find(id).ifPresent(scan -> take(scan, known));
      }
    }
    // Who closes a session says so first, and ends its scans then.
    if (session.state() == SessionState.CLOSED && known.containsAll(ids)) {
      closedSessions.add(session.name());
      over.remove(session.name());
    }
  }

  private void take(Scan scan, Set<String> known) {
    catalogue.tell(scan);
    if (scan.hasEnded()) {
      known.add(scan.id());
    }
  }

  /** Ends soon; a call that does not answer is left as it is. */
  @Override
  public void close() {
    thread.execute(
        () -> {
          if (connection != null) {
            members.close();
            connection.close();
          }
        });
    thread.shutdown();
  }

  /** Waits until it has ended, but not for longer than said. */
  boolean awaitEnd(Duration within) throws InterruptedException {
    return thread.awaitTermination(within.toMillis(), TimeUnit.MILLISECONDS);
  }
}

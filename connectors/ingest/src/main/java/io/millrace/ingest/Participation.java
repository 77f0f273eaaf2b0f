package io.millrace.ingest;

import io.millrace.coordination.Claim;
import io.millrace.coordination.DaemonThreads;
import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.coordination.Membership;
import io.millrace.coordination.Session;
import io.millrace.coordination.SessionAddress;
import io.millrace.coordination.SessionState;
import io.millrace.coordination.Sessions;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.detector.DetectorDescription;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * That this process takes part in a session: its connection to ZooKeeper, its claims, and its entry
 * among the members.
 *
 * <p>Life: connected; claiming; joined, and so seen; shown, from when there is something to look
 * at; closed, or failed: then what it has claimed is free, but its entry tells the reason until
 * ZooKeeper misses the process.
 */
final class Participation implements AutoCloseable {
  /** So often the session sees what the process is at. */
  private static final long LOOK_MILLIS = 1_000;

  private static final Duration LAST_WORDS = Duration.ofSeconds(2);
  private static final Logger LOG = LoggerFactory.getLogger(Participation.class);

  private final SessionAddress address;
  private final Member member;
  private final ZooKeeperConnection zooKeeper;
  private final List<Claim> claims = new ArrayList<>();
  private final Thread hook = new Thread(this::close, "leave");
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(new DaemonThreads("session"));
  private Membership membership;
  private Future<?> shown;
  private boolean over;

  /**
   * Connects, and waits for ZooKeeper if that is not there yet.
   *
   * @throws IOException if it does not come in time
   */
  Participation(SessionAddress address, Member member) throws IOException {
    this.address = address;
    this.member = member;
    zooKeeper = ZooKeeperConnection.open(address.zooKeeper(), address.patience());
    // Who is ended by a signal need not be missed first.
    Runtime.getRuntime().addShutdownHook(hook);
  }

  ZooKeeperConnection zooKeeper() {
    return zooKeeper;
  }

  /** What a process does in its session. */
  interface Work {
    void run() throws IOException;
  }

  /**
   * Does the work, and if it fails tells why.
   *
   * @throws IOException as the work does
   */
  void during(Work work) throws IOException {
    try {
      work.run();
    } catch (IOException | RuntimeException e) {
      fail(e.getMessage() == null ? e.toString() : e.getMessage());
      throw e;
    }
  }

  /**
   * Opens the session, if it is not open. One that drains is as good: its scans have to end.
   *
   * @throws IOException if it is closed, or ZooKeeper cannot be reached
   */
  void openSession() throws IOException {
    Sessions sessions = new Sessions(zooKeeper);
    Optional<Session> there = sessions.find(address.session());
    if (there.isPresent() && there.get().state() == SessionState.DRAINING) {
      LOG.warn("Session {} is draining: only its scans under way are expected", address.session());
    } else {
      sessions.open(address.session());
    }
  }

  /**
   * Makes sure that the session has no other aggregator.
   *
   * @throws IOException if it has, or ZooKeeper cannot be reached
   */
  void claimAggregator() throws IOException {
    keep(Claim.aggregator(zooKeeper, member));
  }

  /**
   * Makes sure that nobody else sends these modules.
   *
   * @throws IOException if somebody does, or ZooKeeper cannot be reached
   */
  void claimModules(Set<Integer> modules) throws IOException {
    for (int module : modules) {
      keep(Claim.module(zooKeeper, module, member));
    }
  }

  private synchronized void keep(Claim claim) {
    claims.add(claim);
  }

  /**
   * From now on the session sees this process: it is starting.
   *
   * @throws IOException if ZooKeeper does not take it in time
   */
  void join() throws IOException {
    Membership joined = Membership.join(zooKeeper, member, address.patience());
    synchronized (this) {
      membership = joined;
    }
    LOG.info("{} takes part in session {}", member.id(), address.session());
  }

  /**
   * Waits for the session's aggregator.
   *
   * @param detector whose sectors it has to relay
   * @throws IOException if none comes in time, or it is for another detector
   */
  SessionAggregator findAggregator(DetectorDescription detector) throws IOException {
    membership.tell(MemberState.STARTING, "waiting for the session's aggregator");
    return SessionAggregator.find(zooKeeper, address, detector);
  }

  /**
   * From now on the session sees what this process is at.
   *
   * @param look takes the place of the one before, if there was one
   */
  synchronized void show(Supplier<Condition> look) {
    if (over) {
      return; // it is being ended
    }
    if (shown != null) {
      shown.cancel(false);
    }
    shown =
        looking.scheduleWithFixedDelay(
            () -> {
              Condition now = look.get();
              membership.tell(now.state(), now.reason());
              membership.count(now.counters());
            },
            0,
            LOOK_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  private synchronized void fail(String reason) {
    if (over || membership == null) {
      return; // nobody knows this process
    }
    over = true;
    endLooking();
    membership.fail(reason, LAST_WORDS);
    claims.forEach(Claim::close);
  }

  /** Takes no part any more. */
  @Override
  public synchronized void close() {
    if (over) {
      return;
    }
    over = true;
    endLooking();
    claims.forEach(Claim::close);
    if (membership != null) {
      membership.close();
    }
    zooKeeper.close();
    if (Thread.currentThread() != hook) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        LOG.debug("the process is being ended", e);
      }
    }
  }

  /** What was seen last must not come after the last words. */
  private void endLooking() {
    looking.shutdown();
    try {
      looking.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

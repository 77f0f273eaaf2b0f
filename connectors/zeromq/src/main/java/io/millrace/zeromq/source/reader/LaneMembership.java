package io.millrace.zeromq.source.reader;

import io.millrace.coordination.DaemonThreads;
import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.coordination.Membership;
import io.millrace.coordination.Role;
import io.millrace.coordination.SessionAddress;
import io.millrace.coordination.SharedZooKeeper;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows a lane among the members of its session. Works in a thread of its own, so that ZooKeeper
 * never holds up the lane; if it cannot be reached, the lane is not shown, and goes on.
 */
final class LaneMembership implements AutoCloseable {
  private static final long LOOK_MILLIS = 500;

  /** A lane that has not told for this long is kept from its sockets. */
  private static final long SILENT_NANOS = 2_000_000_000;

  private static final Logger LOG = LoggerFactory.getLogger(LaneMembership.class);

  private final SessionAddress session;
  private final int lane;
  private final ScheduledExecutorService thread;
  private volatile MemberState state = MemberState.READY;
  private volatile String reason = "";
  private volatile Map<String, Long> counters = Map.of();
  private volatile long told = System.nanoTime();
  private SharedZooKeeper zooKeeper;
  private Membership membership;

  LaneMembership(SessionAddress session, int lane) {
    this.session = session;
    this.lane = lane;
    thread =
        Executors.newSingleThreadScheduledExecutor(
            new DaemonThreads("lane-" + lane + "-membership"));
    thread.execute(this::join);
    thread.scheduleWithFixedDelay(this::show, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Tells what the lane is at; called by the lane's thread, and never waits. */
  void tell(MemberState state, String reason, Map<String, Long> counters) {
    this.state = state;
    this.reason = reason;
    this.counters = counters;
    told = System.nanoTime();
  }

  private void join() {
    try {
      zooKeeper = SharedZooKeeper.join(session.zooKeeper(), session.patience());
      membership =
          Membership.join(
              zooKeeper.connection(),
              Member.starting(Role.LANE, "lane-" + lane, session.session(), Map.of()),
              session.patience());
    } catch (IOException e) {
      LOG.warn("Lane {} is not shown in its session: {}", lane, e.getMessage());
    }
  }

  private void show() {
    if (membership == null) {
      return;
    }
    if (System.nanoTime() - told > SILENT_NANOS) {
      membership.tell(MemberState.STALLED, "the task does not take what the lane has received");
    } else {
      membership.tell(state, reason);
    }
    membership.count(counters);
  }

  @Override
  public void close() {
    // In its thread, so that it comes after the joining.
    thread.execute(
        () -> {
          if (membership != null) {
            membership.close();
          }
          if (zooKeeper != null) {
            zooKeeper.close();
          }
        });
    thread.shutdown();
  }
}

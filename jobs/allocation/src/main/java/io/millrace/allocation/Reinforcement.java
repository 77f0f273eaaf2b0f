package io.millrace.allocation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * More TaskManagers for a session that another batch job runs. They find its JobManager by the
 * configuration in the session's folder, and the job takes them. When they leave, it goes on with
 * fewer.
 */
final class Reinforcement {
  private static final Logger LOG = LoggerFactory.getLogger(Reinforcement.class);
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration NODES_INTERVAL = Duration.ofSeconds(5);

  /** At one a tick some ten minutes: a session that waits in the queue for two comes back. */
  private static final int MOST_LOOKS_WITHOUT_NEWS = 600;

  private final AllocationPlan plan;
  private final Nodes nodes;
  private final FlinkOnNodes flink;
  private final Sigterm sigterm;
  private final ReportWatch session;
  private final GuardPost guard;

  Reinforcement(AllocationPlan plan, Nodes nodes, Path root, Sigterm sigterm) {
    this.plan = plan;
    this.nodes = nodes;
    this.sigterm = sigterm;
    this.flink = new FlinkOnNodes(plan, nodes, root);
    this.session = new ReportWatch(plan.folder());
    this.guard = new GuardPost(plan, nodes, root, false);
  }

  /**
   * Runs until the session is over, or this is told to end.
   *
   * @return false if there is no such session, or it has fallen silent
   */
  boolean run() throws InterruptedException {
    try {
      SessionReport report = session.read();
      LOG.info("joining session {} of batch job {}", report.session(), report.allocation());
      List<String> names = nodes.names();
      flink.startTaskManagers(names);
      guard.place(names);
      long looked = System.nanoTime();
      while (!sigterm.received() && !report.state().isOver()) {
        Thread.sleep(TICK.toMillis());
        flink.tend();
        guard.tend();
        report = session.look(report);
        if (session.looksWithoutNews() > MOST_LOOKS_WITHOUT_NEWS) {
          throw new IOException(
              "the session has been silent for %d min: its batch job has ended without a word"
                  .formatted(TICK.multipliedBy(MOST_LOOKS_WITHOUT_NEWS).toMinutes()));
        }
        if (System.nanoTime() - looked > NODES_INTERVAL.toNanos()) {
          looked = System.nanoTime();
          dropLostNodes();
        }
      }
      LOG.info("leaving session {}", plan.session());
      return true;
    } catch (IOException | IllegalArgumentException e) {
      LOG.error("leaving session {}: {}", plan.session(), e.getMessage());
      return false;
    } finally {
      try {
        flink.stop(!sigterm.received());
        guard.end();
      } finally {
        sigterm.over();
      }
    }
  }

  private void dropLostNodes() throws InterruptedException {
    try {
      List<String> names = nodes.names();
      flink.dropAllBut(names);
      guard.place(names);
    } catch (IOException e) {
      LOG.warn("the batch system does not say which nodes there are: {}", e.getMessage());
    }
  }
}

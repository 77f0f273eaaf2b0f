package io.millrace.allocation;

import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the first node of a batch job from another one. A job that goes on with the nodes that
 * are left goes on without its first, too: with nothing in it that runs the session, until its
 * walltime. The guard gives such a job back to the queue, or ends it if nothing could go on.
 */
final class Guard {
  private static final Logger LOG = LoggerFactory.getLogger(Guard.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  /**
   * Some ten minutes. While the node is there, silence may be a long call or a file system that is
   * away; whoever leads the session has shorter deadlines for all that it does.
   */
  private static final int MOST_LOOKS_WITHOUT_NEWS = 120;

  private final String first;
  private final boolean goesOn;
  private final SlurmNodes nodes;
  private final Sigterm sigterm;
  private final ReportWatch session;
  private SessionReport report;

  /**
   * @param first the node that is watched
   * @param goesOn whether the session goes on when the job runs again
   */
  Guard(AllocationPlan plan, String first, boolean goesOn, SlurmNodes nodes, Sigterm sigterm) {
    this.first = first;
    this.goesOn = goesOn;
    this.nodes = nodes;
    this.sigterm = sigterm;
    this.session = new ReportWatch(plan.folder());
  }

  /** Runs until it is told to end, or has given the job back. */
  void run() throws InterruptedException {
    try {
      LOG.info("watching {}", first);
      while (!sigterm.received()) {
        report = session.look(report);
        try {
          String loss = loss();
          if (!loss.isEmpty() && !sigterm.received()) {
            LOG.error("{}: {}", loss, nodes.giveBack(goesOn && !isOver()));
            return;
          }
        } catch (IOException e) {
          LOG.warn("Slurm does not answer, and is asked again: {}", e.getMessage());
        }
        Thread.sleep(INTERVAL.toMillis());
      }
    } finally {
      sigterm.over();
    }
  }

  private boolean isOver() {
    return report != null && report.state().isOver();
  }

  /** Why the job has to be given back; empty if it has not. */
  private String loss() throws IOException, InterruptedException {
    if (!nodes.names().contains(first)) {
      return "%s is lost".formatted(first);
    }
    return session.looksWithoutNews() > MOST_LOOKS_WITHOUT_NEWS && !isOver()
        ? "the session has been silent for %d min"
            .formatted(INTERVAL.multipliedBy(MOST_LOOKS_WITHOUT_NEWS).toMinutes())
        : "";
  }
}

package io.millrace.allocation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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

  /** A session's report is written each 5 s. */
  private static final Duration SILENCE_TIMEOUT = Duration.ofMinutes(2);

  private final AllocationPlan plan;
  private final Nodes nodes;
  private final FlinkOnNodes flink;
  private final Sigterm sigterm;
  private Instant written;
  private long writtenChanged;

  Reinforcement(AllocationPlan plan, Nodes nodes, Path root, Sigterm sigterm) {
    this.plan = plan;
    this.nodes = nodes;
    this.sigterm = sigterm;
    this.flink = new FlinkOnNodes(plan, nodes, root);
  }

  /**
   * Runs until the session is over, or this is told to end.
   *
   * @return false if there is no such session, or it has fallen silent
   */
  boolean run() throws InterruptedException {
    try {
      SessionReport report = report();
      LOG.info("joining session {} of batch job {}", report.session(), report.allocation());
      flink.startTaskManagers(nodes.names());
      long looked = System.nanoTime();
      while (!sigterm.received() && !report.state().isOver()) {
        Thread.sleep(TICK.toMillis());
        flink.tend();
        report = report();
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
      } finally {
        sigterm.over();
      }
    }
  }

  private void dropLostNodes() throws InterruptedException {
    try {
      flink.dropAllBut(nodes.names());
    } catch (IOException e) {
      LOG.warn("the batch system does not say which nodes there are: {}", e.getMessage());
    }
  }

  private SessionReport report() throws IOException {
    Path file = plan.folder().resolve(SessionReport.FILE);
    SessionReport report;
    try {
      report = SessionReport.read(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new IOException("there is no session in %s".formatted(plan.folder()), e);
    }
    long now = System.nanoTime();
    if (!report.written().equals(written)) {
      written = report.written();
      writtenChanged = now;
    } else if (now - writtenChanged > SILENCE_TIMEOUT.toNanos()) {
      throw new IOException(
          "the session has been silent for %d s: its batch job has ended without a word"
              .formatted(SILENCE_TIMEOUT.toSeconds()));
    }
    return report;
  }
}

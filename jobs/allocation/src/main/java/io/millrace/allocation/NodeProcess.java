package io.millrace.allocation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process on a node that is started again when it ends, or could not be started, later each time:
 * after 1 s, 2 s, and so on to half a minute; one that has run for a minute begins anew.
 */
final class NodeProcess {
  private static final Logger LOG = LoggerFactory.getLogger(NodeProcess.class);
  private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long WELL_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final String name;
  private final String node;
  private final List<String> command;
  private final Path log;
  private Process process;
  private long started;
  private long pause = FIRST_PAUSE_NANOS;
  private long startAt;
  private int starts;

  /**
   * @param name for people
   * @param log takes what it prints, start after start
   */
  NodeProcess(String name, String node, List<String> command, Path log) {
    this.name = name;
    this.node = node;
    this.command = List.copyOf(command);
    this.log = log;
    this.startAt = System.nanoTime();
  }

  String node() {
    return node;
  }

  /** How often it has been started. */
  int starts() {
    return starts;
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Starts it if it is time to; never waits. */
  void tend() {
    long now = System.nanoTime();
    if (process != null) {
      if (process.isAlive()) {
        return;
      }
      if (now - started > WELL_NANOS) {
        pause = FIRST_PAUSE_NANOS;
      }
      again(now, "has ended with exit status %d".formatted(process.exitValue()));
      process = null;
    }
    if (now - startAt >= 0) {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
      forget(builder.environment());
      try {
        process = builder.start();
      } catch (IOException e) {
        again(now, "cannot be started (%s)".formatted(e.getMessage()));
        return;
      }
      started = now;
      starts++;
      LOG.info("the {} on {} is started, the {}. time", name, node, starts);
    }
  }

  private void again(long now, String why) {
    startAt = now + pause;
    LOG.warn(
        "the {} on {} {}, and is started again in {} s; its log is {}",
        name,
        node,
        why,
        TimeUnit.NANOSECONDS.toSeconds(pause),
        log);
    pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
  }

  /** A step takes what the whole job was given for an order, such as its number of tasks. */
  private static void forget(Map<String, String> environment) {
    environment.keySet().removeIf(key -> key.matches("SLURM_(NTASKS.*|NPROCS|NNODES|MEM_PER_.*)"));
  }

  /** Tells it to end; {@link #awaitEnd} waits for that. */
  void stop() {
    if (process != null) {
      process.destroy();
    }
  }

  /**
   * Waits until it has ended, and kills it then. For srun that is the end of its patience, too:
   * what is left on the node ends with the job.
   */
  void awaitEnd(Duration deadline) throws InterruptedException {
    if (process != null && !process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.warn(
          "the {} on {} has not ended within {} s, and is killed",
          name,
          node,
          deadline.toSeconds());
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}

package io.millrace.chaos;

import io.millrace.parts.FlinkCluster;
import io.millrace.parts.Part;
import io.millrace.parts.RunFailure;
import java.time.Duration;

/** A Flink cluster that is mended whenever one of its processes has ended. For several threads. */
final class KeptCluster implements Kept {
  /** Between two attempts, if one fails. */
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(5);

  private final FlinkCluster cluster;
  private Part mending;
  private long notBefore = System.nanoTime();

  KeptCluster(FlinkCluster cluster) {
    this.cluster = cluster;
  }

  FlinkCluster cluster() {
    return cluster;
  }

  /** Whether all its processes are there, and nobody is at work on them. */
  synchronized boolean isAlive() throws RunFailure {
    return !isBeingMended() && allAlive();
  }

  private boolean isBeingMended() {
    return mending != null && mending.isAlive();
  }

  private boolean allAlive() throws RunFailure {
    return cluster.processes().values().stream()
        .allMatch(pid -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent());
  }

  @Override
  public synchronized void leaveAlone(Duration length) {
    notBefore = System.nanoTime() + length.toNanos();
  }

  @Override
  public synchronized void tend() throws RunFailure {
    if (!isBeingMended() && System.nanoTime() - notBefore >= 0 && !allAlive()) {
      notBefore = System.nanoTime() + BETWEEN_ATTEMPTS.toNanos();
      mending = cluster.mend();
    }
  }
}

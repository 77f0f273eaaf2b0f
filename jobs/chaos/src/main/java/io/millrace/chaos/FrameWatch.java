package io.millrace.chaos;

import io.millrace.parts.FlinkRest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Looks all the time how many frames a job has counted, and whether it lives: in a thread of its
 * own, since Flink does not answer for seconds when a JobManager is hit.
 *
 * <p>The counter is {@code ledger.framesComplete} of Flink's REST API. Values there are half a
 * second old at most ({@code metrics.fetcher.update-interval}), but for what a paused JobManager
 * adds until the next one is asked: two seconds.
 */
final class FrameWatch implements AutoCloseable {
  private static final long LOOK_MILLIS = 250;
  private static final long END_MILLIS = 10_000;

  private final FlinkRest rest;
  private final String job;
  private final Thread thread = new Thread(this::watch, "frames");
  private volatile FrameTrace trace = new FrameTrace(0);
  private volatile long counter;
  private volatile String failure = "";

  /**
   * @param rest for this thread alone, and without patience
   */
  FrameWatch(FlinkRest rest, String job) {
    this.rest = rest;
    this.job = job;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** What is seen from now on. */
  FrameTrace begin() {
    trace = new FrameTrace(counter);
    return trace;
  }

  /** Why the job does not live any more; empty if it does. */
  Optional<String> failure() {
    return failure.isEmpty() ? Optional.empty() : Optional.of(failure);
  }

  private void watch() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        look();
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private void look() throws InterruptedException {
    try {
      long now = rest.sum(job, "ledger.framesComplete");
      long nanos = System.nanoTime();
      if (now > 0) {
        counter = now;
      }
      trace.see(nanos, now);
      String state = rest.jobState(job);
      if (List.of("FAILED", "CANCELED", "FINISHED").contains(state)) {
        failure = "the job is %s: %s".formatted(state, String.join("; ", rest.failure(job)));
      }
    } catch (IOException e) {
      return; // nobody leads at the moment, or Flink is busy
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

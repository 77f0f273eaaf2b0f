package io.millrace.chaos;

import io.millrace.parts.FlinkRest;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Looks all the time how many frames a job has counted, and whether it lives: in threads of its
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
  private final Path output;
  private final LongSupplier sectors;
  private final Thread asking = new Thread(() -> repeat(this::look), "frames");
  // Not the same one: Flink may take seconds to answer.
  private final Thread looking = new Thread(() -> repeat(this::lookBesides), "part");
  private volatile FrameTrace trace = new FrameTrace(0);
  private volatile long counter;
  private volatile String failure = "";

  /**
   * @param rest for this thread alone, and without patience
   * @param output where the parts of counted files are
   * @param sectors that all lanes have given to be counted, as ZooKeeper has it now; does not wait
   */
  FrameWatch(FlinkRest rest, String job, Path output, LongSupplier sectors) {
    this.rest = rest;
    this.job = job;
    this.output = output;
    this.sectors = sectors;
    asking.setDaemon(true);
    looking.setDaemon(true);
  }

  void start() {
    asking.start();
    looking.start();
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

  private interface Look {
    void look() throws InterruptedException;
  }

  private static void repeat(Look look) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        look.look();
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private void lookBesides() {
    trace.seeSectors(System.nanoTime(), sectors.getAsLong());
    long bytes = 0;
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(output, "*.part")) {
      // Of earlier scans some may be left, which do not grow.
      for (Path part : parts) {
        bytes += Files.size(part);
      }
    } catch (IOException | DirectoryIteratorException e) {
      return; // it has got its name just now
    }
    trace.seePart(System.nanoTime(), bytes);
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
    asking.interrupt();
    looking.interrupt();
    try {
      asking.join(END_MILLIS);
      looking.join(END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.millrace.chaos;

import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Starts again what has ended, and ends pauses and cuts when it is time: as an operator would, or a
 * service of the machine.
 *
 * <p>In a thread of its own, which waits for nobody. Who looks into ZooKeeper, or asks Flink, may
 * wait for the very part that has to be started again.
 */
final class Supervisor implements AutoCloseable {
  private static final long LOOK_MILLIS = 200;
  private static final long END_SECONDS = 10;

  private final List<Kept> kept = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread supervisor = new Thread(work, "supervisor");
            supervisor.setDaemon(true);
            return supervisor;
          });

  Supervisor() {
    thread.scheduleWithFixedDelay(this::tend, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** What is to be done later. */
  interface Work {
    void run() throws RunFailure, IOException, InterruptedException;
  }

  void keep(Kept part) {
    kept.add(part);
  }

  void forget(Kept part) {
    kept.remove(part);
  }

  private void tend() {
    for (Kept part : kept) {
      attempt(part::tend);
    }
  }

  /** Does something after a while; not if everything is stopped before. */
  void later(Duration delay, Work work) throws RunFailure {
    try {
      thread.schedule(() -> attempt(work), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      throw new RunFailure("everything has been stopped", e);
    }
  }

  /** A failure is said, and ends nothing: the round has a deadline. */
  private void attempt(Work work) {
    try {
      work.run();
    } catch (RunFailure | IOException | RuntimeException e) {
      if (!thread.isShutdown()) {
        System.err.println("chaos: the supervisor failed: " + e.getMessage());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts nothing any more. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

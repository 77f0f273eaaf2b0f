package io.millrace.zeromq.source.reader;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The time of a lane under test: the machine's, until the test stops it. Then only the test moves
 * it, and waits each time until the lane has seen it; so nothing depends on how fast either is.
 */
final class LaneClock implements LongSupplier {
  /** More looks at the clock than in one turn of the lane's loop. */
  private static final int TURN = 5;

  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final AtomicLong looks = new AtomicLong();
  private volatile boolean stopped;
  private volatile long nanos;

  @Override
  public long getAsLong() {
    looks.incrementAndGet();
    return stopped ? nanos : System.nanoTime();
  }

  /** Before the lane starts. */
  void stop() {
    nanos = System.nanoTime();
    stopped = true;
  }

  /** Moves on, by less than the lane would take for a time in which it was kept from looking. */
  void advance(Duration by) {
    nanos += by.toNanos();
    awaitTurn();
  }

  /** Waits until the lane has gone through its loop, and seen all that is there by now. */
  void awaitTurn() {
    long before = looks.get();
    await()
        .atMost(DEADLINE)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> looks.get() >= before + TURN);
  }
}

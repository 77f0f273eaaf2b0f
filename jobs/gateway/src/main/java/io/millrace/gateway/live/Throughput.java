package io.millrace.gateway.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** How fast a number grows, over the last seconds. */
final class Throughput {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private record Sample(long nanos, long count) {}

  private final Deque<Sample> samples = new ArrayDeque<>();

  /** Notes what the number is at a time. */
  void note(long nanos, long count) {
    if (samples.isEmpty() || nanos - samples.getLast().nanos >= STEP_NANOS) {
      samples.addLast(new Sample(nanos, count));
      forget(nanos);
    }
  }

  /** By how much it grows in a second; 0 if it has not grown within the last seconds. */
  double perSecond(long nanos) {
    forget(nanos);
    if (samples.size() < 2) {
      return 0;
    }
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    return Math.max(0, last.count - first.count) * 1e9 / (last.nanos - first.nanos);
  }

  private void forget(long nanos) {
    while (!samples.isEmpty() && nanos - samples.getFirst().nanos > WINDOW_NANOS) {
      samples.removeFirst();
    }
  }
}

package io.millrace.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When frames were counted, as somebody saw who looked at a counter now and then. For two threads:
 * one looks, the other asks.
 *
 * <p>The counter is Flink's {@code ledger.framesComplete}: frames of which every sector has been
 * counted and assembled. It begins at 0 when the job starts again, so a smaller value is a new
 * beginning. 0 is what is seen while nobody knows the counter, and is no news.
 */
final class FrameTrace {
  /**
   * Frames that come later than this behind those before have stood still. Flink's counters are
   * seen every half second, and a machine that does other things hesitates.
   */
  static final Duration STANDSTILL = Duration.ofSeconds(2);

  private final List<Long> times = new ArrayList<>();
  private long last;
  private long frames;

  /**
   * @param counter as it was seen last
   */
  FrameTrace(long counter) {
    this.last = counter;
  }

  /**
   * Notes a look at the counter.
   *
   * @param nanos when, by {@link System#nanoTime}
   */
  synchronized void see(long nanos, long counter) {
    if (counter == last || counter == 0) {
      return;
    }
    frames += counter > last ? counter - last : counter;
    last = counter;
    times.add(nanos);
  }

  /** Frames that were counted since the beginning of this trace, those twice that came twice. */
  synchronized long frames() {
    return frames;
  }

  /** When the first new frame was seen. */
  synchronized Optional<Long> first() {
    return times.isEmpty() ? Optional.empty() : Optional.of(times.get(0));
  }

  /**
   * The time from a fault to the first new frame behind the standstill that it caused. What was on
   * its way is counted also after the death of who sent it, and Flink's tasks go on for seconds
   * without their JobManager; so this is the end of the longest standstill after the fault. If
   * frames never stood still, it is the next frame.
   *
   * @param fault when, by {@link System#nanoTime}
   * @return empty if no frame was counted after the fault
   */
  synchronized Optional<Duration> recovery(long fault) {
    List<Long> after = times.stream().filter(t -> t - fault > 0).toList();
    if (after.isEmpty()) {
      return Optional.empty();
    }
    long longest = STANDSTILL.toNanos();
    long end = after.get(0);
    long before = fault;
    for (long time : after) {
      if (time - before > longest) {
        longest = time - before;
        end = time;
      }
      before = time;
    }
    return Optional.of(Duration.ofNanos(end - fault));
  }
}

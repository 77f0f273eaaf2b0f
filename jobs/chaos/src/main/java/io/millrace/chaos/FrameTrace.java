package io.millrace.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * When frames were counted, as somebody saw who looked at a counter now and then. For two threads:
 * one looks, the other asks.
 *
 * <p>Flink does not always tell the counters of tasks that it has started again. So there are two
 * other signs: lanes tell ZooKeeper how many sectors they have given to be counted, and the scan's
 * part file grows, which Flink's tasks write at each checkpoint.
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

  /**
   * Behind a scan's last frame, its part grows once more: by what is incomplete, and the images.
   */
  static final Duration ENDING = Duration.ofSeconds(5);

  private final List<Long> times = new ArrayList<>();
  private final List<Long> growths = new ArrayList<>();

  /** Of the part; -1 before the first look, which may find what earlier scans have left. */
  private long size = -1;

  /** Sectors of all lanes; -1 before the first look. */
  private long sectors = -1;

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

  /** Notes a look at the sectors of all lanes; less of them is a lane that has ended. */
  synchronized void seeSectors(long nanos, long sum) {
    if (sectors >= 0 && sum > sectors) {
      times.add(nanos);
    }
    sectors = sum;
  }

  /** Notes a look at how long the scan's part is; one that is cut, or goes, is no news. */
  synchronized void seePart(long nanos, long bytes) {
    if (size >= 0 && bytes > size) {
      growths.add(nanos);
    }
    size = bytes;
  }

  /** Frames that were counted since the beginning of this trace, those twice that came twice. */
  synchronized long frames() {
    return frames;
  }

  /** When the first new frame was seen. */
  synchronized Optional<Long> first() {
    return Stream.concat(times.stream(), growths.stream()).min(Long::compare);
  }

  /**
   * The time from a fault to the first new frame behind the standstill that it caused. What was on
   * its way is counted also after the death of who sent it, and Flink's tasks go on for seconds
   * without their JobManager; so this is the end of the longest standstill after the fault. If
   * frames never stood still, it is the next frame.
   *
   * @param fault when, by {@link System#nanoTime}
   * @param end of the scan
   * @return empty if no frame was counted after the fault
   */
  synchronized Optional<Duration> recovery(long fault, long end) {
    Stream<Long> written = growths.stream().filter(t -> end - t > ENDING.toNanos());
    List<Long> after =
        Stream.concat(times.stream(), written).filter(t -> t - fault > 0).sorted().toList();
    if (after.isEmpty()) {
      return Optional.empty();
    }
    long longest = STANDSTILL.toNanos();
    long recovered = after.get(0);
    long before = fault;
    for (long time : after) {
      if (time - before > longest) {
        longest = time - before;
        recovered = time;
      }
      before = time;
    }
    return Optional.of(Duration.ofNanos(recovered - fault));
  }
}

package io.millrace.zeromq.source.split;

import io.millrace.detector.DropReason;
import java.util.List;
import java.util.Map;
import org.apache.flink.annotation.Internal;

/**
 * Where a lane stands: which scans have ended on it, and what it has handed over of those under
 * way.
 *
 * @param endedCount how many scans have ended
 * @param endedUpTo the watermark: no scan up to this key is under way; {@link Long#MIN_VALUE} if
 *     none has ended
 * @param ended keys of the scans that ended last, oldest first
 * @param open the scans under way
 * @param drops messages that were dropped since the last scan ended
 */
@Internal
public record LanePosition(
    int endedCount,
    long endedUpTo,
    List<Long> ended,
    List<OpenScan> open,
    Map<DropReason, Long> drops) {
  /** Of a lane that has not begun. */
  public static final LanePosition START =
      new LanePosition(0, Long.MIN_VALUE, List.of(), List.of(), Map.of());

  /** What {@link OpenScan#announced} has for a module that has not announced. */
  public static final long NOT_ANNOUNCED = -1;

  /** Copies what it is given. */
  public LanePosition {
    ended = List.copyOf(ended);
    open = List.copyOf(open);
    drops = Map.copyOf(drops);
  }

  /** Without the scans that have ended, which may be thousands. */
  @Override
  public String toString() {
    return "%d scans ended, up to %d; under way %s; dropped %s"
        .formatted(endedCount, endedUpTo, open, drops);
  }

  /**
   * A scan under way.
   *
   * @param scan its {@link io.millrace.detector.ScanKey key}
   * @param width of the scan in positions; 0 if no sector has come
   * @param height of the scan in positions; 0 if no sector has come
   * @param announced messages that were announced, by module
   * @param received messages that have come, by module
   */
  public record OpenScan(
      long scan, int width, int height, List<Long> announced, List<Long> received) {
    /** Copies the lists. */
    public OpenScan {
      announced = List.copyOf(announced);
      received = List.copyOf(received);
    }
  }
}

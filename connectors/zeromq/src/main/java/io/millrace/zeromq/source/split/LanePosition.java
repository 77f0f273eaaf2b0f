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
 * @param epoch of the lane's reader; 0 before the first
 * @param heard by module, what has come of the messages that can be sent again; empty if none has
 */
@Internal
public record LanePosition(
    int endedCount,
    long endedUpTo,
    List<Long> ended,
    List<OpenScan> open,
    Map<DropReason, Long> drops,
    long epoch,
    List<Heard> heard) {
  /** Of a lane that has not begun. */
  public static final LanePosition START =
      new LanePosition(0, Long.MIN_VALUE, List.of(), List.of(), Map.of(), 0, List.of());

  /** What {@link OpenScan#announced} has for a module that has not announced. */
  public static final long NOT_ANNOUNCED = -1;

  /** Copies what it is given. */
  public LanePosition {
    ended = List.copyOf(ended);
    open = List.copyOf(open);
    drops = Map.copyOf(drops);
    heard = List.copyOf(heard);
  }

  /** The same with what concerns messages that can be sent again. */
  public LanePosition with(long epoch, List<Heard> heard) {
    return new LanePosition(endedCount, endedUpTo, ended, open, drops, epoch, heard);
  }

  /** What has come of a module. */
  public Heard heard(int module) {
    return module < heard.size() ? heard.get(module) : Heard.NOTHING;
  }

  /** Without the scans that have ended, which may be thousands. */
  @Override
  public String toString() {
    return "%d scans ended, up to %d; under way %s; dropped %s; heard %s"
        .formatted(endedCount, endedUpTo, open, drops, heard);
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

  /**
   * What has come of the messages that a module's producer can send again.
   *
   * @param sender the producer; 0 if none was heard
   * @param next number of the message that is expected; all before it have come
   * @param unfinished numbers of those that have come and are in no checkpoint, ascending: sectors
   *     that waited for their thresholds
   */
  public record Heard(long sender, long next, List<Long> unfinished) {
    /** Nothing has come. */
    public static final Heard NOTHING = new Heard(0, 1, List.of());

    /** Copies the list. */
    public Heard {
      unfinished = List.copyOf(unfinished);
    }

    /** All up to this number are in the checkpoint. */
    public long finished() {
      return (unfinished.isEmpty() ? next : unfinished.get(0)) - 1;
    }
  }
}

package io.millrace.gateway.live;

import io.millrace.detector.ScanGeometry;
import io.millrace.detector.live.LiveEnd;
import io.millrace.detector.live.LiveEvents;
import io.millrace.detector.live.LiveMessage;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRing;
import io.millrace.detector.live.LiveRows;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Live messages of a small scan: 3 x 2 positions (the third column is the flyback), frames of 4 x 4
 * pixels, two modules.
 */
final class Told {
  static final ScanGeometry GEOMETRY = new ScanGeometry(3, 2);
  static final long KEY = 7;
  static final int SIDE = 4;

  /** Pixels (1,1), (1,2), (2,1), (2,2) lie less than 1 from (1.5, 1.5). */
  static final LiveRing DISK = new LiveRing("bright_field", 0, 1, 1.5, 1.5);

  private Told() {}

  /**
   * A row of which each position has the same mask, frames and electrons in the disk and in all.
   */
  static LiveRows row(int row, int mask, int frames, int inDisk, int total) {
    return new LiveRows(
        KEY,
        GEOMETRY,
        row,
        1,
        List.of(DISK),
        filled(mask),
        filled(frames),
        new int[][] {filled(inDisk)},
        filled(total),
        new long[] {total, 2L * total, 3L * total},
        new long[] {0, 0, 4L * total});
  }

  private static int[] filled(int value) {
    int[] values = new int[GEOMETRY.width()];
    Arrays.fill(values, value);
    return values;
  }

  /** A pattern of which pixel i has i + more electrons. */
  static LivePattern pattern(int more) {
    int[] pixels = IntStream.range(more, more + SIDE * SIDE).toArray();
    return new LivePattern(KEY, GEOMETRY, SIDE, SIDE, 2, 1, Arrays.stream(pixels).sum(), pixels);
  }

  /** A frame. */
  static LiveEvents events(int position, int... events) {
    return new LiveEvents(
        KEY,
        GEOMETRY,
        SIDE,
        SIDE,
        new int[] {position},
        new int[] {3},
        new int[] {events.length},
        events);
  }

  static LiveEnd end(long complete, long incomplete, long absent) {
    return new LiveEnd(
        KEY, GEOMETRY, complete, incomplete, absent, new long[] {0, incomplete}, "announced");
  }

  static LiveScan scan(LiveMessage... messages) {
    LiveScan scan =
        new LiveScan(
            "night.7-20261125T134500123Z",
            "night",
            KEY,
            GEOMETRY,
            java.time.Instant.parse("2026-11-25T13:45:00.123Z"));
    for (LiveMessage message : messages) {
      scan.take(message, "p", 0);
    }
    return scan;
  }
}

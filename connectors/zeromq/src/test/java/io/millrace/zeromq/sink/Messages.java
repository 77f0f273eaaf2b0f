package io.millrace.zeromq.sink;

import io.millrace.detector.ScanGeometry;
import io.millrace.detector.live.LiveEnd;
import io.millrace.detector.live.LiveEvents;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRing;
import io.millrace.detector.live.LiveRows;
import java.util.Arrays;
import java.util.List;

/** Messages of small scans, told apart by one value. */
final class Messages {
  static final ScanGeometry GEOMETRY = new ScanGeometry(4, 8);

  private Messages() {}

  /** Two rows; 256 bytes. */
  static LiveRows rows(long scan, int firstRow, int value) {
    int[] counts = new int[8];
    Arrays.fill(counts, value);
    return new LiveRows(
        scan,
        GEOMETRY,
        firstRow,
        2,
        List.of(new LiveRing("bright_field", 0, 1, 1, 1)),
        new int[8],
        new int[8],
        new int[][] {counts},
        new int[8],
        new long[8],
        new long[8]);
  }

  /** 16 bytes. */
  static LivePattern pattern(long scan, int value) {
    return new LivePattern(scan, GEOMETRY, 2, 2, 4, 1, 1, new int[] {value, 0, 0, 0});
  }

  /** A frame with these events; 12 bytes and 4 for each. */
  static LiveEvents events(long scan, int position, int... events) {
    return new LiveEvents(
        scan,
        GEOMETRY,
        2,
        2,
        new int[] {position},
        new int[] {15},
        new int[] {events.length},
        events);
  }

  static LiveEnd end(long scan) {
    return new LiveEnd(scan, GEOMETRY, 32, 0, 0, new long[4], "announced");
  }
}

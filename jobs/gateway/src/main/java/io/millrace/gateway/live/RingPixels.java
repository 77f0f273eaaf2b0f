package io.millrace.gateway.live;

import io.millrace.operators.images.VirtualDetector;
import java.util.BitSet;

/** Which pixels of a frame belong to a ring: looked up for each event, so worked out once. */
final class RingPixels {
  private final BitSet inside;

  /** For frames of a size. */
  RingPixels(VirtualDetector ring, int rows, int columns) {
    inside = new BitSet(rows * columns);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        inside.set(row * columns + column, ring.contains(row, column));
      }
    }
  }

  /** How many of some events are in the ring. */
  int count(int[] events, int n) {
    int count = 0;
    for (int e = 0; e < n; e++) {
      if (inside.get(events[e])) {
        count++;
      }
    }
    return count;
  }
}

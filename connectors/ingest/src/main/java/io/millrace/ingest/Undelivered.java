package io.millrace.ingest;

import java.util.Arrays;
import java.util.StringJoiner;

/**
 * The sectors that a relay had taken from producers, and never gave to a node: they are lost.
 *
 * @param unread received, perhaps in part, and not given to a lane: they waited behind the others,
 *     or behind a lane that took nothing, or their connection broke
 * @param unsent by lane, given to it and not written to a node: nobody took them, or the node went
 *     away with them in its queue
 */
record Undelivered(long unread, long[] unsent) {
  long total() {
    return unread + Arrays.stream(unsent).sum();
  }

  /** For instance {@code unread=4, lane-1=64}; empty if there are none. */
  @Override
  public String toString() {
    StringJoiner told = new StringJoiner(", ");
    if (unread > 0) {
      told.add("unread=" + unread);
    }
    for (int lane = 0; lane < unsent.length; lane++) {
      if (unsent[lane] > 0) {
        told.add("lane-%d=%d".formatted(lane, unsent[lane]));
      }
    }
    return told.toString();
  }
}

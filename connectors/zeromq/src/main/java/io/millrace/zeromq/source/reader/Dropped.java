package io.millrace.zeromq.source.reader;

import io.millrace.detector.DropReason;
import io.millrace.detector.LaneRecord;

/**
 * Goes from the lane's thread to the task thread: a message was dropped.
 *
 * @param scan that it counts as received for; {@link #NO_SCAN} if for none
 */
record Dropped(long scan, int module, DropReason reason) implements LaneRecord {
  static final long NO_SCAN = -1;
}

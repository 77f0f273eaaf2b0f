package io.millrace.zeromq.source.reader;

import io.millrace.detector.DropReason;
import io.millrace.detector.LaneRecord;

/**
 * Goes from the lane's thread to the task thread: a message was dropped.
 *
 * @param scan that it counts as received for; {@link #NO_SCAN} if for none
 * @param sender who could send it again; 0 for nobody
 * @param number of the message among those of its sender
 */
record Dropped(long scan, int module, DropReason reason, long sender, long number)
    implements LaneRecord {
  static final long NO_SCAN = -1;

  /** A message that cannot be sent again, or has to be. */
  Dropped(long scan, int module, DropReason reason) {
    this(scan, module, reason, 0, 0);
  }
}

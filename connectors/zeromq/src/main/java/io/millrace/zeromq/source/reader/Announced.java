package io.millrace.zeromq.source.reader;

import io.millrace.detector.LaneRecord;

/**
 * Goes from the lane's thread to the task thread: a module has announced messages of a scan.
 *
 * @param count how many it has announced so far
 * @param sender who can send it again; 0 for nobody
 * @param number of the message among those of its sender
 */
record Announced(long scan, int module, long count, long sender, long number)
    implements LaneRecord {
  /** By a message that cannot be sent again. */
  Announced(long scan, int module, long count) {
    this(scan, module, count, 0, 0);
  }
}

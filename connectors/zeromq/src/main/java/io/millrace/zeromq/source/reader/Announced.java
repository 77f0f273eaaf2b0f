package io.millrace.zeromq.source.reader;

import io.millrace.detector.LaneRecord;

/**
 * Goes from the lane's thread to the task thread: a module has announced messages of a scan.
 *
 * @param count how many it has announced so far
 */
record Announced(long scan, int module, long count) implements LaneRecord {}

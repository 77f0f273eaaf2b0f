package io.millrace.zeromq.source.reader;

import io.millrace.detector.LaneRecord;

/**
 * Goes from the lane's thread to the task thread behind all that came of the scans up to this one:
 * none of them is under way on the lane any more.
 *
 * @param scan the lane's watermark
 */
record Reached(long scan) implements LaneRecord {}

package io.millrace.zeromq.source.reader;

import io.millrace.detector.LaneRecord;
import io.millrace.detector.LaneReport;

/**
 * Goes from the lane's thread to the task thread behind the last sector of a scan.
 *
 * @param watermark no scan up to this number is under way on the lane
 */
record EndOfScan(LaneReport report, long watermark) implements LaneRecord {
  @Override
  public long scan() {
    return report.scan();
  }
}

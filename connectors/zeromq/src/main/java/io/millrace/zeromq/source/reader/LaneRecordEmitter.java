package io.millrace.zeromq.source.reader;

import io.millrace.detector.LaneRecord;
import io.millrace.detector.Sector;
import io.millrace.zeromq.source.split.LaneSplit;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;

/**
 * Emits sectors at the time of their scan, and at the end of a scan its report and the watermark.
 * Counts for the reader as a whole, since only the task thread sees all its lanes.
 */
final class LaneRecordEmitter implements RecordEmitter<LaneRecord, LaneRecord, LaneSplit> {
  private final Counter bytes;
  private final Counter errors;

  LaneRecordEmitter(SourceReaderMetricGroup reader) {
    bytes = reader.getIOMetricGroup().getNumBytesInCounter();
    errors = reader.getNumRecordsInErrorsCounter();
  }

  @Override
  public void emitRecord(LaneRecord record, SourceOutput<LaneRecord> output, LaneSplit split) {
    if (record instanceof EndOfScan end) {
      errors.inc(end.report().drops().total());
      output.collect(end.report(), end.scan());
      output.emitWatermark(new Watermark(end.watermark()));
    } else {
      bytes.inc(((Sector) record).pixels().length);
      output.collect(record, record.scan());
    }
  }
}

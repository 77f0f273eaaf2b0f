package io.millrace.zeromq.source.reader;

import io.millrace.detector.LaneRecord;
import io.millrace.zeromq.source.split.LaneSplit;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.connector.base.source.reader.RecordEmitter;

/**
 * Emits sectors at the time of their scan, and at the end of a scan its report and the watermark.
 */
final class LaneRecordEmitter implements RecordEmitter<LaneRecord, LaneRecord, LaneSplit> {
  @Override
  public void emitRecord(LaneRecord record, SourceOutput<LaneRecord> output, LaneSplit split) {
    if (record instanceof EndOfScan end) {
      output.collect(end.report(), end.scan());
      output.emitWatermark(new Watermark(end.watermark()));
    } else {
      output.collect(record, record.scan());
    }
  }
}

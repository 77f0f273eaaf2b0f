package io.millrace.zeromq.source.reader;

import io.millrace.detector.LaneRecord;
import io.millrace.detector.LaneReport;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;

/**
 * Emits sectors at the time of their scan, and at the end of a scan its report and the watermark;
 * notes in the lane's state what it has emitted. Counts for the reader as a whole, since only the
 * task thread sees all its lanes.
 */
final class LaneRecordEmitter implements RecordEmitter<LaneRecord, LaneRecord, LaneState> {
  private final Counter bytes;
  private final Counter errors;

  LaneRecordEmitter(SourceReaderMetricGroup reader) {
    bytes = reader.getIOMetricGroup().getNumBytesInCounter();
    errors = reader.getNumRecordsInErrorsCounter();
  }

  @Override
  public void emitRecord(LaneRecord record, SourceOutput<LaneRecord> output, LaneState state) {
    if (record instanceof Slot sector) {
      state.received(sector);
      bytes.inc(sector.pixels().length);
      output.collect(sector, sector.scan());
    } else if (record instanceof Announced announced) {
      state.announced(announced);
    } else if (record instanceof Dropped dropped) {
      state.dropped(dropped);
    } else if (record instanceof LaneReport report) {
      state.ended(report.scan());
      errors.inc(report.drops().total());
      output.collect(report, report.scan());
    } else if (record instanceof Reached reached) {
      state.reached(reached.scan());
      output.emitWatermark(new Watermark(reached.scan()));
    }
  }
}

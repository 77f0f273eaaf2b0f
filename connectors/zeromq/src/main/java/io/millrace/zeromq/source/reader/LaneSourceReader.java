package io.millrace.zeromq.source.reader;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.LaneRecord;
import io.millrace.zeromq.source.split.LaneSplit;
import java.util.Map;
import java.util.Set;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.SourceReaderBase;

/**
 * The task's side of its lanes. The threads of the lanes own the sockets; this emits what they hand
 * over.
 */
@Internal
@SuppressWarnings("try") // Flink's readers may be interrupted when they close
public final class LaneSourceReader
    extends SourceReaderBase<LaneRecord, LaneRecord, LaneSplit, LaneSplit> {

  private LaneSourceReader(LaneFetcherManager fetchers, SourceReaderContext context) {
    super(
        fetchers,
        new LaneRecordEmitter(context.metricGroup()),
        context.getConfiguration(),
        context);
  }

  /** A reader that waits for its lanes. */
  public static LaneSourceReader create(
      SourceReaderContext context,
      DetectorDescription detector,
      Set<Long> scans,
      int boundedAfter,
      Configuration options) {
    return new LaneSourceReader(
        new LaneFetcherManager(
            () ->
                new LaneSplitReader(context.metricGroup(), detector, scans, boundedAfter, options),
            context.getConfiguration()),
        context);
  }

  @Override
  protected void onSplitFinished(Map<String, LaneSplit> finished) {
    // Nothing is kept for a lane that has ended.
  }

  @Override
  protected LaneSplit initializedState(LaneSplit split) {
    return split;
  }

  @Override
  protected LaneSplit toSplitType(String splitId, LaneSplit state) {
    return state;
  }
}

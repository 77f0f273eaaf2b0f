package io.millrace.zeromq.source;

import io.millrace.coordination.SessionAddress;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.LaneRecord;
import io.millrace.detector.wire.Lanes;
import io.millrace.sockets.CurveKeys;
import io.millrace.zeromq.source.enumerator.LaneEnumerator;
import io.millrace.zeromq.source.enumerator.LaneEnumeratorState;
import io.millrace.zeromq.source.enumerator.LaneEnumeratorStateSerializer;
import io.millrace.zeromq.source.reader.LaneSourceReader;
import io.millrace.zeromq.source.split.LaneSplit;
import io.millrace.zeromq.source.split.LaneSplitSerializer;
import java.io.IOException;
import java.util.Set;
import javax.annotation.Nullable;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Pulls a detector's sectors from the lanes of an aggregator.
 *
 * <pre>{@code
 * ZeroMqSource source =
 *     ZeroMqSource.builder()
 *         .setDetector(DetectorDescription.load("4d-camera"))
 *         .setLanes(Lanes.at("tcp://edge.example.org:5600", 4, 4))
 *         .build();
 * env.fromSource(source, WatermarkStrategy.noWatermarks(), "lanes")
 *     .setParallelism(4)
 *     .transform("count", types, CountingOperator.given(...)); // chained: a sector cannot leave its task
 * }</pre>
 *
 * <p>Instead of an address it can be given a session: then it finds its lanes in ZooKeeper when the
 * session's aggregator is there, and ends when the session is drained.
 *
 * <p>Records are {@link io.millrace.detector.Sector Sectors}, which have to be released, and one
 * {@link io.millrace.detector.LaneReport} after the last sector of each scan. Timestamps are scan
 * keys ({@link io.millrace.detector.ScanKey}); the source emits its own watermarks, so no strategy
 * is needed. A reader beyond the number of lanes has nothing to do and ends at once.
 */
@PublicEvolving
public final class ZeroMqSource
    implements Source<LaneRecord, LaneSplit, LaneEnumeratorState>, ResultTypeQueryable<LaneRecord> {
  private final DetectorDescription detector;
  private final @Nullable Lanes lanes;
  private final @Nullable SessionAddress session;
  private final Set<Long> scans;
  private final int boundedAfter;
  private final Configuration options;

  ZeroMqSource(
      DetectorDescription detector,
      @Nullable Lanes lanes,
      @Nullable SessionAddress session,
      Set<Long> scans,
      int boundedAfter,
      Configuration options) {
    this.detector = detector;
    this.lanes = lanes;
    this.session = session;
    this.scans = scans;
    this.boundedAfter = boundedAfter;
    this.options = options;
  }

  /** Begins to describe a source. */
  public static ZeroMqSourceBuilder builder() {
    return new ZeroMqSourceBuilder();
  }

  @Override
  public Boundedness getBoundedness() {
    return boundedAfter > 0 ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<LaneRecord, LaneSplit> createReader(SourceReaderContext context)
      throws IOException {
    return LaneSourceReader.create(
        context, detector, scans, boundedAfter, options, session, CurveKeys.ofEnvironment());
  }

  @Override
  public SplitEnumerator<LaneSplit, LaneEnumeratorState> createEnumerator(
      SplitEnumeratorContext<LaneSplit> context) {
    return restoreEnumerator(
        context,
        lanes == null
            ? LaneEnumeratorState.unknown()
            : LaneEnumeratorState.of(LaneEnumerator.splits(lanes)));
  }

  @Override
  public SplitEnumerator<LaneSplit, LaneEnumeratorState> restoreEnumerator(
      SplitEnumeratorContext<LaneSplit> context, LaneEnumeratorState state) {
    return new LaneEnumerator(
        context, state, session == null ? null : new SessionLanes(session, detector));
  }

  @Override
  public SimpleVersionedSerializer<LaneSplit> getSplitSerializer() {
    return new LaneSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<LaneEnumeratorState> getEnumeratorCheckpointSerializer() {
    return new LaneEnumeratorStateSerializer();
  }

  @Override
  public TypeInformation<LaneRecord> getProducedType() {
    return new LaneRecordTypeInfo();
  }
}

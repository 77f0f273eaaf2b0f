package io.millrace.counting;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.counting.serialization.Serializers;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.LaneRecord;
import io.millrace.detector.ScanNotice;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.Thresholds;
import io.millrace.detector.wire.Lanes;
import io.millrace.hdf5.CountedFileSink;
import io.millrace.hdf5.Provenance;
import io.millrace.hdf5.ResultListener;
import io.millrace.hdf5.SessionId;
import io.millrace.operators.assembly.AssemblyFunction;
import io.millrace.operators.calibration.CalibrationFunction;
import io.millrace.operators.calibration.SectorHistogram;
import io.millrace.operators.counting.CountingOperator;
import io.millrace.operators.hotpixels.HotPixelFunction;
import io.millrace.operators.images.ImageFunction;
import io.millrace.operators.ledger.LedgerFunction;
import io.millrace.zeromq.sink.ZeroMqSink;
import io.millrace.zeromq.source.ZeroMqSource;
import io.millrace.zeromq.source.ZeroMqSourceOptions;
import java.io.IOException;
import java.time.Duration;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The counting job: {@code flink run millrace-counting.jar --output DIR ...}; see {@link
 * CountingOptions} for all options, and the package for the topology.
 */
public final class CountingJob {
  /** Silence after which a scan that nobody announced, and that has all its frames, has ended. */
  private static final Duration QUIET = Duration.ofSeconds(5);

  private CountingJob() {}

  /** Submits the job, and waits for it unless it is detached. */
  public static void main(String... args) throws Exception {
    CountingOptions options = CountingOptions.parse(args);
    if (options == null) {
      return;
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration());
    if (!env.getCheckpointConfig().isCheckpointingEnabled()) {
      // It would begin in the middle of a scan, with nothing.
      env.configure(new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "none"));
    }
    build(env, options);
    env.execute("Millrace counting, session " + options.session);
  }

  /** What the job asks of Flink, on any cluster. */
  static Configuration configuration() {
    Configuration configuration = new Configuration();
    Serializers.register(configuration);
    // Records are not kept by whoever emits or receives them, so they need not be copied between
    // chained operators.
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    // The watermarks that end scans are there in streaming only, also if the source is bounded.
    configuration.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.STREAMING);
    return configuration;
  }

  /** Builds the topology. */
  static void build(StreamExecutionEnvironment env, CountingOptions options) throws IOException {
    DetectorDescription detector = options.camera();
    // What changes from scan to scan comes through ZooKeeper, also a mask for given thresholds.
    Thresholds given = options.maskHotPixels ? null : options.thresholds();
    // A reader without a lane would only take a slot.
    Lanes lanes = options.lanes();
    int readers =
        lanes == null ? env.getParallelism() : Math.min(lanes.lanes(), env.getParallelism());

    SingleOutputStreamOperator<CountedSector> counted =
        env.<LaneRecord>fromSource(
                source(options, detector, env.getCheckpointConfig().isCheckpointingEnabled()),
                WatermarkStrategy.noWatermarks(),
                "lanes")
            .uid("lanes")
            .setParallelism(readers)
            .transform(
                "count",
                Types.GENERIC(CountedSector.class),
                given != null
                    ? CountingOperator.given(options.counting(), given, options.level())
                    : CountingOperator.calibrated(options.counting(), options.calibration()))
            .uid("count")
            .setParallelism(readers);

    SingleOutputStreamOperator<CountedFrame> frames =
        counted
            .keyBy(AssemblyFunction.key(), AssemblyFunction.KEY)
            .process(
                new AssemblyFunction(detector, options.frameTimeout(), options.centroids),
                Types.GENERIC(CountedFrame.class))
            .name("assemble")
            .uid("assemble");

    DataStream<ScanNotice> notices =
        counted
            .getSideOutput(CountingOperator.NOTICES)
            .union(frames.getSideOutput(AssemblyFunction.DROPS));
    if (given == null) {
      notices =
          notices.union(
              counted
                  .getSideOutput(CountingOperator.HISTOGRAMS)
                  .keyBy(SectorHistogram::scan, Types.LONG)
                  .process(
                      new CalibrationFunction(detector, options.calibration()),
                      Types.GENERIC(ScanNotice.class))
                  .name("calibrate")
                  .uid("calibrate"));
    }
    DataStream<ScanRecord> records =
        frames
            .keyBy(frame -> frame.scan, Types.LONG)
            .connect(notices.keyBy(ScanNotice::scan, Types.LONG))
            .process(
                new LedgerFunction(
                    new LedgerFunction.Settings(
                        detector,
                        options.framesPerPosition,
                        given,
                        options.level(),
                        options.uncounted(),
                        options.sessionAddress(),
                        QUIET,
                        options.ledgerTimeout())),
                Types.GENERIC(ScanRecord.class))
            .name("ledger")
            .uid("ledger");
    ZeroMqSink gateway = options.liveSink();
    SingleOutputStreamOperator<ScanRecord> images =
        byScan(records)
            .process(
                new ImageFunction(
                    detector, options.virtualDetectors(), options.dpc(), gateway != null),
                Types.GENERIC(ScanRecord.class))
            .name("images")
            .uid("images");
    if (gateway != null) {
      images.getSideOutput(ImageFunction.LIVE).sinkTo(gateway).name("live").uid("live");
    }
    records =
        byScan(images)
            .process(
                new HotPixelFunction(detector, options.calibration()),
                Types.GENERIC(ScanRecord.class))
            .name("hot pixels")
            .uid("hot-pixels");
    sink(options, detector).append(byScan(records)).name("counted file").uid("counted-file");
  }

  /** Records leave the ledger and what follows it by scan already: no shuffle, one chain. */
  private static KeyedStream<ScanRecord, Long> byScan(DataStream<ScanRecord> records) {
    return DataStreamUtils.reinterpretAsKeyedStream(records, ScanRecord::scan, Types.LONG);
  }

  private static ZeroMqSource source(
      CountingOptions options, DetectorDescription detector, boolean checkpoints) {
    return ZeroMqSource.builder()
        .setDetector(detector)
        .setLanes(options.lanes())
        .setSession(options.sessionAddress())
        .setScans(options.scan)
        .setBoundedAfter(options.scans)
        .setOption(ZeroMqSourceOptions.SLOTS_PER_MODULE, options.slots)
        .setOption(ZeroMqSourceOptions.SCAN_TIMEOUT, options.scanTimeout)
        .setOption(ZeroMqSourceOptions.RETAINED_SCAN_TIMEOUT, options.retainedTimeout)
        .setOption(ZeroMqSourceOptions.ACKNOWLEDGE_CHECKPOINTS, checkpoints)
        .build();
  }

  private static CountedFileSink sink(CountingOptions options, DetectorDescription detector)
      throws IOException {
    return CountedFileSink.builder()
        .setDirectory(options.output)
        .setId(options.id > 0 ? options.id : SessionId.take(options.output))
        .setDetector(detector)
        .setProvenance(provenance(options))
        .setLayout(options.layout)
        .setCentroids(options.centroids)
        .setListener(
            options.sessionAddress() == null
                ? ResultListener.nobody()
                : new JournalledResults(options.sessionAddress()))
        .build();
  }

  private static Provenance provenance(CountingOptions options) {
    String version = CountingJob.class.getPackage().getImplementationVersion();
    try {
      return new Provenance(
          "Millrace",
          version == null ? "not packaged" : version,
          options.session,
          new ObjectMapper().writeValueAsString(options.values()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}

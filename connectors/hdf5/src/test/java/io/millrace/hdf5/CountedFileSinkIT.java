package io.millrace.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.IntList;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.ScanReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountedFileSinkIT {
  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  @TempDir Path dir;

  private static Scan scan(long number) {
    Random random = new Random(number);
    return Scan.of(number, new ScanGeometry(5, 4), 2, random, e -> e % 7 * 10)
        .withCentroids(random);
  }

  /** Two scans, frame by frame in turn, as they overlap in a stream. */
  private static Stream<ScanRecord> overlapping() {
    Scan a = scan(1);
    Scan b = scan(2);
    Stream<ScanRecord> frames =
        Stream.iterate(0, i -> i < a.frames().size(), i -> i + 1)
            .flatMap(i -> Stream.of(a.frames().get(i), b.frames().get(i)));
    return Stream.of(
            frames,
            a.images().stream(),
            Stream.of(a.report()),
            b.images().stream(),
            Stream.of(b.report()))
        .flatMap(records -> records);
  }

  /** The sink runs in this process, but as a copy. */
  private static final Queue<String> TOLD = new ConcurrentLinkedQueue<>();

  private static final class Recorder implements ResultListener {
    @Override
    public void open() {
      TOLD.clear();
    }

    @Override
    public void inPlace(ScanReport report, Path file) {
      TOLD.add("%d: %s, %b".formatted(report.scan(), file.getFileName(), Files.exists(file)));
    }

    @Override
    public void notInPlace(ScanReport report, String reason) {
      TOLD.add("%d: %s".formatted(report.scan(), reason));
    }

    @Override
    public void close() {
      TOLD.add("closed");
    }
  }

  @Test
  void everyReportedScanBecomesAFile() throws Exception {
    run((none, out) -> overlapping().forEach(out::collect));
    assertThat(TOLD)
        .as("each scan once")
        .containsExactly(
            "1: FOURD_261122_0843_00003_00001.h5, true",
            "2: FOURD_261122_0843_00003_00002.h5, true",
            "closed");
    assertHolds();
  }

  @Test
  void aScanWithoutAReportLeavesNothing() throws Exception {
    run((none, out) -> scan(1).frames().forEach(out::collect));
    assertThat(names()).isEmpty();
  }

  @Test
  void aJobThatFailsLeavesOnlyWholeFiles() {
    long upToTheFirstReport = 2L * scan(1).frames().size() + scan(1).images().size() + 1;
    assertThatThrownBy(
            () ->
                run(
                    (none, out) -> {
                      overlapping().limit(upToTheFirstReport).forEach(out::collect);
                      throw new IllegalStateException("a node is lost");
                    }))
        .hasStackTraceContaining("a node is lost");
    assertThat(names())
        .containsExactly(
            "FOURD_261122_0843_00003_00001.h5", "FOURD_261122_0843_00003_00001_flat.h5");
  }

  /** As after the death of a node, when the job starts again on another one. */
  @Test
  void thePartsOfATaskThatWasKilledAreLeftAloneAndDoNotDisturb() throws Exception {
    String folder = dir.toString(); // a Path does not serialize
    run(
        (none, out) -> {
          Files.writeString(Path.of(folder, "FOURD_00003_00001.part"), "the killed");
          Files.writeString(Path.of(folder, "FOURD_00003_00001-2_flat.part"), "once more");
          overlapping().forEach(out::collect);
        });
    assertThat(names())
        .containsExactly(
            "FOURD_00003_00001-2_flat.part",
            "FOURD_00003_00001.part",
            "FOURD_261122_0843_00003_00001.h5",
            "FOURD_261122_0843_00003_00001_flat.h5",
            "FOURD_261122_0843_00003_00002.h5",
            "FOURD_261122_0843_00003_00002_flat.h5");
    assertThat(dir.resolve("FOURD_00003_00001.part")).hasContent("the killed");
  }

  /** Emits the records at the pace of its input, and fails once, after a checkpoint. */
  private static final class FailsOnce extends RichFlatMapFunction<Long, ScanRecord>
      implements CheckpointedFunction, CheckpointListener {
    private static final AtomicBoolean FAILED = new AtomicBoolean();

    private final int before;
    private final int until;
    private transient List<ScanRecord> records;
    private transient ListState<Integer> state;
    private transient int next;
    private transient Map<Long, Integer> snapshots;
    private transient int inCheckpoint;

    /**
     * @param before records that are in a checkpoint before others come
     * @param until records after which it fails
     */
    FailsOnce(int before, int until) {
      this.before = before;
      this.until = until;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
      records = overlapping().toList();
      snapshots = new HashMap<>();
      state =
          context
              .getOperatorStateStore()
              .getListState(new ListStateDescriptor<>("next", Types.INT));
      for (int n : state.get()) {
        next = n;
      }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
      state.update(List.of(next));
      snapshots.put(context.getCheckpointId(), next);
    }

    @Override
    public void notifyCheckpointComplete(long id) {
      inCheckpoint = snapshots.get(id);
    }

    @Override
    public void flatMap(Long tick, Collector<ScanRecord> out) {
      LockSupport.parkNanos(100_000);
      boolean waits = !FAILED.get() && next == before && inCheckpoint < before;
      if (next == records.size() || waits) {
        return;
      }
      out.collect(records.get(next++));
      if (next == until && FAILED.compareAndSet(false, true)) {
        throw new IllegalStateException("a node is lost");
      }
    }
  }

  /** In the middle of both scans; behind the first report; behind its last frame, in its images. */
  @ParameterizedTest
  @CsvSource({"20, 30", "20, 85", "82, 85", "20, 20"})
  void aJobThatStartsAgainCompletesTheFilesFrameByFrame(int before, int until) throws Exception {
    FailsOnce.FAILED.set(false);
    Configuration restarting = new Configuration();
    restarting.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    restarting.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1);
    restarting.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
    StreamExecutionEnvironment env = environment(restarting);
    env.enableCheckpointing(50);
    sink()
        .append(
            env.fromSequence(0, Long.MAX_VALUE)
                .flatMap(new FailsOnce(before, until))
                .keyBy(ScanRecord::scan));
    JobClient job = env.executeAsync();
    try {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> names().stream().filter(n -> n.endsWith(".h5")).count() == 4);
      await().atMost(Duration.ofMinutes(1)).until(() -> TOLD.size() == 2);
    } finally {
      job.cancel().get(1, TimeUnit.MINUTES);
    }
    assertThat(FailsOnce.FAILED).isTrue();
    assertHolds();
  }

  private void assertHolds() throws IOException {
    assertThat(names())
        .containsExactly(
            "FOURD_261122_0843_00003_00001.h5",
            "FOURD_261122_0843_00003_00001_flat.h5",
            "FOURD_261122_0843_00003_00002.h5",
            "FOURD_261122_0843_00003_00002_flat.h5");
    for (String name : names()) {
      try (CountedFile file = new CountedFile(dir.resolve(name))) {
        Scan scan = scan(file.scan());
        assertThat(file.events()).isEqualTo(scan.events());
        assertThat(file.imageNames())
            .isEqualTo(scan.images().stream().map(ScanImage::name).toList());
        for (CountedFrame frame : scan.frames()) {
          int k = (int) ((frame.frame - scan.frames().get(0).frame) % 2);
          assertThat(IntList.of(file.events(frame.position(), k))).isEqualTo(frame.events);
          assertThat(Scan.values(file.centroids(frame.position(), k)))
              .isEqualTo(Scan.values(frame.centroids));
        }
      }
    }
  }

  private void run(FlatMapFunction<Long, ScanRecord> records) throws Exception {
    StreamExecutionEnvironment env = environment(new Configuration());
    // Chained: what was emitted before a failure has passed the sink.
    sink()
        .append(
            DataStreamUtils.reinterpretAsKeyedStream(
                env.fromSequence(1, 1).flatMap(records).returns(ScanRecord.class),
                ScanRecord::scan));
    env.execute();
  }

  private static StreamExecutionEnvironment environment(Configuration configuration) {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(1);
    env.getConfig().enableObjectReuse();
    return env;
  }

  private CountedFileSink sink() {
    return CountedFileSink.builder()
        .setDirectory(dir)
        .setId(3)
        .setZone(ZoneOffset.UTC)
        .setDetector(Scan.CAMERA)
        .setProvenance(Scan.PROVENANCE)
        .setLayout(Layout.BOTH)
        .setCentroids(true)
        .setListener(new Recorder())
        .build();
  }

  private List<String> names() {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

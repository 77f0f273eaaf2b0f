package io.millrace.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.time.ZoneOffset;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

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

  private void run(FlatMapFunction<Long, ScanRecord> records) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    env.getConfig().enableObjectReuse();
    CountedFileSink sink =
        CountedFileSink.builder()
            .setDirectory(dir)
            .setId(3)
            .setZone(ZoneOffset.UTC)
            .setDetector(Scan.CAMERA)
            .setProvenance(Scan.PROVENANCE)
            .setLayout(Layout.BOTH)
            .setCentroids(true)
            .setListener(new Recorder())
            .build();
    env.fromSequence(1, 1).flatMap(records).returns(ScanRecord.class).sinkTo(sink);
    env.execute();
  }

  private List<String> names() {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

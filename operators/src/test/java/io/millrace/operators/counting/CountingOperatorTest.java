package io.millrace.operators.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.coordination.Calibrations;
import io.millrace.coordination.ZooKeeperNode;
import io.millrace.detector.Calibration;
import io.millrace.detector.CalibrationFailure;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.Drops;
import io.millrace.detector.LaneRecord;
import io.millrace.detector.LaneReport;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.Sector;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.Thresholds;
import io.millrace.detector.raw.RawDataset;
import io.millrace.detector.raw.RawFileName;
import io.millrace.detector.raw.RawFileReader;
import io.millrace.detector.raw.RawVersion;
import io.millrace.detector.raw.UncountedScan;
import io.millrace.operators.calibration.CalibrationSettings;
import io.millrace.operators.calibration.SectorHistogram;
import io.millrace.operators.calibration.ThresholdFit;
import io.millrace.operators.ledger.Counters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class CountingOperatorTest {
  private static final DetectorDescription DETECTOR = Frames.grid(8, 6, 4, 1);
  private static final CountingSettings COUNTING =
      new CountingSettings(DETECTOR, Corrections.NONE, false);

  private static final Thresholds THRESHOLDS = new Thresholds(18.5, 300);
  private static final long PATIENCE = 5_000 + 1_000 + 90_000 + 30_000;

  @TempDir static Path data;
  private static ZooKeeperNode zookeeper;

  private final Random random = new Random(1);
  private final List<String> flow = new ArrayList<>();
  private final List<CountedSector> counted = new ArrayList<>();
  private final List<SectorHistogram> histograms = new ArrayList<>();
  private final List<Slot> sent = new ArrayList<>();
  private final Counters metrics = new Counters();
  private OneInputStreamOperatorTestHarness<LaneRecord, CountedSector> operator;
  private Calibrations calibration;

  @BeforeAll
  static void startZooKeeper() throws IOException {
    zookeeper = ZooKeeperNode.start("127.0.0.1", 0, data);
  }

  @AfterAll
  static void stopZooKeeper() {
    zookeeper.close();
  }

  @AfterEach
  void close() throws Exception {
    if (calibration != null) {
      calibration.close();
    }
    operator.getOperator().close(); // The harness would finish it first, as a source that ends.
  }

  /** A sector whose slot can be given back once. */
  private static final class Slot implements Sector {
    final SectorHeader header;
    final byte[] pixels;
    int released;

    Slot(SectorHeader header, byte[] pixels) {
      this.header = header;
      this.pixels = pixels;
    }

    @Override
    public SectorHeader header() {
      return header;
    }

    @Override
    public byte[] pixels() {
      assertThat(released).as("released while it is read").isZero();
      return pixels;
    }

    @Override
    public void release() {
      released++;
    }
  }

  /** All that leaves the operator, on whichever way, in one order. */
  private final class Flow implements Output<StreamRecord<CountedSector>> {
    @Override
    public void collect(StreamRecord<CountedSector> record) {
      CountedSector sector = record.getValue().copy();
      assertThat(record.getTimestamp()).isEqualTo(sector.header.scan);
      counted.add(sector);
      flow.add("sector %d/%d".formatted(sector.header.scan, sector.header.frame));
    }

    @Override
    public <X> void collect(OutputTag<X> tag, StreamRecord<X> record) {
      if (record.getValue() instanceof SectorHistogram histogram) {
        assertThat(tag).isEqualTo(CountingOperator.HISTOGRAMS);
        assertThat(record.getTimestamp()).isEqualTo(histogram.scan());
        histograms.add(histogram);
        flow.add("histogram %d/%d".formatted(histogram.scan(), histogram.frame()));
      } else {
        assertThat(tag).isEqualTo(CountingOperator.NOTICES);
        if (record.getValue() instanceof LaneReport report) {
          assertThat(sent)
              .as("sectors of scan %d when it is reported", report.scan())
              .filteredOn(slot -> slot.header.scan == report.scan())
              .allMatch(slot -> slot.released == 1);
          flow.add("report %d".formatted(report.scan()));
        } else if (record.getValue() instanceof CalibrationFailure failure) {
          flow.add("failure %d: %s".formatted(failure.scan(), failure.reason()));
        } else {
          flow.add("calibration %d".formatted(((Calibration) record.getValue()).scan()));
        }
      }
    }

    @Override
    public void emitWatermark(Watermark mark) {
      assertThat(sent)
          .as("sectors up to scan %d at its watermark", mark.getTimestamp())
          .filteredOn(slot -> slot.header.scan <= mark.getTimestamp())
          .allMatch(slot -> slot.released == 1);
      flow.add("watermark " + mark.getTimestamp());
    }

    @Override
    public void emitWatermark(WatermarkEvent event) {}

    @Override
    public void emitWatermarkStatus(WatermarkStatus status) {}

    @Override
    public void emitLatencyMarker(LatencyMarker marker) {}

    @Override
    public void emitRecordAttributes(RecordAttributes attributes) {}

    @Override
    public void close() {}
  }

  private void open(CountingOperator counting) throws Exception {
    operator =
        new OneInputStreamOperatorTestHarness<>(
            counting, new MockEnvironmentBuilder().setMetricGroup(metrics.task()).build());
    operator.setOutputCreator(serializer -> new Flow());
    operator.open();
  }

  private void openCalibrated(TestInfo test) throws Exception {
    CalibrationSettings settings = settings(test.getTestMethod().orElseThrow().getName());
    open(CountingOperator.calibrated(COUNTING, settings));
    calibration =
        settings.connect(
            operator.getOperator().getRuntimeContext().getJobInfo().getJobId().toString());
  }

  private static CalibrationSettings settings(String session) {
    return new CalibrationSettings(
        new ThresholdFit(3, 4.5, 10),
        "127.0.0.1:" + zookeeper.port(),
        session,
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        null,
        null,
        false,
        uncounted(session).toString(),
        Duration.ofSeconds(15));
  }

  private static Path uncounted(String session) {
    return data.resolve("uncounted").resolve(session);
  }

  private Slot send(long scan, long frame, int module) throws Exception {
    byte[] pixels = Frames.random(random, DETECTOR.sector(0).pixels());
    Slot slot = new Slot(new SectorHeader().set(scan, frame, 9, 9, 1, 2, 3, module), pixels);
    sent.add(slot);
    operator.processElement(slot, scan);
    return slot;
  }

  private void report(long scan) throws Exception {
    report(scan, 0);
  }

  private void report(long scan, int lane) throws Exception {
    operator.processElement(new LaneReport(scan, lane, 1, 1, true, new Drops()), scan);
  }

  private Object waitingSectors() {
    return metrics.gauge("sectorsWaitingForThresholds");
  }

  /** Lets the operator look for thresholds until they have come through ZooKeeper. */
  private void lookUntil(BooleanSupplier condition) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(5))
        .pollInSameThread()
        .until(
            () -> {
              operator.setProcessingTime(operator.getProcessingTime() + 10);
              return condition.getAsBoolean();
            });
  }

  private void assertCounted(int index, Slot slot) {
    CountedSector expected = new CountedSector();
    new SectorCounter(DETECTOR, false)
        .count(
            slot.header,
            slot.pixels,
            Discriminators.of(DETECTOR, Corrections.NONE, Calibration.given(0, THRESHOLDS, null)),
            expected);
    CountedSector sector = counted.get(index);
    String as = "sector " + index;
    assertThat(sector.header).as(as).hasToString(slot.header.toString());
    assertThat(sector.events).as(as).isEqualTo(expected.events);
    assertThat(sector.borderEvents).as(as).isEqualTo(expected.borderEvents);
    assertThat(sector.haloPixels).as(as).isEqualTo(expected.haloPixels);
    assertThat(sector.haloValues()).as(as).isEqualTo(expected.copy().haloValues());
  }

  @Test
  void withGivenThresholdsEachSectorIsCountedAtOnceAndReleasedOnce() throws Exception {
    open(CountingOperator.given(COUNTING, THRESHOLDS, null));
    for (int i = 0; i < 500; i++) {
      Slot slot = send(random.nextInt(3), i, i % 4);
      assertThat(counted).as("sector %d", i).hasSize(i + 1);
      assertCounted(i, slot);
      assertThat(slot.released).as("sector %d", i).isEqualTo(1);
    }
    assertThat(histograms).isEmpty();
  }

  @Test
  void withGivenThresholdsNothingIsHeld() throws Exception {
    open(CountingOperator.given(COUNTING, THRESHOLDS, null));
    send(7, 0, 0);
    report(7);
    operator.processWatermark(7);
    send(8, 0, 0);
    operator.processWatermark(Long.MAX_VALUE);
    assertThat(flow)
        .containsExactly(
            "sector 7/0", "report 7", "watermark 7", "sector 8/0", "watermark " + Long.MAX_VALUE);
    operator.getOperator().finish();
  }

  @Test
  void sectorsWaitForTheirThresholds(TestInfo test) throws Exception {
    openCalibrated(test);
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      slots.add(send(7, i, i % 4));
    }
    report(7);
    operator.processWatermark(7);
    operator.setProcessingTime(1_000);
    assertThat(flow)
        .containsExactly(
            "histogram 7/0",
            "histogram 7/1",
            "histogram 7/2",
            "histogram 7/3",
            "histogram 7/4",
            "watermark 6"); // Scans before this one have ended.
    assertThat(slots).extracting(slot -> slot.released).containsOnly(0);
    assertThat(waitingSectors()).isEqualTo(5);
    for (int i = 0; i < 5; i++) {
      SectorHistogram histogram = histograms.get(i);
      assertThat(histogram.module()).isEqualTo(i % 4);
      assertThat(histogram.histogram().pixels()).isEqualTo(DETECTOR.sector(0).pixels());
      int value = Pixels.get(slots.get(i).pixels, 0) - histogram.histogram().first();
      assertThat(histogram.histogram().counts()[value]).isPositive();
    }

    flow.clear();
    calibration.publish(Calibration.given(7, THRESHOLDS, null));
    lookUntil(() -> !flow.isEmpty());
    assertThat(flow)
        .containsExactly(
            "calibration 7",
            "sector 7/0",
            "sector 7/1",
            "sector 7/2",
            "sector 7/3",
            "sector 7/4",
            "report 7",
            "watermark 7");
    assertThat(slots).extracting(slot -> slot.released).containsOnly(1);
    assertThat(waitingSectors()).isEqualTo(0);
    for (int i = 0; i < 5; i++) {
      assertCounted(i, slots.get(i));
    }

    flow.clear();
    assertThat(operator.getProcessingTimeService().getNumActiveTimers()).isZero();
    operator.getOperator().finish();
    assertThat(flow).isEmpty();
  }

  @Test
  void aScanWithThresholdsPassesOneThatWaits(TestInfo test) throws Exception {
    openCalibrated(test);
    calibration.publish(Calibration.given(5, THRESHOLDS, null));
    send(5, 0, 0);
    lookUntil(() -> flow.contains("sector 5/0"));
    flow.clear();
    Slot waits = send(7, 0, 0);
    Slot passes = send(5, 1, 1);
    report(7);
    report(5);
    operator.processWatermark(5);
    assertThat(flow).containsExactly("histogram 7/0", "sector 5/1", "report 5", "watermark 5");
    assertThat(passes.released).isEqualTo(1);
    assertThat(waits.released).isZero();
  }

  @Test
  void theEndOfAScanWaitsForItsOwnSectorsOnly(TestInfo test) throws Exception {
    openCalibrated(test);
    send(7, 0, 0);
    send(8, 0, 0);
    report(7);
    operator.processWatermark(7);
    report(8);
    operator.processWatermark(8);
    flow.clear();
    calibration.publish(Calibration.given(7, THRESHOLDS, null));
    lookUntil(() -> !flow.isEmpty());
    assertThat(flow).containsExactly("calibration 7", "sector 7/0", "report 7", "watermark 7");
    flow.clear();
    calibration.publish(Calibration.given(8, new Thresholds(1, 2), null));
    lookUntil(() -> !flow.isEmpty());
    assertThat(flow).containsExactly("calibration 8", "sector 8/0", "report 8", "watermark 8");
  }

  @Test
  void sectorsThatComeWhileOthersWaitAreCountedBehindThem(TestInfo test) throws Exception {
    openCalibrated(test);
    send(7, 0, 0);
    calibration.publish(Calibration.given(7, THRESHOLDS, null));
    for (int i = 1; i < 20; i++) {
      send(7, i, 0);
    }
    lookUntil(() -> counted.size() == 20);
    send(7, 20, 0);
    assertThat(counted)
        .extracting(sector -> sector.header.frame)
        .isSorted()
        .hasSize(21)
        .doesNotHaveDuplicates();
    assertThat(histograms).hasSize(20);
    assertThat(flow).filteredOn("calibration 7"::equals).hasSize(1);
  }

  /** Each lane of a reader reports for itself, and the sectors of the others may follow. */
  @Test
  void theFirstLanesReportIsNotTheEndOfTheScan(TestInfo test) throws Exception {
    openCalibrated(test);
    calibration.publish(Calibration.given(7, THRESHOLDS, null));
    send(7, 0, 0);
    lookUntil(() -> flow.contains("sector 7/0"));
    flow.clear();
    report(7, 0);
    send(7, 1, 0);
    report(7, 1);
    operator.processWatermark(7);
    assertThat(flow).as("no second calibration").startsWith("report 7", "sector 7/1");
    assertThat(flow).containsExactly("report 7", "sector 7/1", "report 7", "watermark 7");
  }

  @Test
  void whatWaitsIsKeptBeforeTheEndOfAScanThatCannotBeCalibrated(TestInfo test) throws Exception {
    openCalibrated(test);
    calibration.publish(Calibration.given(5, THRESHOLDS, null));
    send(5, 0, 0);
    lookUntil(() -> flow.contains("sector 5/0"));
    flow.clear();

    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      slots.add(send(7, i, i % 4));
      assertThat(waitingSectors()).isEqualTo(i + 1);
    }
    Slot next = send(8, 0, 0);
    report(7);
    Slot passes = send(5, 1, 1);
    operator.processWatermark(7);
    assertThat(flow)
        .filteredOn(what -> !what.startsWith("histogram"))
        .as("another scan passes meanwhile")
        .containsExactly("sector 5/1", "watermark 6");
    assertThat(passes.released).isEqualTo(1);
    assertThat(slots).extracting(slot -> slot.released).containsOnly(0);
    assertThat(waitingSectors()).isEqualTo(7);
    assertThat(metrics.get("sectorsKeptUncounted")).isZero();

    flow.clear();
    calibration.publish(new CalibrationFailure(7, "all pixels have the same value"));
    lookUntil(() -> flow.contains("watermark 7"));
    assertThat(flow).containsExactly("report 7", "watermark 7");
    assertThat(slots).extracting(slot -> slot.released).containsOnly(1);
    assertKept(test, 7, slots);
    assertThat(metrics.get("sectorsKeptUncounted")).isEqualTo(6);
    assertThat(next.released).as("of the next scan").isZero();
    assertThat(waitingSectors()).isEqualTo(1);

    flow.clear();
    calibration.publish(Calibration.given(8, THRESHOLDS, null));
    lookUntil(() -> !flow.isEmpty());
    assertThat(flow).containsExactly("calibration 8", "sector 8/0");
    assertThat(waitingSectors()).isEqualTo(0);
    assertThat(metrics.get("sectorsKeptUncounted")).isEqualTo(6);
  }

  @Test
  void whatComesAfterTheFailureIsKeptTooUntilTheWatermark(TestInfo test) throws Exception {
    openCalibrated(test);
    calibration.publish(new CalibrationFailure(7, "all pixels have the same value"));
    calibration.publish(Calibration.given(9, THRESHOLDS, null));
    List<Slot> slots = new ArrayList<>();
    slots.add(send(7, 0, 0));
    lookUntil(() -> slots.get(0).released == 1);
    send(9, 0, 0);
    lookUntil(() -> flow.contains("sector 9/0"));
    flow.clear();
    for (int i = 1; i < 12; i++) {
      slots.add(send(7, i, i % 4));
      assertThat(slots.get(i).released).as("sector %d", i).isEqualTo(1);
      if (i == 5) {
        report(7, 0);
        send(9, 1, 1);
      }
    }
    Path folder = UncountedScan.folder(uncounted(nameOf(test)), 7);
    assertThat(openFiles(folder)).as("files while sectors may follow").isEqualTo(4);
    report(7, 1);
    operator.processWatermark(7);
    assertThat(flow).containsExactly("report 7", "sector 9/1", "report 7", "watermark 7");
    assertThat(openFiles(folder)).as("files when the scan has ended").isZero();
    assertThat(slots).extracting(slot -> slot.released).containsOnly(1);
    assertKept(test, 7, slots);
    assertThat(metrics.get("sectorsKeptUncounted")).isEqualTo(12);
    assertThat(waitingSectors()).isEqualTo(0);
    assertThat(histograms).filteredOn(histogram -> histogram.scan() == 7).hasSizeLessThan(2);
  }

  private static String nameOf(TestInfo test) {
    return test.getTestMethod().orElseThrow().getName();
  }

  /** Files of a folder that this process has open. */
  private static long openFiles(Path folder) throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.filter(fd -> pointsInto(fd, folder)).count();
    }
  }

  private static boolean pointsInto(Path descriptor, Path folder) {
    try {
      return Files.readSymbolicLink(descriptor).startsWith(folder.toRealPath());
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  /** Reads the raw files of a scan, as the producer does that streams it again. */
  private static void assertKept(TestInfo test, long scan, List<Slot> slots) throws IOException {
    RawDataset kept =
        RawDataset.open(
            List.of(UncountedScan.folder(uncounted(nameOf(test)), scan)),
            RawVersion.ROW_SECTORS,
            DETECTOR,
            Set.of(0, 1, 2, 3),
            OptionalLong.empty());
    assertThat(kept.problems()).isEmpty();
    assertThat(kept.scan()).isEqualTo(scan);
    assertThat(kept.geometry()).isEqualTo(new ScanGeometry(9, 9));
    Map<String, byte[]> expected = new TreeMap<>();
    slots.forEach(slot -> expected.put(slot.header.frame + "/" + slot.header.module, slot.pixels));
    Map<String, byte[]> found = new TreeMap<>();
    SectorHeader header = new SectorHeader();
    for (int module = 0; module < DETECTOR.modules(); module++) {
      for (Path file : kept.files(module)) {
        assertThat(file.toString()).endsWith(RawFileName.ENDING);
        try (RawFileReader reader = kept.read(file, module)) {
          while (reader.next(header)) {
            byte[] pixels = new byte[DETECTOR.sectorBytes()];
            reader.pixels(ByteBuffer.wrap(pixels));
            assertThat(found.put(header.frame + "/" + module, pixels)).isNull();
          }
        }
      }
    }
    assertThat(found).containsExactlyEntriesOf(expected);
  }

  @Test
  void withoutThresholdsPatienceEndsAndTheScanIsKept(TestInfo test) throws Exception {
    openCalibrated(test);
    operator.setProcessingTime(1_000);
    List<Slot> slots =
        List.of(send(7, 0, 0), send(7, 0, 1), send(7, 0, 2), send(7, 0, 3), send(7, 1, 0));
    operator.setProcessingTime(1_000 + PATIENCE);
    operator.setProcessingTime(1_000 + PATIENCE);
    assertThat(slots).extracting(slot -> slot.released).containsOnly(0);
    operator.setProcessingTime(1_000 + PATIENCE + 10);
    assertThat(counted).isEmpty();
    assertThat(slots).extracting(slot -> slot.released).containsOnly(1);
    assertThat(flow)
        .endsWith(
            "failure 7: a counter saw no thresholds within 126 s; see the calibration's log, and whether ZooKeeper answers");
    report(7, 0);
    operator.processWatermark(7);
    assertThat(flow).endsWith("report 7", "watermark 7");
    assertKept(test, 7, slots);
  }

  @Test
  void aSourceThatEndsWhileSectorsWaitIsAnError(TestInfo test) throws Exception {
    openCalibrated(test);
    send(7, 0, 0);
    assertThatThrownBy(() -> operator.getOperator().finish())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[7]");
  }

  @Test
  void itClosesWithoutHavingOpened() throws Exception {
    operator =
        new OneInputStreamOperatorTestHarness<>(
            CountingOperator.calibrated(COUNTING, settings("no name")));
    assertThatThrownBy(operator::open).hasMessageContaining("no name");
    assertThatCode(operator.getOperator()::close).doesNotThrowAnyException();
  }
}

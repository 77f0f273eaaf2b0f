package io.millrace.operators.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.coordination.Calibrations;
import io.millrace.coordination.ZooKeeperNode;
import io.millrace.detector.Calibration;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.Drops;
import io.millrace.detector.LaneRecord;
import io.millrace.detector.LaneReport;
import io.millrace.detector.Sector;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.Thresholds;
import io.millrace.operators.calibration.CalibrationSettings;
import io.millrace.operators.calibration.SectorHistogram;
import io.millrace.operators.calibration.ThresholdFit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.apache.flink.runtime.event.WatermarkEvent;
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
  private static final long PATIENCE = 5_000 + 1_000 + 30_000;

  @TempDir static Path data;
  private static ZooKeeperNode zookeeper;

  private final Random random = new Random(1);
  private final List<String> flow = new ArrayList<>();
  private final List<CountedSector> counted = new ArrayList<>();
  private final List<SectorHistogram> histograms = new ArrayList<>();
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
        flow.add(
            record.getValue() instanceof LaneReport report
                ? "report %d".formatted(report.scan())
                : "calibration %d".formatted(((Calibration) record.getValue()).scan()));
      }
    }

    @Override
    public void emitWatermark(Watermark mark) {
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
    operator = new OneInputStreamOperatorTestHarness<>(counting);
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
        "uncounted");
  }

  private Slot send(long scan, long frame, int module) throws Exception {
    byte[] pixels = Frames.random(random, DETECTOR.sector(0).pixels());
    Slot slot = new Slot(new SectorHeader().set(scan, frame, 9, 9, 1, 2, 3, module), pixels);
    operator.processElement(slot, scan);
    return slot;
  }

  private void report(long scan) throws Exception {
    operator.processElement(new LaneReport(scan, 0, 1, 1, true, new Drops()), scan);
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

  @Test
  void withoutThresholdsPatienceEnds(TestInfo test) throws Exception {
    openCalibrated(test);
    operator.setProcessingTime(1_000);
    send(7, 0, 0);
    send(7, 1, 0);
    operator.setProcessingTime(1_000 + PATIENCE);
    operator.setProcessingTime(1_000 + PATIENCE);
    assertThat(counted).isEmpty();
    assertThatThrownBy(() -> operator.setProcessingTime(1_000 + PATIENCE + 10))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "scan 7 has no thresholds after 36 s: 2 sectors wait in this task; see the calibration's log");
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

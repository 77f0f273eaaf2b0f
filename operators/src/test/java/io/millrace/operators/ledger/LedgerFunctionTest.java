package io.millrace.operators.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.Calibration;
import io.millrace.detector.CalibrationFailure;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.Drops;
import io.millrace.detector.IntList;
import io.millrace.detector.LaneReport;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanNotice;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.ScanReport;
import io.millrace.detector.ScanReport.EndedBy;
import io.millrace.detector.SectorDrop;
import io.millrace.detector.Thresholds;
import io.millrace.operators.counting.Frames;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.groups.OperatorMetricGroup;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LedgerFunctionTest {
  private static final DetectorDescription DETECTOR = Frames.grid(8, 4, 4, 1);
  private static final int COMPLETE = DETECTOR.completeMask();
  private static final Thresholds GIVEN = new Thresholds(28.5, 435);
  private static final long QUIET = 1_000;
  private static final long TIMEOUT = 60_000;
  private static final long U32 = 0xffff_ffffL;

  private Counters counters;
  private KeyedTwoInputStreamOperatorTestHarness<Long, CountedFrame, ScanNotice, ScanRecord> ledger;

  @BeforeEach
  void open() throws Exception {
    open(0, GIVEN);
  }

  @AfterEach
  void close() throws Exception {
    ledger.close();
  }

  private void open(int framesPerPosition, Thresholds given) throws Exception {
    open(framesPerPosition, given, null);
  }

  /**
   * @param state of a ledger that was there before; null if there was none
   */
  private void open(int framesPerPosition, Thresholds given, OperatorSubtaskState state)
      throws Exception {
    Counters registered = new Counters();
    counters = registered;
    LedgerFunction function =
        new LedgerFunction(
            new LedgerFunction.Settings(
                DETECTOR,
                framesPerPosition,
                given,
                null,
                "uncounted",
                null,
                Duration.ofMillis(QUIET),
                Duration.ofMillis(TIMEOUT)));
    ledger =
        new KeyedTwoInputStreamOperatorTestHarness<>(
            new KeyedCoProcessOperator<>(function) {
              @Override
              public OperatorMetricGroup getMetricGroup() {
                return registered.group();
              }
            },
            frame -> frame.scan,
            ScanNotice::scan,
            Types.LONG);
    ledger.setup(Types.GENERIC(ScanRecord.class).createSerializer(new SerializerConfigImpl()));
    if (state != null) {
      ledger.initializeState(state);
    }
    ledger.open();
  }

  /** A frame of a scan of 2 x 1 positions. */
  private static CountedFrame frame(long scan, long number, int x, int mask, int... events) {
    CountedFrame frame = new CountedFrame(IntList.of(events));
    frame.scan = scan;
    frame.frame = number;
    frame.width = 2;
    frame.height = 1;
    frame.x = x;
    frame.mask = mask;
    return frame;
  }

  private void send(CountedFrame frame) throws Exception {
    ledger.processElement1(frame, frame.scan);
  }

  private void tell(ScanNotice notice) throws Exception {
    ledger.processElement2(notice, notice.scan());
  }

  private void watermark(long scan) throws Exception {
    ledger.processBothWatermarks(new Watermark(scan));
  }

  private List<CountedFrame> frames() {
    return ledger.extractOutputValues().stream()
        .filter(CountedFrame.class::isInstance)
        .map(CountedFrame.class::cast)
        .toList();
  }

  private List<ScanReport> reports() {
    return ledger.extractOutputValues().stream()
        .filter(ScanReport.class::isInstance)
        .map(ScanReport.class::cast)
        .toList();
  }

  /** Whatever could still end a scan a second time. */
  private void letAllTimersPass() throws Exception {
    passTime(ledger.getProcessingTime() + 10 * TIMEOUT);
    watermark(Long.MAX_VALUE);
    passTime(ledger.getProcessingTime() + 10 * TIMEOUT);
  }

  private ScanReport theOnlyReport() throws Exception {
    assertThat(reports()).hasSize(1);
    letAllTimersPass();
    assertThat(reports()).hasSize(1);
    assertThat(counters.get("scansEnded")).isEqualTo(1);
    return reports().get(0);
  }

  @Test
  void framesPassThroughInOrder() throws Exception {
    send(frame(7, 12, 1, COMPLETE, 3, 8, 31));
    send(frame(7, 11, 0, 0b0110));
    send(frame(9, 11, 0, COMPLETE, 5));
    assertThat(ledger.extractOutputValues())
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactly(
            frame(7, 12, 1, COMPLETE, 3, 8, 31),
            frame(7, 11, 0, 0b0110),
            frame(9, 11, 0, COMPLETE, 5));
    assertThat(counters.get("framesComplete")).isEqualTo(2);
    assertThat(counters.get("framesIncomplete")).isEqualTo(1);
    assertThat(counters.get("events")).isEqualTo(4);
  }

  @Test
  void endedByTheWatermarkAsAnnounced() throws Exception {
    passTime(5_000);
    send(frame(7, 0, 0, COMPLETE, 1, 2, 3));
    passTime(6_000);
    send(frame(7, 1, 0, 0b1011, 4));
    Drops drops = new Drops();
    drops.add(DropReason.HEADER_FORMAT);
    tell(new LaneReport(7, 0, 6, 5, true, drops));
    tell(new LaneReport(7, 1, 2, 3, true, new Drops()));
    watermark(6);
    assertThat(reports()).isEmpty();
    watermark(7);

    ScanReport report = theOnlyReport();
    assertThat(report)
        .usingRecursiveComparison()
        .isEqualTo(
            new ScanReport(
                7,
                new ScanGeometry(2, 1),
                2,
                1,
                1,
                2,
                new long[] {0, 0, 1, 0},
                4,
                8,
                8,
                drops,
                EndedBy.ANNOUNCED,
                Instant.ofEpochMilli(5_000),
                Instant.ofEpochMilli(6_000),
                Calibration.given(7, GIVEN, null)));
  }

  @Test
  void theReportComesBehindTheFrames() throws Exception {
    send(frame(7, 0, 0, COMPLETE));
    send(frame(7, 1, 1, COMPLETE));
    watermark(7);
    assertThat(ledger.extractOutputValues()).hasSize(3).last().isInstanceOf(ScanReport.class);
  }

  @Test
  void endedByALaneThatGaveUp() throws Exception {
    send(frame(7, 0, 0, COMPLETE));
    tell(new LaneReport(7, 0, 4, 4, true, new Drops()));
    tell(new LaneReport(7, 1, 4, 1, false, new Drops()));
    watermark(7);
    ScanReport report = theOnlyReport();
    assertThat(report.endedBy()).isEqualTo(EndedBy.LANE_TIMEOUT);
    assertThat(report.announced()).isEqualTo(8);
    assertThat(report.received()).isEqualTo(5);
    assertThat(report.absent()).isEqualTo(1);
  }

  @Test
  void endedByAllFramesAfterQuiet() throws Exception {
    close();
    open(1, GIVEN);
    passTime(2_000);
    send(frame(7, 0, 0, COMPLETE));
    passTime(2_000 + 5 * QUIET);
    send(frame(7, 1, 1, COMPLETE));
    long last = 2_000 + 5 * QUIET + QUIET - 1;
    passTime(last);
    assertThat(reports()).as("before quiet").isEmpty();
    send(frame(7, 2, 0, COMPLETE));
    passTime(last + QUIET - 1);
    assertThat(reports()).as("after another frame, before quiet").isEmpty();
    passTime(last + QUIET);

    ScanReport report = theOnlyReport();
    assertThat(report.endedBy()).isEqualTo(EndedBy.ALL_FRAMES);
    assertThat(report.end()).isEqualTo(Instant.ofEpochMilli(last + QUIET));
    assertThat(report.complete()).isEqualTo(3);
    assertThat(report.framesPerPosition()).isEqualTo(2);
  }

  @Test
  void allFramesAreAsManyAsEachPositionShouldHave() throws Exception {
    close();
    open(2, GIVEN);
    send(frame(7, 0, 0, COMPLETE));
    send(frame(7, 1, 1, COMPLETE));
    send(frame(7, 2, 0, COMPLETE));
    passTime(10 * QUIET);
    assertThat(reports()).isEmpty();
    send(frame(7, 3, 1, COMPLETE));
    passTime(11 * QUIET);
    assertThat(theOnlyReport().endedBy()).isEqualTo(EndedBy.ALL_FRAMES);
  }

  @Test
  void ofHowManyFramesAPositionHasNothingIsConcludedFromAPause() throws Exception {
    send(frame(7, 0, 0, COMPLETE));
    send(frame(7, 1, 1, COMPLETE));
    passTime(TIMEOUT - 1);
    assertThat(reports()).as("each position has a frame, but a second round may follow").isEmpty();
    send(frame(7, 2, 0, COMPLETE));
    send(frame(7, 3, 1, COMPLETE));
    passTime(2 * TIMEOUT);
    assertThat(theOnlyReport().complete()).isEqualTo(4);
  }

  @Test
  void nothingIsConcludedFromATimerThatABusyTaskMissed() throws Exception {
    send(frame(7, 0, 0, COMPLETE));
    ledger.setProcessingTime(3 * TIMEOUT); // the sink held this task up
    assertThat(reports()).as("what waits in the input has not been read").isEmpty();
    send(frame(7, 1, 1, COMPLETE));
    passTime(3 * TIMEOUT + TIMEOUT - 1);
    assertThat(reports()).isEmpty();
    passTime(3 * TIMEOUT + TIMEOUT);
    assertThat(theOnlyReport().complete()).isEqualTo(2);
  }

  @Test
  void aScanThatTheJobLeavesOpenSaysSo() throws Exception {
    send(frame(7, 0, 0, COMPLETE));
    ledger.processBothWatermarks(Watermark.MAX_WATERMARK);
    assertThat(theOnlyReport().endedBy()).isEqualTo(EndedBy.JOB_ENDED);
  }

  @Test
  void endedBySilence() throws Exception {
    passTime(2_000);
    send(frame(7, 0, 0, COMPLETE));
    passTime(2_000 + TIMEOUT - 1);
    assertThat(reports()).isEmpty();
    passTime(2_000 + TIMEOUT);
    ScanReport report = theOnlyReport();
    assertThat(report.endedBy()).isEqualTo(EndedBy.TIMEOUT);
    assertThat(report.start()).isEqualTo(Instant.ofEpochMilli(2_000));
    assertThat(report.end()).isEqualTo(Instant.ofEpochMilli(2_000 + TIMEOUT));
    assertThat(report.absent()).isEqualTo(1);
  }

  @Test
  void framesAndNoticesAreNoSilence() throws Exception {
    long now = 0;
    for (int i = 0; i < 5; i++) {
      send(frame(7, i, 0, COMPLETE));
      now += TIMEOUT - 1;
      passTime(now);
      tell(new SectorDrop(7, DropReason.DUPLICATE));
      now += TIMEOUT - 1;
      passTime(now);
      assertThat(reports()).as("after %d frames", i + 1).isEmpty();
    }
    passTime(now + 1);
    assertThat(theOnlyReport().endedBy()).isEqualTo(EndedBy.TIMEOUT);
  }

  @Test
  void aSilentScanEndsBesideABusyOne() throws Exception {
    send(frame(7, 0, 0, COMPLETE));
    passTime(TIMEOUT / 2);
    send(frame(8, 0, 0, COMPLETE));
    passTime(TIMEOUT);
    assertThat(reports()).extracting(ScanReport::scan).containsExactly(7L);
  }

  @Test
  void whatComesAfterTheEndIsCountedAndNotPassedOn() throws Exception {
    send(frame(7, 0, 0, COMPLETE, 1));
    watermark(7);
    send(frame(7, 1, 1, COMPLETE, 2));
    send(frame(7, 2, 1, 0b0001, 3));
    tell(new SectorDrop(7, DropReason.LATE));
    assertThat(counters.get("framesLate")).isEqualTo(2);
    assertThat(counters.get("framesComplete")).isEqualTo(1);
    assertThat(counters.get("framesIncomplete")).isZero();
    assertThat(counters.get("events")).isEqualTo(1);
    assertThat(frames()).hasSize(1);
    assertThat(theOnlyReport().complete()).isEqualTo(1);
  }

  @Test
  void noReportWithoutFrames() throws Exception {
    tell(new LaneReport(7, 0, 4, 0, false, new Drops()));
    tell(new SectorDrop(8, DropReason.LATE));
    watermark(7);
    passTime(TIMEOUT);
    letAllTimersPass();
    assertThat(counters.get("scansEnded")).isEqualTo(2);
    send(frame(7, 0, 0, COMPLETE));
    assertThat(counters.get("framesLate")).isEqualTo(1);
    letAllTimersPass();
    assertThat(ledger.extractOutputValues()).isEmpty();
  }

  @Test
  void aRestoredLedgerGoesOnFromItsCheckpoint() throws Exception {
    passTime(5_000);
    send(frame(6, 0, 0, COMPLETE));
    watermark(6);
    send(frame(7, 0, 0, COMPLETE, 1, 2, 3));
    tell(new SectorDrop(7, DropReason.DUPLICATE));
    tell(new SampleHistogram(7, -2, new long[] {1, 2}));
    tell(new LaneReport(7, 0, 4, 3, true, new Drops()));
    OperatorSubtaskState state = ledger.snapshot(1, 5_000);
    send(frame(7, 1, 1, COMPLETE, 4)); // comes again
    close();
    open(0, GIVEN, state);
    passTime(6_000);
    send(frame(6, 1, 1, COMPLETE));
    assertThat(counters.get("framesLate")).as("of the scan that had ended").isEqualTo(1);
    send(frame(7, 1, 1, COMPLETE, 4));
    tell(new LaneReport(7, 1, 4, 4, true, new Drops()));
    watermark(7);
    assertThat(ledger.extractOutputValues()).hasAtLeastOneElementOfType(SampleHistogram.class);
    ScanReport report = theOnlyReport();
    assertThat(report.complete()).isEqualTo(2);
    assertThat(report.events()).isEqualTo(4);
    assertThat(report.received()).isEqualTo(7);
    assertThat(report.drops().get(DropReason.DUPLICATE)).isEqualTo(1);
    assertThat(report.endedBy()).isEqualTo(EndedBy.ANNOUNCED);
    assertThat(report.start()).isEqualTo(Instant.ofEpochMilli(5_000));
  }

  @Test
  void afterARestoreTheSilenceOfASenderStillEndsAScan() throws Exception {
    send(frame(7, 0, 0, COMPLETE));
    OperatorSubtaskState state = ledger.snapshot(1, 0);
    close();
    open(0, GIVEN, state);
    passTime(TIMEOUT - 1);
    assertThat(reports()).isEmpty();
    passTime(TIMEOUT);
    assertThat(theOnlyReport().endedBy()).isEqualTo(EndedBy.TIMEOUT);
  }

  @Test
  void dropsAreInTheReport() throws Exception {
    send(frame(7, 0, 0, COMPLETE));
    tell(new SectorDrop(7, DropReason.DUPLICATE));
    tell(new SectorDrop(7, DropReason.DUPLICATE));
    tell(new SectorDrop(7, DropReason.LATE));
    tell(new SectorDrop(8, DropReason.LATE));
    Drops ofLane = new Drops();
    ofLane.add(DropReason.DUPLICATE);
    tell(new LaneReport(7, 0, 7, 8, true, ofLane));
    watermark(7);
    assertThat(reports().get(0).drops()).hasToString("duplicate=3, late=1");
  }

  @Test
  void aFrameOfAnotherScanSizeIsCountedAndNotPassedOn() throws Exception {
    send(frame(7, 0, 0, COMPLETE, 1));
    CountedFrame stranger = frame(7, 64, 0, COMPLETE, 2);
    stranger.height = 5;
    send(stranger);
    watermark(7);
    assertThat(frames()).extracting(frame -> frame.frame).containsExactly(0L);
    assertThat(counters.get("framesInconsistent")).isEqualTo(1);
    assertThat(counters.get("framesComplete")).isEqualTo(1);
    ScanReport report = theOnlyReport();
    assertThat(report.drops().get(DropReason.INCONSISTENT_SCAN_SIZE)).isEqualTo(4);
    assertThat(report.events()).isEqualTo(1);
  }

  @Test
  void aScanThatIsCalibratedReportsTheFittedThresholds() throws Exception {
    close();
    open(0, null);
    Calibration fitted =
        Calibration.fitted(
            7,
            GIVEN,
            new Calibration.Fit(
                4.5, 175, 20, 18, 999, 11, 340, 20.6, 5.7, 2.4, 11, 329, 80, 20.5, 1.8, 0.01, 7));
    tell(fitted);
    send(frame(7, 0, 0, COMPLETE));
    send(frame(8, 0, 0, COMPLETE));
    watermark(8);
    assertThat(reports()).extracting(ScanReport::calibration).containsExactly(fitted, null);
  }

  @Test
  void theHistogramOfACalibrationComesBetweenTheFramesAndTheReport() throws Exception {
    close();
    open(0, null);
    SampleHistogram histogram = new SampleHistogram(7, 11, new long[] {1, 5, 2});
    tell(histogram);
    send(frame(7, 0, 0, COMPLETE));
    tell(new SampleHistogram(8, 11, new long[] {1}));
    watermark(8);
    assertThat(ledger.extractOutputValues()).hasSize(3).element(1).isSameAs(histogram);
    assertThat(ledger.extractOutputValues()).last().isInstanceOf(ScanReport.class);
  }

  @Test
  void aScanThatCouldNotBeCalibratedHasNoReport() throws Exception {
    close();
    open(0, null);
    tell(new CalibrationFailure(7, "all pixels have the same value"));
    passTime(10 * TIMEOUT);
    assertThat(counters.get("scansEnded")).as("its sectors do not pass here").isZero();
    tell(new LaneReport(7, 0, 8, 8, true, new Drops()));
    send(frame(8, 0, 0, COMPLETE));
    watermark(8);
    assertThat(counters.get("scansUncounted")).isEqualTo(1);
    assertThat(counters.get("scansEnded")).isEqualTo(2);
    assertThat(reports()).extracting(ScanReport::scan).containsExactly(8L);
    assertThat(ledger.extractOutputValues()).hasSize(2);
  }

  /** The watermark is beyond its number already, when a detector has reset its scan numbers. */
  @Test
  void aFailedScanEndsInSilenceWhereTheWatermarkDoesNotCome() throws Exception {
    close();
    open(0, null);
    send(frame(101, 0, 0, COMPLETE));
    watermark(101);
    assertThat(counters.get("scansEnded")).isEqualTo(1);

    tell(new CalibrationFailure(5, "all pixels have the same value"));
    passTime(5 * TIMEOUT);
    assertThat(counters.get("scansUncounted")).as("no lane has reported").isZero();
    tell(new LaneReport(5, 0, 8, 8, true, new Drops()));
    passTime(6 * TIMEOUT - 1);
    assertThat(counters.get("scansUncounted")).as("another lane may report").isZero();
    tell(new LaneReport(5, 1, 8, 7, false, new Drops()));
    passTime(7 * TIMEOUT - 2);
    assertThat(counters.get("scansUncounted")).as("not yet silent long enough").isZero();
    passTime(7 * TIMEOUT - 1);
    assertThat(counters.get("scansUncounted")).isEqualTo(1);
    assertThat(counters.get("scansEnded")).isEqualTo(2);
    letAllTimersPass();
    assertThat(counters.get("scansUncounted")).isEqualTo(1);
    assertThat(counters.get("scansEnded")).isEqualTo(2);
    assertThat(reports()).extracting(ScanReport::scan).containsExactly(101L);
  }

  @Test
  void theWatermarkEndsScansUpToItsNumber() throws Exception {
    long[] scans = {0, 1, 41, U32 - 1, U32};
    for (long scan : scans) {
      send(frame(scan, scan, 0, COMPLETE));
    }
    for (int i = 0; i < scans.length; i++) {
      watermark(scans[i]);
      assertThat(reports())
          .extracting(ScanReport::scan)
          .containsExactlyElementsOf(LongStream.of(scans).limit(i + 1).boxed().toList());
    }
  }

  @Test
  void scansThatOverlapAreAccountedForApart() throws Exception {
    for (long seed = 0; seed < 20; seed++) {
      close();
      open();
      Random random = new Random(seed);
      int scans = 2 + random.nextInt(4);
      long[] complete = new long[scans];
      long[] incomplete = new long[scans];
      long[] events = new long[scans];
      long[] late = new long[scans];
      for (int i = 0; i < scans; i++) {
        send(frame(i, 0, 0, COMPLETE, 1));
        complete[i]++;
        events[i]++;
      }
      for (int i = 0; i < 100; i++) {
        int scan = random.nextInt(scans);
        boolean whole = random.nextBoolean();
        if (random.nextInt(3) == 0) {
          tell(new SectorDrop(scan, DropReason.LATE));
          late[scan]++;
        } else {
          int[] electrons = new int[random.nextInt(6)];
          send(frame(scan, i, 0, whole ? COMPLETE : 0b0101, electrons));
          events[scan] += electrons.length;
          (whole ? complete : incomplete)[scan]++;
        }
      }
      watermark(scans);
      assertThat(reports()).as("seed %d", seed).hasSize(scans);
      for (ScanReport report : reports()) {
        int scan = (int) report.scan();
        assertThat(
                LongStream.of(
                    report.complete(),
                    report.incomplete(),
                    report.events(),
                    report.drops().get(DropReason.LATE)))
            .as("seed %d, scan %d", seed, scan)
            .containsExactly(complete[scan], incomplete[scan], events[scan], late[scan]);
      }
    }
  }

  /** Lets time pass for a task that listens: in steps that are shorter than its patience. */
  private void passTime(long until) throws Exception {
    for (long now = ledger.getProcessingTime(); now < until; ) {
      now = Math.min(until, now + 100);
      ledger.setProcessingTime(now);
    }
  }
}

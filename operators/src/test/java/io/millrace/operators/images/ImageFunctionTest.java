package io.millrace.operators.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.Drops;
import io.millrace.detector.IntList;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanImage.Axes;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.ScanReport;
import io.millrace.detector.ScanReport.EndedBy;
import io.millrace.detector.live.LiveEnd;
import io.millrace.detector.live.LiveEvents;
import io.millrace.detector.live.LiveMessage;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRows;
import io.millrace.operators.counting.Frames;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ImageFunctionTest {
  private static final DetectorDescription DETECTOR = Frames.grid(4, 4, 4, 1);

  /** Centre on pixel (2, 2), number 10: it alone is bright; its four neighbours are dark. */
  private static final List<VirtualDetector> RINGS =
      List.of(
          new VirtualDetector("bright_field", 0, 1, 2, 2),
          new VirtualDetector("dark_field", 1, 1.1, 2, 2));

  private final List<ScanRecord> out = new ArrayList<>();
  private boolean viewers;
  private KeyedOneInputStreamOperatorTestHarness<Long, ScanRecord, ScanRecord> harness;

  @BeforeEach
  void open() throws Exception {
    open(null);
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  /**
   * @param state of a function that was there before; null if there was none
   */
  private void open(OperatorSubtaskState state) throws Exception {
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(
                new ImageFunction(DETECTOR, RINGS, new DpcPhase(90, true), viewers)),
            ScanRecord::scan,
            Types.LONG);
    harness.setup();
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
  }

  private void send(ScanRecord record) throws Exception {
    harness.processElement(record, record.scan());
    out.addAll(harness.extractOutputValues());
    harness.getOutput().clear();
  }

  /** A frame of a scan of 3 x 2 positions. */
  private static CountedFrame frame(long scan, int x, int y, int... events) {
    CountedFrame frame = new CountedFrame(IntList.of(events));
    frame.scan = scan;
    frame.width = 3;
    frame.height = 2;
    frame.x = x;
    frame.y = y;
    frame.mask = DETECTOR.completeMask();
    return frame;
  }

  private static ScanReport report(long scan) {
    return new ScanReport(
        scan,
        new ScanGeometry(3, 2),
        1,
        0,
        0,
        6,
        new long[4],
        0,
        0,
        0,
        new Drops(),
        EndedBy.ANNOUNCED,
        Instant.EPOCH,
        Instant.EPOCH,
        null);
  }

  private ScanImage image(int index) {
    return (ScanImage) out.get(index);
  }

  @Test
  void imagesComeBetweenTheLastFrameAndTheReport() throws Exception {
    CountedFrame first = frame(7, 0, 0, 6, 10);
    CountedFrame again = frame(7, 0, 0, 0, 10, 11);
    CountedFrame last = frame(7, 2, 1, 9, 10, 14);
    ScanReport report = report(7);
    send(first);
    send(again);
    send(last);
    assertThat(out)
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactly(first, again, last);

    send(report);
    assertThat(out).hasSize(12).last().usingRecursiveComparison().isEqualTo(report);
    List<String> names = new ArrayList<>(List.of("bright_field", "dark_field"));
    names.addAll(ScanImages.NAMES);
    assertThat(out.subList(3, 11))
        .extracting(record -> ((ScanImage) record).name())
        .isEqualTo(names);
    assertThat(out.subList(3, 11)).extracting(ScanRecord::scan).containsOnly(7L);
    assertThat(image(3).values()).containsExactly(2, 0, 0, 0, 0, 1);
    assertThat(image(4).values()).containsExactly(2, 0, 0, 0, 0, 2);
    assertThat(image(5).values()).containsExactly(5, 0, 0, 0, 0, 3);
    assertThat(image(8).description()).endsWith("rotated by 90.0 degrees after a flip");
    assertThat(image(9).values()).containsExactly(1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 3, 1, 0, 0, 1, 0);
    assertThat(image(3).axes()).isEqualTo(Axes.SCAN);
    assertThat(image(3).rows()).isEqualTo(2);
    assertThat(image(3).columns()).isEqualTo(3);
    assertThat(image(9).axes()).isEqualTo(Axes.DETECTOR);
    assertThat(image(9).rows()).isEqualTo(4);
  }

  @Test
  void scansThatOverlapHaveImagesOfTheirOwn() throws Exception {
    send(frame(7, 0, 0, 10));
    send(frame(8, 1, 0, 10));
    send(frame(7, 0, 0, 10));
    out.clear();
    send(report(8));
    assertThat(image(0).values()).containsExactly(0, 1, 0, 0, 0, 0);
    send(frame(7, 1, 1, 10));
    out.clear();
    send(report(7));
    assertThat(image(0).values()).containsExactly(2, 0, 0, 0, 1, 0);
  }

  @Test
  void afterItsReportNothingOfAScanIsKept() throws Exception {
    for (int i = 0; i < 2; i++) {
      send(frame(7, 0, 1, 10));
      out.clear();
      send(report(7));
      assertThat(image(0).values()).as("time %d", i).containsExactly(0, 0, 0, 1, 0, 0);
    }
  }

  @Test
  void aRestoredFunctionGoesOnFromItsCheckpoint() throws Exception {
    send(frame(7, 0, 0, 10));
    OperatorSubtaskState state = harness.snapshot(1, 0);
    send(frame(7, 1, 0, 10)); // comes again
    harness.close();
    open(state);
    send(frame(7, 1, 0, 10));
    out.clear();
    send(report(7));
    assertThat(image(0).values()).containsExactly(1, 1, 0, 0, 0, 0);
    assertThat(image(6).values()[10]).as("electrons of the pixel").isEqualTo(2);
  }

  private void openWithViewers(OperatorSubtaskState state) throws Exception {
    harness.close();
    viewers = true;
    open(state);
  }

  private List<LiveMessage> live() {
    var messages = harness.getSideOutput(ImageFunction.LIVE);
    if (messages == null) {
      return List.of();
    }
    List<LiveMessage> all = new ArrayList<>();
    for (var message = messages.poll(); message != null; message = messages.poll()) {
      all.add(message.getValue());
    }
    return all;
  }

  private static <M extends LiveMessage> M only(Class<M> type, List<LiveMessage> messages) {
    List<LiveMessage> ofType = messages.stream().filter(type::isInstance).toList();
    assertThat(ofType).as("%s in %s", type.getSimpleName(), messages).hasSize(1);
    return type.cast(ofType.get(0));
  }

  @Test
  void withoutViewersNobodyIsTold() throws Exception {
    send(frame(7, 0, 0, 10));
    harness.setProcessingTime(10_000);
    send(report(7));
    assertThat(live()).isEmpty();
    assertThat(harness.numProcessingTimeTimers()).isZero();
  }

  @Test
  void viewersSeeTheFirstFrameAtOnceAndLaterOnesFourTimesASecond() throws Exception {
    openWithViewers(null);
    harness.setProcessingTime(10_000);
    send(frame(7, 1, 0, 10));
    harness.setProcessingTime(10_001);
    List<LiveMessage> first = live();
    LiveRows rows = only(LiveRows.class, first);
    assertThat(rows.frames()).containsExactly(0, 1, 0, 0, 0, 0);
    assertThat(only(LivePattern.class, first).frames()).isEqualTo(1);
    assertThat(only(LiveEvents.class, first).events()).containsExactly(10);

    CountedFrame used = frame(7, 2, 0, 6, 10);
    send(used);
    used.events.clear();
    used.events.add(1); // its memory belongs to whoever has emitted it
    harness.setProcessingTime(10_200);
    send(frame(7, 2, 0));
    assertThat(live()).isEmpty();
    harness.setProcessingTime(10_251);
    List<LiveMessage> second = live();
    assertThat(only(LiveRows.class, second).frames()).containsExactly(0, 1, 2, 0, 0, 0);
    LiveEvents events = only(LiveEvents.class, second);
    assertThat(events.position()).containsExactly(2, 2);
    assertThat(events.count()).containsExactly(2, 0);
    assertThat(events.events()).containsExactly(6, 10);

    harness.setProcessingTime(20_000);
    assertThat(live()).as("while frames pause").isEmpty();
    assertThat(harness.numProcessingTimeTimers()).isZero();
  }

  @Test
  void viewersSeeTheWholeBeforeTheEnd() throws Exception {
    openWithViewers(null);
    send(frame(7, 1, 0, 10));
    harness.setProcessingTime(1);
    live();
    CountedFrame last = frame(7, 0, 1, 6, 10);
    last.mask = 0b0101;
    send(last);
    send(report(7));
    List<LiveMessage> all = live();
    assertThat(all).last().isInstanceOf(LiveEnd.class);
    assertThat(only(LiveEnd.class, all).absent()).isEqualTo(6);
    assertThat(only(LiveEnd.class, all).reason()).isEqualTo("announced");
    LiveRows rows = only(LiveRows.class, all);
    assertThat(rows.mask()).containsExactly(0, 15, 0, 5, 0, 0);
    assertThat(rows.counts()[0]).containsExactly(0, 1, 0, 1, 0, 0);
    assertThat(rows.total()).containsExactly(0, 1, 0, 2, 0, 0);
    harness.setProcessingTime(20_000);
    assertThat(live()).isEmpty();
  }

  @Test
  void viewersOfARestoredScanSeeAllOfItOnce() throws Exception {
    openWithViewers(null);
    send(frame(7, 1, 0, 10));
    harness.setProcessingTime(1);
    OperatorSubtaskState state = harness.snapshot(1, 0);
    openWithViewers(state);
    send(frame(7, 0, 1, 6));
    harness.setProcessingTime(2);
    List<LiveMessage> all = live();
    assertThat(only(LiveRows.class, all).frames()).containsExactly(0, 1, 0, 1, 0, 0);
    assertThat(only(LivePattern.class, all).frames()).isEqualTo(2);
    assertThat(only(LiveEvents.class, all).position()).containsExactly(3);
  }

  /** A job that goes on from one that had no viewers. */
  @Test
  void viewersThatCameLaterSeeTheImages() throws Exception {
    send(frame(7, 1, 0, 10));
    openWithViewers(harness.snapshot(1, 0));
    send(frame(7, 0, 1, 6, 10));
    send(report(7));
    LiveRows rows = only(LiveRows.class, live());
    assertThat(rows.total()).containsExactly(0, 1, 0, 2, 0, 0);
    assertThat(rows.frames()).containsExactly(0, 0, 0, 1, 0, 0);
  }
}

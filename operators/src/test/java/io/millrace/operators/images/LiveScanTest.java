package io.millrace.operators.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.IntList;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.live.LiveEvents;
import io.millrace.detector.live.LiveMessage;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRows;
import io.millrace.operators.counting.Frames;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LiveScanTest {
  private static final DetectorDescription DETECTOR = Frames.grid(8, 8, 4, 1);
  private static final List<VirtualDetector> RINGS =
      List.of(new VirtualDetector("bright_field", 0, 2, 4, 4));

  /** A row has 1,025 x 32 bytes, so 7 rows are a block. */
  private static final ScanGeometry LARGE = new ScanGeometry(1025, 20);

  private final ScanImages images =
      new ScanImages(DETECTOR, RINGS, new DpcPhase(0, false), 7, LARGE);
  private final ScanCoverage coverage = new ScanCoverage(LARGE);
  private final LiveScan live = new LiveScan(DETECTOR, 7, LARGE, RINGS.size());
  private final List<LiveMessage> told = new ArrayList<>();

  private CountedFrame add(int x, int y, int... events) {
    CountedFrame frame = new CountedFrame(IntList.of(events));
    frame.scan = 7;
    frame.width = LARGE.width();
    frame.height = LARGE.height();
    frame.x = x;
    frame.y = y;
    frame.mask = 15;
    images.add(frame);
    coverage.add(frame);
    live.add(frame);
    return frame;
  }

  private List<LiveMessage> tell(long now) {
    told.clear();
    live.tell(images, coverage, now, told::add);
    return List.copyOf(told);
  }

  private List<Integer> firstRows(List<LiveMessage> messages) {
    return messages.stream()
        .filter(LiveRows.class::isInstance)
        .map(rows -> ((LiveRows) rows).firstRow())
        .toList();
  }

  @Test
  void onlyBlocksInWhichAFrameCameAreTold() {
    add(0, 0, 1);
    add(1024, 6, 2);
    add(3, 19, 3);
    List<LiveMessage> messages = tell(0);
    assertThat(firstRows(messages)).containsExactly(0, 14);
    assertThat(((LiveRows) messages.get(1)).rows()).isEqualTo(7);
    assertThat(((LiveRows) messages.get(2)).rows()).as("the rest").isEqualTo(6);
    assertThat(messages).last().isInstanceOf(LivePattern.class);

    assertThat(tell(1)).isEmpty();
    add(0, 7);
    assertThat(firstRows(tell(2))).containsExactly(7);
    live.changeAll();
    assertThat(firstRows(tell(3))).containsExactly(0, 7, 14);
  }

  @Test
  void whatIsToldDoesNotChangeLater() {
    add(0, 0, 36, 36);
    List<LiveMessage> messages = tell(0);
    add(0, 0, 36);
    LiveRows rows = (LiveRows) messages.get(1);
    assertThat(rows.counts()[0][0]).isEqualTo(2);
    assertThat(rows.frames()[0]).isEqualTo(1);
    assertThat(((LivePattern) messages.get(2)).pixels()[36]).isEqualTo(2);
  }

  /** Frames of all blocks, told piece by piece, give the images. */
  @Test
  void theNewestOfAllBlocksAreTheImages() {
    Random random = new Random(1);
    double[] brightField = new double[LARGE.positions()];
    long events = 0;
    for (int i = 0; i < 30; i++) {
      for (int f = 0; f < 200; f++) {
        events++;
        add(random.nextInt(1025), random.nextInt(20), random.nextInt(64));
      }
      for (LiveMessage message : tell(i)) {
        if (message instanceof LiveRows rows) {
          for (int p = 0; p < rows.positions(); p++) {
            brightField[rows.firstRow() * 1025 + p] = rows.counts()[0][p];
          }
        } else if (message instanceof LivePattern pattern) {
          assertThat(pattern.events()).isEqualTo(events);
          assertThat(pattern.frames()).isEqualTo(events);
        }
      }
    }
    assertThat(brightField).isEqualTo(images.images().get(0).values());
  }

  @Test
  void manyEventsDoNotWait() {
    int[] some = new int[10_000];
    for (int f = 0; f < 6; f++) {
      add(f, 0, some);
      assertThat(live.hasManyEvents()).isFalse();
    }
    add(6, 0, some);
    assertThat(live.hasManyEvents()).isTrue();
    live.tellEvents(told::add);
    assertThat(live.hasManyEvents()).isFalse();
    LiveEvents events = (LiveEvents) told.get(0);
    assertThat(events.frames()).isEqualTo(7);
    assertThat(events.position()).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(events.events()).hasSize(70_000);
    told.clear();
    live.tellEvents(told::add);
    assertThat(told).isEmpty();
  }

  @Test
  void itIsDueAtOnceAndThenEveryQuarterOfASecond() {
    assertThat(live.isArmed()).isFalse();
    assertThat(live.arm(1_000)).isEqualTo(1_000);
    assertThat(live.isArmed()).isTrue();
    tell(1_003);
    assertThat(live.isArmed()).isFalse();
    assertThat(live.arm(1_010)).isEqualTo(1_253);
    tell(1_253);
    assertThat(live.arm(9_000)).isEqualTo(9_000);
  }

  @Test
  void aPositionHasTheModulesThatAllItsFramesHave() {
    add(0, 0).mask = 0;
    CountedFrame frame = new CountedFrame(IntList.of(1, 2));
    frame.width = 1025;
    frame.x = 3;
    frame.mask = 0b1111;
    coverage.add(frame);
    assertThat(coverage.masks(3, 5)).containsExactly(0b1111, 0);
    frame.mask = 0b1101;
    coverage.add(frame);
    ScanCoverage copy = coverage.copy();
    frame.mask = 0b0111;
    coverage.add(frame);
    assertThat(coverage.masks(3, 4)).containsExactly(0b0101);
    assertThat(coverage.frames(3, 4)).containsExactly(3);
    assertThat(copy.masks(3, 4)).containsExactly(0b1101);
    assertThat(copy.frames(3, 4)).containsExactly(2);
    assertThat(coverage.frames()).isEqualTo(4);
    assertThat(coverage.events()).isEqualTo(6);
  }

  @Test
  void aRowThatIsLargerThanABlockIsABlock() {
    ScanGeometry wide = new ScanGeometry(65_535, 2);
    LiveScan scan = new LiveScan(DETECTOR, 7, wide, 32);
    ScanImages none = new ScanImages(DETECTOR, List.of(), new DpcPhase(0, false), 7, wide);
    scan.changeAll();
    scan.tell(none, new ScanCoverage(wide), 0, told::add);
    assertThat(firstRows(told)).containsExactly(0, 1);
  }
}

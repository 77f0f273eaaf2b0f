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
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanReport;
import io.millrace.detector.ScanReport.EndedBy;
import io.millrace.detector.Thresholds;
import io.millrace.operators.counting.Frames;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ScanAccountTest {
  private static final DetectorDescription DETECTOR = Frames.grid(8, 4, 4, 1);
  private static final int COMPLETE = DETECTOR.completeMask();
  private static final Instant START = Instant.ofEpochSecond(100);
  private static final Instant END = Instant.ofEpochSecond(160);

  private final ScanAccount account = new ScanAccount(DETECTOR, 0, START);

  /** A frame of scan 7, 3 x 2, with this many events. */
  private static CountedFrame frame(int position, int mask, int events) {
    CountedFrame frame = new CountedFrame(IntList.of(new int[events]));
    frame.scan = 7;
    frame.width = 3;
    frame.height = 2;
    frame.x = position % 3;
    frame.y = position / 3;
    frame.mask = mask;
    return frame;
  }

  private static ScanReport close(ScanAccount account) {
    return account.close(7, EndedBy.TIMEOUT, END);
  }

  @Test
  void everyFrameIsCompleteIncompleteOrAbsent() {
    account.add(frame(0, COMPLETE, 5));
    account.add(frame(1, 0b0111, 4));
    account.add(frame(4, 0b0110, 0));
    assertThat(account.complete()).isEqualTo(1);
    assertThat(account.incomplete()).isEqualTo(2);

    ScanReport report = close(account);
    assertThat(report.scan()).isEqualTo(7);
    assertThat(report.geometry()).isEqualTo(new ScanGeometry(3, 2));
    assertThat(report.complete()).isEqualTo(1);
    assertThat(report.incomplete()).isEqualTo(2);
    assertThat(report.absent()).isEqualTo(3);
    assertThat(report.expected()).isEqualTo(6);
    assertThat(report.missingSectors()).containsExactly(1, 0, 0, 2);
    assertThat(report.events()).isEqualTo(9);
    assertThat(report.endedBy()).isEqualTo(EndedBy.TIMEOUT);
    assertThat(report.start()).isEqualTo(START);
    assertThat(report.end()).isEqualTo(END);
    assertThat(report.calibration()).isNull();
  }

  @Test
  void framesOfAPositionAreFoundIfTheyAreNotGiven() {
    account.add(frame(2, COMPLETE, 0));
    account.add(frame(2, COMPLETE, 0));
    account.add(frame(3, COMPLETE, 0));
    assertThat(close(account).framesPerPosition()).isEqualTo(2);
    assertThat(close(account).absent()).isEqualTo(2 * 6 - 3);
  }

  @Test
  void framesOfAPositionAreThoseGivenIfFewerCame() {
    ScanAccount given = new ScanAccount(DETECTOR, 4, START);
    given.add(frame(2, COMPLETE, 0));
    given.add(frame(2, COMPLETE, 0));
    assertThat(close(given).framesPerPosition()).isEqualTo(4);
    assertThat(close(given).absent()).isEqualTo(4 * 6 - 2);
  }

  @Test
  void oneMoreThanGivenIsNotLost() {
    ScanAccount given = new ScanAccount(DETECTOR, 1, START);
    given.add(frame(2, COMPLETE, 3));
    given.add(frame(2, COMPLETE, 4));
    assertThat(close(given).framesPerPosition()).isEqualTo(2);
    assertThat(close(given).complete()).isEqualTo(2);
    assertThat(close(given).events()).isEqualTo(7);
  }

  @Test
  void aBeamThatStaysGivesMoreFramesThanAShortCounts() {
    CountedFrame frame = frame(0, COMPLETE, 1);
    frame.width = 1;
    frame.height = 1;
    for (int i = 0; i < 100_000; i++) {
      account.add(frame);
    }
    assertThat(close(account).framesPerPosition()).isEqualTo(100_000);
    assertThat(close(account).absent()).isZero();
  }

  @Test
  void aFrameOfAnotherScanSizeIsDroppedWithItsSectors() {
    assertThat(account.add(frame(0, COMPLETE, 5))).isTrue();
    for (int mask : new int[] {COMPLETE, 0b0101}) {
      CountedFrame higher = frame(1, mask, 6);
      higher.height = 3;
      assertThat(account.add(higher)).isFalse();
    }
    CountedFrame wider = frame(1, COMPLETE, 6);
    wider.width = 4;
    assertThat(account.add(wider)).isFalse();

    ScanReport report = close(account);
    assertThat(report.drops().get(DropReason.INCONSISTENT_SCAN_SIZE)).isEqualTo(4 + 2 + 4);
    assertThat(report.geometry()).isEqualTo(new ScanGeometry(3, 2));
    assertThat(report.complete() + report.incomplete()).isEqualTo(1);
    assertThat(report.events()).isEqualTo(5);
  }

  @Test
  void lanesAndDropsAreSummed() {
    Drops ofLane = new Drops();
    ofLane.add(DropReason.PAYLOAD_SIZE, 3);
    ofLane.add(DropReason.DUPLICATE);
    account.add(frame(0, COMPLETE, 0));
    assertThat(account.endedOnLanes()).isEqualTo(EndedBy.JOB_ENDED);
    account.add(new LaneReport(7, 0, 40, 38, true, ofLane));
    account.add(DropReason.DUPLICATE);
    account.add(DropReason.LATE);
    assertThat(account.endedOnLanes()).isEqualTo(EndedBy.ANNOUNCED);
    account.add(new LaneReport(7, 1, 20, 10, false, new Drops()));
    account.add(new LaneReport(7, 2, 1, 1, true, ofLane));
    assertThat(account.endedOnLanes()).isEqualTo(EndedBy.LANE_TIMEOUT);

    ScanReport report = close(account);
    assertThat(report.announced()).isEqualTo(61);
    assertThat(report.received()).isEqualTo(49);
    assertThat(report.drops()).hasToString("payload-size=6, duplicate=3, late=1");
  }

  @Test
  void theCalibrationIsNoted() {
    Calibration calibration = Calibration.given(7, new Thresholds(28.5, 435), null);
    account.add(calibration);
    account.add(frame(0, COMPLETE, 0));
    assertThat(close(account).calibration()).isEqualTo(calibration);
  }

  @Test
  void withoutAFrameThereIsNothingToWrite() {
    account.add(new LaneReport(7, 0, 4, 0, false, new Drops()));
    assertThat(account.hasFrames()).isFalse();
    assertThat(account.allFrames()).isFalse();
    account.add(frame(0, 1, 0));
    assertThat(account.hasFrames()).isTrue();
  }

  @Test
  void allFramesAreThereWhenEachPositionHasThemComplete() {
    ScanAccount oneEach = new ScanAccount(DETECTOR, 1, START);
    ScanAccount twoEach = new ScanAccount(DETECTOR, 2, START);
    for (int i = 0; i < 12; i++) {
      assertThat(oneEach.allFrames()).as("frame %d", i).isEqualTo(i >= 6);
      assertThat(twoEach.allFrames()).as("frame %d of two each", i).isFalse();
      oneEach.add(frame(i % 6, COMPLETE, 0));
      twoEach.add(frame(i % 6, COMPLETE, 0));
      account.add(frame(i % 6, COMPLETE, 0));
      assertThat(account.allFrames()).as("frame %d of nobody knows how many", i).isFalse();
    }
    assertThat(twoEach.allFrames()).isTrue();
  }

  @Test
  void asManyFramesAsPositionsAreNotAllFrames() {
    ScanAccount account = new ScanAccount(DETECTOR, 1, START);
    for (int i = 0; i < 20; i++) {
      account.add(frame(i % 5, COMPLETE, 0));
    }
    assertThat(account.allFrames()).as("position 5 has none").isFalse();
    account.add(frame(5, COMPLETE, 0));
    assertThat(account.allFrames()).isTrue();
  }

  @Test
  void withAnIncompleteFrameMoreCanBeExpected() {
    ScanAccount account = new ScanAccount(DETECTOR, 1, START);
    account.add(frame(0, 0b1110, 0));
    for (int i = 0; i < 6; i++) {
      account.add(frame(i, COMPLETE, 0));
    }
    assertThat(account.allFrames()).isFalse();
  }

  @Test
  void aBeamThatStandsStillDoesNotTakeAllMemory() {
    CountedFrame frame = new CountedFrame();
    frame.width = 1025;
    frame.height = 1024;
    frame.mask = COMPLETE;
    int fit = ScanAccount.MAX_FRAMES / (1025 * 1024);
    for (int i = 0; i < 300; i++) {
      assertThat(account.add(frame)).as("frame %d", i).isEqualTo(i < fit);
    }
    ScanReport report = close(account);
    assertThat(report.complete()).isEqualTo(fit);
    assertThat(report.expected()).isLessThanOrEqualTo(ScanAccount.MAX_FRAMES);
    assertThat(report.drops().get(DropReason.POSITION_FULL)).isEqualTo(4L * (300 - fit));
  }

  @Test
  void nothingIsLostFromTheAccount() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int given = random.nextInt(4);
      ScanAccount account = new ScanAccount(DETECTOR, given, START);
      int frames = 1 + random.nextInt(40);
      int[] at = new int[6];
      long[] missing = new long[DETECTOR.modules()];
      long complete = 0;
      long events = 0;
      for (int i = 0; i < frames; i++) {
        int position = random.nextInt(6);
        int mask = random.nextBoolean() ? COMPLETE : 1 + random.nextInt(COMPLETE);
        int n = random.nextInt(5);
        account.add(frame(position, mask, n));
        at[position]++;
        events += n;
        complete += mask == COMPLETE ? 1 : 0;
        for (int m = 0; m < missing.length; m++) {
          missing[m] += (mask & 1 << m) == 0 ? 1 : 0;
        }
      }
      int most = Math.max(given, Arrays.stream(at).max().getAsInt());
      ScanReport report = close(account);
      assertThat(
              LongStream.of(
                  report.framesPerPosition(),
                  report.complete(),
                  report.incomplete(),
                  report.absent(),
                  report.events()))
          .as("seed %d", seed)
          .containsExactly((long) most, complete, frames - complete, 6L * most - frames, events);
      assertThat(report.missingSectors()).as("seed %d", seed).containsExactly(missing);
      assertThat(account.allFrames())
          .as("seed %d", seed)
          .isEqualTo(
              given > 0 && complete == frames && Arrays.stream(at).allMatch(n -> n >= given));
    }
  }

  @Test
  void ofAScanThatIsNotCountedTheMessagesAreKnown() {
    assertThat(account.failure()).isEmpty();
    CalibrationFailure failure = new CalibrationFailure(7, "too few bins");
    account.add(failure);
    Drops drops = new Drops();
    drops.add(DropReason.PAYLOAD_SIZE, 2);
    account.add(new LaneReport(7, 0, 12, 11, false, drops));
    account.add(new LaneReport(7, 1, 12, 12, true, new Drops()));
    assertThat(account.failure()).contains(failure);
    assertThat(account.announced()).isEqualTo(24);
    assertThat(account.received()).isEqualTo(23);
  }
}

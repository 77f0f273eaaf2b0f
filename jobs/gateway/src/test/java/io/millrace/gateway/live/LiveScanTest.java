package io.millrace.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.IntList;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.live.LiveEnd;
import io.millrace.operators.images.VirtualDetector;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LiveScanTest {
  private static final float NAN = Float.NaN;
  private static final Rows ALL = new Rows(0, 2);

  @Test
  void valuesAreThoseOfTheMessagesAndNotANumberWhereNothingIs() {
    LiveScan scan = Told.scan(Told.row(1, 3, 1, 5, 8), Told.pattern(0));
    assertThat(scan.values("bright_field", ALL)).contains(new float[] {NAN, NAN, NAN, 5, 5, 5});
    assertThat(scan.values("total_counts", ALL)).contains(new float[] {NAN, NAN, NAN, 8, 8, 8});
    assertThat(scan.values("com_x", ALL)).contains(new float[] {NAN, NAN, NAN, 1, 2, 3});
    assertThat(scan.values("com_y", new Rows(1, 1))).contains(new float[] {0, 0, 4});
    assertThat(scan.values("unknown", ALL)).isEmpty();
  }

  @Test
  void countsAreUnsigned() {
    LiveScan scan = Told.scan(Told.row(0, 3, 1, -1, -1));
    assertThat(scan.values("total_counts", new Rows(0, 1)).orElseThrow()[0])
        .isEqualTo(4_294_967_295f);
  }

  /** The centres of mass are (1, 0), (2, 0), (3, 4); their mean is (2, 4/3). */
  @Test
  void magnitudeIsTheDistanceFromTheMean() {
    LiveScan scan = Told.scan(Told.row(0, 3, 1, 5, 8));
    float[] magnitude = scan.values("com_magnitude", ALL).orElseThrow();
    assertThat(magnitude[0]).isEqualTo(5 / 3f);
    assertThat(magnitude[1]).isEqualTo(4 / 3f);
    assertThat(magnitude[2]).isEqualTo((float) Math.sqrt(1 + 64 / 9.0));
    assertThat(magnitude[3]).isNaN();
  }

  @Test
  void rowsKnowWhenTheyChanged() {
    LiveScan scan = Told.scan(Told.row(0, 3, 1, 5, 8), Told.pattern(0));
    long before = scan.version();
    scan.take(Told.row(0, 3, 1, 5, 8), "p", 0);
    scan.take(Told.pattern(0), "p", 0);
    assertThat(scan.rowVersion(0, true)).as("repeated").isLessThanOrEqualTo(before);
    assertThat(scan.patternVersion()).as("repeated").isLessThanOrEqualTo(before);
    scan.take(Told.row(1, 3, 1, 5, 8), "p", 0);
    assertThat(scan.rowVersion(0, true)).isLessThanOrEqualTo(before);
    assertThat(scan.rowVersion(1, false)).isGreaterThan(before);
  }

  /** Its disk may hang; what the job tells must not wait for that. */
  @Test
  void aSlowFileHoldsUpNobodyButWhoReadsIt() throws Exception {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(0, 3, 1, 5, 8));
    CountDownLatch reads = new CountDownLatch(2);
    CountDownLatch goOn = new CountDownLatch(1);
    scan.events(
        new PositionEvents() {
          @Override
          public int frames(int position) {
            return 1;
          }

          @Override
          public void addTo(int position, IntList events) {
            reads.countDown();
            try {
              assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }

          @Override
          public long bytes() {
            return 0;
          }
        });
    RingPixels ring = new RingPixels(new VirtualDetector("mine", 0, 2, 0, 0), 4, 4);
    ExecutorService viewers = Executors.newFixedThreadPool(2);
    try {
      Future<?> position = viewers.submit(() -> scan.position(0, 0));
      Future<?> image = viewers.submit(() -> scan.values(ring, new Rows(0, 1)));
      assertThat(reads.await(30, TimeUnit.SECONDS)).isTrue();
      long before = scan.version();
      scan.take(Told.row(1, 3, 1, 5, 8), "p", 0);
      assertThat(scan.version()).isGreaterThan(before);
      assertThat(scan.eventBytes()).isZero();
      assertThat(position).isNotDone();
      goOn.countDown();
      position.get(30, TimeUnit.SECONDS);
      image.get(30, TimeUnit.SECONDS);
    } finally {
      viewers.shutdownNow();
    }
  }

  @Test
  void eventsChangeOnlyWhatIsMadeOfThem() {
    LiveScan scan = Told.scan(Told.row(1, 3, 1, 5, 8), Told.pattern(0));
    long before = scan.version();
    scan.take(Told.events(3, 5), "p", 0);
    assertThat(scan.rowVersion(1, false)).isLessThanOrEqualTo(before);
    assertThat(scan.rowVersion(1, true)).isGreaterThan(before);
    assertThat(scan.rowVersion(0, true)).isLessThanOrEqualTo(before);
  }

  /** Inner 1 and outer 2 around (1.5, 1.5): of row 0 the columns 1 and 2, not the corners. */
  @Test
  void ringIsCountedFromTheEvents() {
    LiveScan scan =
        Told.scan(
            Told.pattern(0), Told.row(0, 3, 1, 0, 4), Told.events(0, 0, 1, 2, 5), Told.events(1));
    RingPixels ring = new RingPixels(new VirtualDetector("mine", 1, 2, 1.5, 1.5), 4, 4);
    assertThat(scan.values(ring, ALL)).isEqualTo(new float[] {2, 0, NAN, NAN, NAN, NAN});
    assertThat(scan.positionsWithoutEvents()).as("only position 2").isEqualTo(1);
  }

  @Test
  void positionOfWhichAFrameHasNoEventsIsNotCounted() {
    LiveScan scan =
        Told.scan(Told.pattern(0), Told.row(0, 3, 2, 0, 4), Told.events(0, 1), Told.events(1, 1));
    scan.take(Told.events(1, 1), "p", 0);
    RingPixels ring = new RingPixels(new VirtualDetector("mine", 1, 2, 1.5, 1.5), 4, 4);
    assertThat(scan.values(ring, new Rows(0, 1))).isEqualTo(new float[] {NAN, 2, NAN});
    assertThat(scan.positionsWithoutEvents()).isEqualTo(2);
  }

  @Test
  void forgottenEventsAreSaid() {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(0, 3, 1, 0, 4), Told.events(0, 1));
    scan.forgetEvents();
    assertThat(scan.eventBytes()).isZero();
    assertThat(scan.positionsWithoutEvents()).isEqualTo(3);
    scan.take(Told.events(1, 1), "p", 0);
    assertThat(scan.framesWithoutRoom()).isEqualTo(1);
    assertThat(scan.values("bright_field", new Rows(0, 1))).contains(new float[] {0, 0, 0});
  }

  @Test
  void maskSaysWhatCameOfAPosition() {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(0, 1, 1, 0, 4));
    assertThat(scan.mask(ALL)).containsExactly(2, 2, 2, 0, 0, 0);
    scan.take(Told.row(0, 3, 1, 0, 4), "p", 0);
    assertThat(scan.mask(ALL)).containsExactly(1, 1, 1, 0, 0, 0);
    scan.take(Told.end(3, 0, 3), "p", 0);
    assertThat(scan.mask(ALL)).containsExactly(1, 1, 1, 3, 3, 3);
  }

  @Test
  void progressCountsFramesAndWhatIsMissing() {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(0, 1, 1, 0, 4), Told.row(1, 3, 1, 0, 4));
    scan.addGaps(2);
    Progress progress = scan.progress(0);
    assertThat(progress.complete()).isEqualTo(3);
    assertThat(progress.incomplete()).isEqualTo(3);
    assertThat(progress.absentByModule()).containsExactly(0, 3);
    assertThat(progress.seen()).isEqualTo(6);
    assertThat(progress.expected()).isEqualTo(6);
    assertThat(progress.gaps()).isEqualTo(2);
    assertThat(progress.state()).isEqualTo("STREAMING");
  }

  @Test
  void endHasTheLastWord() {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(0, 3, 1, 0, 4), Told.end(3, 1, 2));
    Progress progress = scan.progress(0);
    assertThat(progress.complete()).isEqualTo(3);
    assertThat(progress.incomplete()).isEqualTo(1);
    assertThat(progress.absent()).isEqualTo(2);
    assertThat(progress.absentByModule()).containsExactly(0, 1);
    assertThat(progress.expected()).isEqualTo(6);
    assertThat(progress.state()).isEqualTo("INCOMPLETE");
  }

  @Test
  void positionGivesItsEvents() {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(1, 3, 1, 0, 2), Told.events(4, 9, 10));
    PositionPattern there = scan.position(1, 1);
    assertThat(there.events()).containsExactly(9, 10);
    assertThat(there.mask()).isEqualTo(3);
    assertThat(there.frames()).isEqualTo(1);
  }

  @Test
  void messageOfAnotherScanSizeIsRefused() {
    LiveScan scan = Told.scan(Told.pattern(0));
    LiveEnd other = new LiveEnd(7, new ScanGeometry(5, 5), 1, 0, 0, new long[2], "announced");
    assertThatThrownBy(() -> scan.take(other, "p", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 x 2")
        .hasMessageContaining("5 x 5");
  }

  @Test
  void isWholeWithItsEndAllItsFramesAndTheirEvents() {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(0, 3, 1, 5, 8));
    assertThat(scan.isWhole()).isFalse();
    scan.take(Told.end(3, 0, 3), "p", 0);
    assertThat(scan.isWhole()).isFalse();
    scan.take(Told.events(0, 5), "p", 0);
    scan.take(Told.events(1, 5), "p", 0);
    assertThat(scan.isWhole()).isFalse();
    scan.take(Told.events(2), "p", 0);
    assertThat(scan.isWhole()).isTrue();
  }

  @Test
  void endOfAJobDoesNotChangeWhatOthersKnowBetter() {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(0, 3, 1, 5, 8));
    scan.ended("FAILED", null);
    scan.take(Told.end(6, 0, 0), "p", 0);
    assertThat(scan.state()).isEqualTo("FAILED");
  }
}

package io.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FrameTraceTest {
  private final FrameTrace trace = new FrameTrace(0);

  private void see(double seconds, long counter) {
    trace.see(nanos(seconds), counter);
  }

  /** Of a fault, in a scan that ends after 100 s. */
  private Optional<Duration> recovery(double fault) {
    return trace.recovery(nanos(fault), nanos(100));
  }

  private static long nanos(double seconds) {
    return TimeUnit.MILLISECONDS.toNanos(Math.round(seconds * 1000));
  }

  private void seeEachHalfSecond(double from, double to, long counter) {
    long seen = counter;
    for (double t = from; t <= to; t += 0.5) {
      see(t, seen);
      seen += 5;
    }
  }

  @Test
  void aCounterThatStandsIsNoNews() {
    see(1, 5);
    see(2, 5);
    assertThat(trace.frames()).isEqualTo(5);
    assertThat(trace.first()).hasValue(nanos(1));
    assertThat(recovery(1)).isEmpty();
  }

  @Test
  void nothingIsSeenOfEarlierScans() {
    FrameTrace next = new FrameTrace(100);
    next.see(nanos(1), 100);
    assertThat(next.first()).isEmpty();
    next.see(nanos(2), 103);
    assertThat(next.frames()).isEqualTo(3);
  }

  @Test
  void aSmallerCounterIsThatOfAJobThatBeganAnew() {
    see(1, 50);
    see(2, 7);
    see(3, 9);
    assertThat(trace.frames()).isEqualTo(59);
  }

  @Test
  void aCounterThatNobodyKnowsForAMomentIsNoNews() {
    see(1, 50);
    see(2, 0);
    see(3, 50);
    assertThat(trace.frames()).isEqualTo(50);
    assertThat(recovery(1)).isEmpty();
  }

  @Test
  void withoutAStandstillTheNextFrameCounts() {
    seeEachHalfSecond(0, 20, 1);
    assertThat(recovery(10.1)).hasValue(Duration.ofMillis(400));
  }

  @Test
  void whatIsOnItsWayIsCountedBeforeTheStandstillBegins() {
    seeEachHalfSecond(0, 15, 1);
    seeEachHalfSecond(23, 30, 200);
    assertThat(recovery(10)).hasValue(Duration.ofSeconds(13));
  }

  @Test
  void theLongestStandstillIsTheFaults() {
    seeEachHalfSecond(0, 10, 1);
    seeEachHalfSecond(20, 25, 200);
    seeEachHalfSecond(28, 30, 400);
    assertThat(recovery(10.2)).hasValue(Duration.ofMillis(9_800));
  }

  @Test
  void aStandstillBeforeTheFaultIsNotItsOwn() {
    seeEachHalfSecond(0, 5, 1);
    seeEachHalfSecond(15, 20, 200);
    assertThat(recovery(16.2)).hasValue(Duration.ofMillis(300));
  }

  @Test
  void whereNoFrameCameThereIsNoRecovery() {
    seeEachHalfSecond(0, 5, 1);
    assertThat(recovery(6)).isEmpty();
  }

  @Test
  void aPartThatGrowsIsASignWhereNobodyTellsTheCounter() {
    seeEachHalfSecond(0, 10, 1);
    trace.seePart(nanos(9), 1_000);
    trace.seePart(nanos(17), 900);
    trace.seePart(nanos(18), 1_100);
    assertThat(recovery(10.2)).hasValue(Duration.ofMillis(7_800));
  }

  @Test
  void sectorsOfTheLanesAreASignWhereNobodyTellsTheCounter() {
    seeEachHalfSecond(0, 10, 1);
    trace.seeSectors(nanos(9), 1_000);
    trace.seeSectors(nanos(14), 1_000);
    trace.seeSectors(nanos(15), 500);
    trace.seeSectors(nanos(16), 520);
    assertThat(recovery(10.2)).hasValue(Duration.ofMillis(5_800));
  }

  @Test
  void whatIsWrittenWhenTheScanEndsIsNoSign() {
    seeEachHalfSecond(0, 20, 1);
    trace.seePart(nanos(1), 500);
    trace.seePart(nanos(97), 1_000);
    assertThat(recovery(10.1)).hasValue(Duration.ofMillis(400));
  }
}

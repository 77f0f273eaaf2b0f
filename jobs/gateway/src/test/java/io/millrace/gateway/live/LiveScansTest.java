package io.millrace.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.ScanGeometry;
import io.millrace.detector.live.LiveEvents;
import io.millrace.detector.live.LiveMessage;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRows;
import io.millrace.detector.live.LiveSent;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveScansTest {
  private final LiveCounters counters = new LiveCounters();
  private final List<LiveScan> ended = new ArrayList<>();
  private int begun;
  private long sequence;

  private LiveScans scans(long mostEventBytes) {
    LiveScans scans =
        new LiveScans(
            (session, key, publisher, geometry, seen) -> session + "." + key + "-" + ++begun,
            mostEventBytes,
            Clock.systemUTC(),
            counters);
    scans.onEnd(ended::add);
    return scans;
  }

  private void tell(LiveScans scans, String publisher, LiveMessage... messages) {
    for (LiveMessage message : messages) {
      scans.take(new LiveSent("night", publisher, sequence++, Instant.now(), message));
    }
  }

  private static LivePattern pattern(long key) {
    LivePattern p = Told.pattern(0);
    return new LivePattern(key, p.geometry(), 4, 4, 2, 1, 1, p.pixels());
  }

  private static LiveRows row(long key) {
    LiveRows r = Told.row(0, 3, 1, 0, 1);
    return new LiveRows(
        key,
        r.geometry(),
        0,
        1,
        r.detectors(),
        r.mask(),
        r.frames(),
        r.counts(),
        r.total(),
        r.columnSum(),
        r.rowSum());
  }

  private static LiveEvents events(long key) {
    return new LiveEvents(
        key, Told.GEOMETRY, 4, 4, new int[] {0}, new int[] {3}, new int[] {1}, new int[] {5});
  }

  @Test
  void newestUnderWayIsShownAndElseTheLast() {
    LiveScans scans = scans(1L << 30);
    assertThat(scans.shown()).isEmpty();
    tell(scans, "p", pattern(7), row(7));
    assertThat(scans.shown().orElseThrow().id()).isEqualTo("night.7-1");
    tell(scans, "p", pattern(8), row(8));
    assertThat(scans.shown().orElseThrow().id()).isEqualTo("night.8-2");
    tell(scans, "p", row(7), Told.end(6, 0, 0));
    assertThat(scans.shown().orElseThrow().id()).isEqualTo("night.8-2");
    assertThat(ended).extracting(LiveScan::id).containsExactly("night.7-1");
    assertThat(scans.find("night.7-1")).isPresent();
  }

  @Test
  void endIsToldOnce() {
    LiveScans scans = scans(1L << 30);
    tell(scans, "p", pattern(7), Told.end(6, 0, 0), Told.end(6, 0, 0));
    assertThat(ended).hasSize(1);
  }

  @Test
  void anotherTaskAfterTheEndCountsAnotherScan() {
    LiveScans scans = scans(1L << 30);
    tell(scans, "p", pattern(7), row(7), Told.end(6, 0, 0));
    sequence = 0;
    tell(scans, "q", pattern(7), row(7));
    assertThat(scans.shown().orElseThrow().id()).isEqualTo("night.7-2");
    assertThat(scans.shown().orElseThrow().hasEnded()).isFalse();
  }

  @Test
  void anotherTaskBeforeTheEndGoesOn() {
    LiveScans scans = scans(1L << 30);
    tell(scans, "p", pattern(7), row(7));
    sequence = 0;
    tell(scans, "q", pattern(7), row(7));
    assertThat(scans.all()).hasSize(1);
  }

  @Test
  void gapsAreCountedAndBelongToTheScanThatShowsThem() {
    LiveScans scans = scans(1L << 30);
    tell(scans, "p", pattern(7), row(7));
    sequence += 4;
    tell(scans, "p", row(7));
    assertThat(counters.gaps.sum()).isEqualTo(4);
    assertThat(scans.shown().orElseThrow().progress(0).gaps()).isEqualTo(4);
  }

  @Test
  void eventsOfTheOldestScanGiveWay() {
    LiveScans scans = scans(3L << 19); // room for one chunk of 1 MiB, not for two
    tell(scans, "p", pattern(7), row(7), events(7));
    tell(scans, "p", pattern(8), row(8), events(8));
    assertThat(scans.find("night.7-1").orElseThrow().positionsWithoutEvents()).isEqualTo(3);
    assertThat(scans.find("night.8-2").orElseThrow().positionsWithoutEvents()).isEqualTo(2);
    assertThat(counters.scansForgotten.sum()).isEqualTo(1);
  }

  @Test
  void noMoreScansAreKeptThanSaid() {
    LiveScans scans = scans(1L << 30);
    for (int key = 0; key < LiveScans.MOST_SCANS + 3; key++) {
      tell(scans, "p", pattern(key));
    }
    assertThat(scans.all()).hasSize(LiveScans.MOST_SCANS);
    assertThat(scans.find("night.0-1")).isEmpty();
  }

  @Test
  void scansThatHaveEndedGiveWayBeforeThoseUnderWay() {
    LiveScans scans = scans(1L << 30);
    tell(scans, "p", pattern(0));
    tell(scans, "p", pattern(7), Told.end(6, 0, 0));
    for (int key = 100; key < 99 + LiveScans.MOST_SCANS; key++) {
      tell(scans, "p", pattern(key));
    }
    assertThat(scans.find("night.0-1")).isPresent();
    assertThat(scans.find("night.7-2")).isEmpty();
    assertThat(counters.scansUnderWayForgotten.sum()).isZero();
    tell(scans, "p", pattern(200));
    assertThat(scans.find("night.0-1")).isEmpty();
    assertThat(counters.scansUnderWayForgotten.sum()).isEqualTo(1);
  }

  @Test
  void largeScansGiveWaySooner() {
    LiveScans scans = scans(1L << 30);
    ScanGeometry half = new ScanGeometry(4096, ScanGeometry.MAX_POSITIONS / 4096);
    for (int key = 0; key < 3; key++) {
      tell(scans, "p", new LivePattern(key, half, 4, 4, 2, 1, 1, new int[16]));
    }
    assertThat(scans.all()).extracting(LiveScan::key).containsExactly(1L, 2L);
  }

  @Test
  void scanOfAFileIsShownUntilANewerOneComes() {
    LiveScans scans = scans(1L << 30);
    LiveScan ofFile = Told.scan(Told.pattern(0), Told.row(0, 3, 1, 5, 8), Told.end(6, 0, 0));
    scans.add(ofFile);
    assertThat(scans.shown()).contains(ofFile);
    tell(scans, "p", pattern(8), row(8));
    assertThat(scans.shown().orElseThrow().key()).isEqualTo(8);
    assertThat(scans.find(ofFile.id())).contains(ofFile);
  }

  @Test
  void scanOfAnotherSizeUnderTheSameKeyIsRefused() {
    LiveScans scans = scans(1L << 30);
    tell(scans, "p", pattern(7));
    LivePattern p = Told.pattern(0);
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () ->
                tell(
                    scans,
                    "p",
                    new LivePattern(7, new ScanGeometry(9, 9), 4, 4, 2, 1, 1, p.pixels())))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

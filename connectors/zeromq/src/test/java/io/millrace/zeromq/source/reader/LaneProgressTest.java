package io.millrace.zeromq.source.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.DropReason;
import io.millrace.detector.Drops;
import io.millrace.detector.LaneReport;
import io.millrace.detector.SectorHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Time begins shortly before {@link System#nanoTime} would overflow: only differences may count.
 */
class LaneProgressTest {
  private static final long ORIGIN = Long.MAX_VALUE - 1_000;
  private static final long LINGER = 10;
  private static final long TIMEOUT = 1_000;

  private final LaneProgress progress = progress(2, Set.of());

  @Test
  void endsALingerAfterAllThatWasAnnouncedHasCome() {
    announce(1, 2, 0, 0);
    announce(1, 1, 1, 1);
    sector(1, 0, 2);
    sector(1, 1, 3);
    assertNoneEnded(3 + TIMEOUT - 1);
    sector(1, 0, 1000);
    assertNoneEnded(1000 + LINGER - 1);
    assertThat(ended(1000 + LINGER)).isEqualTo(new LaneReport(1, 7, 3, 3, true, new Drops()));
    assertNoneEnded(1000 + LINGER);
    assertThat(progress.endedUpTo()).isEqualTo(1);
    assertThat(progress.endedCount()).isEqualTo(1);
  }

  @Test
  void everyPipeHasToAnnounce() {
    announce(1, 1, 0, 0);
    sector(1, 0, 1);
    sector(1, 1, 2);
    assertNoneEnded(2 + TIMEOUT - 1);
    assertThat(ended(2 + TIMEOUT)).isEqualTo(new LaneReport(1, 7, 1, 2, false, new Drops()));
  }

  @Test
  void onePipesSurplusDoesNotMakeUpForAnothersLoss() {
    announce(1, 1, 0, 0);
    announce(1, 2, 1, 0);
    sector(1, 0, 1);
    sector(1, 0, 1);
    sector(1, 1, 1);
    assertNoneEnded(1 + TIMEOUT - 1);
    assertThat(ended(1 + TIMEOUT).drained()).isFalse();
  }

  @Test
  void anAnnouncementMayComeLastAndInParts() {
    for (int i = 0; i < 4; i++) {
      sector(1, i % 2, i);
    }
    announce(1, 1, 0, 4);
    announce(1, 1, 0, 5);
    announce(1, 2, 1, 6);
    assertThat(ended(6 + LINGER)).isEqualTo(new LaneReport(1, 7, 4, 4, true, new Drops()));
  }

  @Test
  void aFurtherAnnouncementWithinTheLingerKeepsTheScanOpen() {
    announceNothing(1, 0);
    announce(1, 1, 0, LINGER - 1);
    assertNoneEnded(LINGER - 1 + TIMEOUT - 1);
    sector(1, 0, 500);
    assertThat(ended(500 + LINGER).drained()).isTrue();
  }

  @Test
  void aScanOfWhichNothingComesAnyMoreEndsByTimeOut() {
    assertThat(progress.expect(5, ORIGIN)).isTrue();
    assertThat(progress.expect(5, ORIGIN)).as("is under way").isFalse();
    assertNoneEnded(TIMEOUT - 1);
    assertThat(ended(TIMEOUT)).isEqualTo(new LaneReport(5, 7, 0, 0, false, new Drops()));
    assertThat(progress.expect(5, ORIGIN)).as("has ended").isFalse();
    assertThat(progress.endedUpTo()).isEqualTo(5);
  }

  @Test
  void aScanOfNothingEndsToo() {
    announceNothing(1, 0);
    assertThat(ended(LINGER)).isEqualTo(new LaneReport(1, 7, 0, 0, true, new Drops()));
  }

  @Test
  void aScanThatNobodyAnnouncedTimesOut() {
    sector(1, 0, 0);
    assertNoneEnded(TIMEOUT - 1);
    assertThat(ended(TIMEOUT)).isEqualTo(new LaneReport(1, 7, 0, 1, false, new Drops()));
  }

  @Test
  void theLingerIsNeverLongerThanTheTimeout() {
    LaneProgress hasty =
        new LaneProgress(7, 1, Set.of(), 0, Duration.ofNanos(TIMEOUT), Duration.ofNanos(LINGER));
    hasty.announced(1, 0, 0, ORIGIN);
    assertThat(hasty.nextEnded(ORIGIN + LINGER)).isNotNull();
  }

  @Test
  void beingHeldBackIsNoSilence() {
    announce(1, 2, 0, 0);
    sector(1, 0, 0);
    progress.heldBack(ORIGIN + 900);
    assertNoneEnded(900 + TIMEOUT - 1);
    assertThat(ended(900 + TIMEOUT).drained()).isFalse();
  }

  @Test
  void aBadMessageOfAScanCountsAsReceived() {
    announce(1, 1, 0, 0);
    announce(1, 0, 1, 0);
    assertThat(progress.received(header(1), 0, DropReason.UNKNOWN_MODULE, ORIGIN))
        .isEqualTo(DropReason.UNKNOWN_MODULE);
    assertThat(ended(LINGER))
        .isEqualTo(new LaneReport(1, 7, 1, 1, true, drops(DropReason.UNKNOWN_MODULE, 1)));
  }

  @Test
  void theFirstGoodSectorGivesTheSizeOfTheScan() {
    SectorHeader other = header(1);
    other.width++;
    assertThat(progress.received(other, 0, DropReason.PAYLOAD_SIZE, ORIGIN))
        .isEqualTo(DropReason.PAYLOAD_SIZE);
    assertThat(sector(1, 0, 0)).isNull();
    assertThat(progress.received(other, 1, null, ORIGIN))
        .isEqualTo(DropReason.INCONSISTENT_SCAN_SIZE);
    assertThat(sector(1, 0, 0)).isNull();
    assertThat(ended(TIMEOUT).received()).isEqualTo(4);
  }

  @Test
  void scansThatWereNotAskedForAreForeign() {
    LaneProgress fenced = progress(1, Set.of(5L));
    assertThat(fenced.received(header(4), 0, null, ORIGIN)).isEqualTo(DropReason.FOREIGN_SCAN);
    assertThat(fenced.announced(4, 9, 0, ORIGIN)).isEqualTo(DropReason.FOREIGN_SCAN);
    assertThat(fenced.announced(5, 0, 0, ORIGIN)).isNull();
    assertThat(fenced.nextEnded(ORIGIN + LINGER))
        .isEqualTo(new LaneReport(5, 7, 0, 0, true, drops(DropReason.FOREIGN_SCAN, 2)));
    assertThat(fenced.nextEnded(ORIGIN + 10 * TIMEOUT)).isNull();
  }

  @Test
  void whatStillComesOfAnEndedScanIsDropped() {
    announceNothing(1, 0);
    ended(LINGER);
    assertThat(sector(1, 0, 20)).isEqualTo(DropReason.FINISHED_SCAN);
    assertThat(progress.announced(1, 3, 0, ORIGIN + 20)).isEqualTo(DropReason.FINISHED_SCAN);
    assertNoneEnded(20 + 10 * TIMEOUT);
    announceNothing(2, 30);
    assertThat(ended(30 + LINGER).drops()).isEqualTo(drops(DropReason.FINISHED_SCAN, 2));
    assertThat(progress.endedCount()).isEqualTo(2);
  }

  @Test
  void theWatermarkWaitsForAnEarlierScanAndThenReachesTheLaterOne() {
    sector(1, 0, 0);
    announceNothing(2, 0);
    assertThat(ended(LINGER).scan()).isEqualTo(2);
    assertThat(progress.endedUpTo()).isEqualTo(0);
    announce(1, 1, 0, 20);
    announce(1, 0, 1, 20);
    assertThat(ended(20 + LINGER).scan()).isEqualTo(1);
    assertThat(progress.endedUpTo()).isEqualTo(2);
  }

  @Test
  void theWatermarkDoesNotPassTheLastEndedScan() {
    sector(9, 0, 0);
    announceNothing(3, 0);
    assertThat(ended(LINGER).scan()).isEqualTo(3);
    assertThat(progress.endedUpTo()).as("scans 4 to 8 may still come").isEqualTo(3);
  }

  @Test
  void theWatermarkDoesNotFallForAScanNumberThatWasReset() {
    announceNothing(9, 0);
    ended(LINGER);
    announceNothing(1, 20);
    assertThat(ended(20 + LINGER).scan()).isEqualTo(1);
    assertThat(progress.endedUpTo()).isEqualTo(9);
  }

  /** One message on its way: {@code announced} messages, or a sector if negative. */
  private record Message(long scan, int pipe, long announced) {}

  @Test
  void whateverTheOrderEveryScanIsReportedOnceAndNoMessageIsUnaccounted() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      int pipes = 1 + random.nextInt(4);
      int scans = 1 + random.nextInt(5);
      LaneProgress lane = progress(pipes, Set.of());
      Map<Long, Long> announced = new HashMap<>();
      List<List<Message>> queues = queues(random, pipes, scans, announced);

      long now = ORIGIN;
      long accepted = 0;
      long finished = 0;
      long receivedByReports = 0;
      Drops drops = new Drops();
      Set<Long> open = new HashSet<>();
      Map<Long, LaneReport> reports = new HashMap<>();
      boolean draining = false;
      while (true) {
        List<List<Message>> waiting = queues.stream().filter(q -> !q.isEmpty()).toList();
        if (waiting.isEmpty()) {
          if (draining) {
            break;
          }
          draining = true;
          now += TIMEOUT;
        } else {
          Message m = waiting.get(random.nextInt(waiting.size())).remove(0);
          boolean ended = reports.containsKey(m.scan);
          DropReason reason =
              m.announced >= 0
                  ? lane.announced(m.scan, m.announced, m.pipe, now)
                  : lane.received(header(m.scan), m.pipe, null, now);
          assertThat(reason)
              .as("seed %d, %s", seed, m)
              .isEqualTo(ended ? DropReason.FINISHED_SCAN : null);
          finished += ended ? 1 : 0;
          accepted += !ended && m.announced < 0 ? 1 : 0;
          if (!ended) {
            open.add(m.scan);
          }
          // Mostly a steady stream, now and then a pause in which scans end early.
          now += random.nextInt(50) == 0 ? random.nextInt((int) TIMEOUT * 2) : random.nextInt(3);
        }
        LaneReport report;
        while (true) {
          long before = lane.endedUpTo();
          report = lane.nextEnded(now);
          if (report == null) {
            assertThat(lane.endedUpTo()).as("seed %d", seed).isEqualTo(before);
            break;
          }
          assertThat(open.remove(report.scan())).as("seed %d, %s", seed, report).isTrue();
          assertThat(reports.put(report.scan(), report)).as("seed %d", seed).isNull();
          receivedByReports += report.received();
          drops.add(report.drops());
          long after = lane.endedUpTo();
          assertThat(after).as("seed %d: never falls", seed).isGreaterThanOrEqualTo(before);
          if (after > before) {
            assertThat(open)
                .as("seed %d: watermark %d passes no open scan", seed, after)
                .allMatch(scan -> scan > after);
          }
          if (report.drained()) {
            assertThat(report.received())
                .as("seed %d, %s", seed, report)
                .isGreaterThanOrEqualTo(report.announced());
          }
        }
      }
      assertThat(open).as("seed %d", seed).isEmpty();
      assertThat(reports.keySet()).as("seed %d", seed).containsAll(announced.keySet());
      assertThat(lane.endedCount()).as("seed %d", seed).isEqualTo(reports.size());
      assertThat(receivedByReports).as("seed %d", seed).isEqualTo(accepted);
      long highest = reports.keySet().stream().mapToLong(Long::longValue).max().orElseThrow();
      assertThat(lane.endedUpTo()).as("seed %d", seed).isEqualTo(highest);
      // What was dropped after the last report goes with the next one.
      lane.announced(1_000, 0, 0, now);
      drops.add(lane.nextEnded(now + TIMEOUT).drops());
      assertThat(drops).as("seed %d", seed).isEqualTo(drops(DropReason.FINISHED_SCAN, finished));
    }
  }

  /** What each pipe brings, in its order; some announce late, some lose or repeat sectors. */
  private static List<List<Message>> queues(
      Random random, int pipes, int scans, Map<Long, Long> announced) {
    List<List<Message>> queues = new ArrayList<>();
    for (int pipe = 0; pipe < pipes; pipe++) {
      List<Message> queue = new ArrayList<>();
      for (long scan = 1; scan <= scans; scan++) {
        int sectors = random.nextInt(6);
        int lost = random.nextInt(4) == 0 ? random.nextInt(3) - 1 : 0;
        int from = random.nextBoolean() ? 0 : queue.size();
        for (int i = 0; i < sectors - lost; i++) {
          queue.add(from + random.nextInt(queue.size() - from + 1), new Message(scan, pipe, -1));
        }
        queue.add(from + random.nextInt(queue.size() - from + 1), new Message(scan, pipe, sectors));
        announced.merge(scan, (long) sectors, Long::sum);
      }
      queues.add(queue);
    }
    return queues;
  }

  private static LaneProgress progress(int pipes, Set<Long> accepted) {
    return new LaneProgress(
        7, pipes, accepted, 0, Duration.ofNanos(LINGER), Duration.ofNanos(TIMEOUT));
  }

  @Test
  void aBoundedLaneRefusesTheScanAfterItsLast() {
    LaneProgress bounded =
        new LaneProgress(7, 1, Set.of(), 2, Duration.ofNanos(LINGER), Duration.ofNanos(TIMEOUT));
    assertThat(bounded.announced(1, 0, 0, 0)).isNull();
    assertThat(bounded.announced(2, 1, 0, 0)).isNull();
    assertThat(bounded.announced(3, 1, 0, 0)).isEqualTo(DropReason.FOREIGN_SCAN);
    assertThat(bounded.nextEnded(LINGER).scan()).isEqualTo(1);
    assertThat(bounded.received(header(3), 0, null, LINGER)).isEqualTo(DropReason.FOREIGN_SCAN);
    assertThat(bounded.received(header(1), 0, null, LINGER)).isEqualTo(DropReason.FINISHED_SCAN);
    assertThat(bounded.received(header(2), 0, null, LINGER)).isNull();
    assertThat(bounded.allEnded()).isFalse();
    assertThat(bounded.nextEnded(2 * LINGER).scan()).isEqualTo(2);
    assertThat(bounded.allEnded()).isTrue();
  }

  private static SectorHeader header(long scan) {
    return new SectorHeader().set(scan, 0, 5, 4, 1, 2, 0, 0);
  }

  private static Drops drops(DropReason reason, long n) {
    Drops drops = new Drops();
    drops.add(reason, n);
    return drops;
  }

  private DropReason sector(long scan, int pipe, long at) {
    return progress.received(header(scan), pipe, null, ORIGIN + at);
  }

  private void announce(long scan, long count, int pipe, long at) {
    assertThat(progress.announced(scan, count, pipe, ORIGIN + at)).isNull();
  }

  private void announceNothing(long scan, long at) {
    announce(scan, 0, 0, at);
    announce(scan, 0, 1, at);
  }

  private LaneReport ended(long at) {
    LaneReport report = progress.nextEnded(ORIGIN + at);
    assertThat(report).as("a scan has ended at %d", at).isNotNull();
    return report;
  }

  private void assertNoneEnded(long at) {
    assertThat(progress.nextEnded(ORIGIN + at)).isNull();
  }
}

package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.Lanes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LaneRouterTest {
  private static final DetectorDescription DETECTOR = Detectors.square(8);
  private static final Lanes LANES = new Lanes("localhost", 5600, 3, 4);
  private static final long SILENCE = 1_000;

  private final LaneRouter router = router();

  private static LaneRouter router() {
    return new LaneRouter(DETECTOR, 2, LANES, Duration.ofNanos(SILENCE));
  }

  @Test
  void aScanIsSettledWithItsLastMessage() {
    assertThat(router.announced(7, 4, 0)).isNull();
    assertThat(router.relayed(7, 0, 0)).isNull();
    assertThat(router.relayed(7, 1, 0)).isNull();
    assertThat(router.relayed(7, 0, 0)).isNull();
    assertSettled(router.relayed(7, 0, 0), 7, false, 3, 1, 0);
    assertThat(router.silent(Long.MAX_VALUE)).isNull();
  }

  @Test
  void anAnnouncementThatComesLastSettlesToo() {
    router.relayed(7, 2, 0);
    assertSettled(router.announced(7, 1, 0), 7, false, 0, 0, 1);
  }

  @Test
  void aModuleThatLostEverythingSettlesAtOnce() {
    assertSettled(router.announced(7, 0, 0), 7, false, 0, 0, 0);
  }

  @Test
  void announcementsAddUpAndLanesAreToldOnlyWhatIsNew() {
    router.announced(7, 1, 0);
    assertSettled(router.relayed(7, 0, 0), 7, false, 1, 0, 0);
    assertThat(router.announced(7, 2, 0)).isNull();
    router.relayed(7, 1, 0);
    assertSettled(router.relayed(7, 2, 0), 7, false, 0, 1, 1);
  }

  @Test
  void silenceTellsLaneZeroWhatIsMissing() {
    router.announced(7, 3, 0);
    router.relayed(7, 1, 500);
    assertThat(router.silent(1_499)).isNull();
    LaneRouter.Settlement s = router.silent(1_500);
    assertSettled(s, 7, true, 2, 1, 0);
    assertThat(s.announced()).isEqualTo(3);
    assertThat(s.relayed()).isEqualTo(1);
    assertThat(router.silent(9_000)).as("told once").isNull();
  }

  @Test
  void whatComesAfterAllIsNotToldTwice() {
    router.announced(7, 3, 0);
    router.relayed(7, 1, 0);
    assertSettled(router.silent(SILENCE), 7, true, 2, 1, 0);
    assertThat(router.relayed(7, 1, 2_000)).isNull();
    assertSettled(router.relayed(7, 2, 2_000), 7, false, 0, 0, 0);
    assertThat(router.relayed(7, 2, 2_000)).as("more than announced").isNull();
    assertSettled(router.silent(3_000), 7, true, 0, 0, 1);
  }

  @Test
  void furtherAnnouncementsComeOnTopOfWhatLaneZeroWasTold() {
    router.announced(7, 2, 0);
    assertSettled(router.silent(SILENCE), 7, true, 2, 0, 0);
    router.announced(7, 3, 2_000);
    for (int i = 0; i < 3; i++) {
      assertThat(router.relayed(7, 1, 2_000)).isNull();
    }
    assertSettled(router.silent(3_000), 7, true, 2, 1, 0);
  }

  @Test
  void whatIsDroppedNeedNotBeWaitedFor() {
    router.announced(7, 3, 0);
    router.relayed(7, 1, 0);
    assertThat(router.dropped(header(7, 2), 0)).isNull();
    assertSettled(router.relayed(7, 2, 0), 7, false, 1, 1, 1);
    router.announced(8, 1, 0);
    assertSettled(router.dropped(header(8, 2), 0), 8, false, 1, 0, 0);
  }

  @Test
  void aDroppedMessageIsNoSilence() {
    router.announced(7, 3, 0);
    router.dropped(header(7, 2), 500);
    assertThat(router.silent(1_499)).isNull();
    assertSettled(router.silent(1_500), 7, true, 3, 0, 0);
  }

  /**
   * Announced to the lanes, it would end there as a scan of nothing, and shut out lower numbers.
   */
  @Test
  void aDroppedMessageAloneIsNoScan() {
    router.dropped(header(7, 2), 0);
    assertThat(router.silent(SILENCE)).isNull();
  }

  @Test
  void aDroppedMessageOfAnotherModuleIsNotOneOfThoseAnnounced() {
    router.announced(7, 1, 0);
    assertThat(router.dropped(header(7, 1), 0)).isNull();
  }

  @Test
  void aDroppedMessageTooManyDoesNotHideThatAllCame() {
    router.announced(7, 2, 0);
    router.dropped(header(7, 2), 0);
    assertSettled(router.relayed(7, 1, 0), 7, false, 1, 1, 0);
    assertThat(router.dropped(header(7, 2), 0)).isNull();
    assertThat(router.silent(SILENCE)).as("nothing new to tell").isNull();
    assertSettled(router.relayed(7, 1, 2_000), 7, false, 0, 0, 0);
  }

  @Test
  void messagesThatWereNeverAnnouncedAreToldAfterSilence() {
    router.relayed(7, 1, 0);
    assertSettled(router.silent(SILENCE), 7, true, 0, 1, 0);
  }

  @Test
  void aBusyScanDoesNotHideASilentOne() {
    router.announced(7, 2, 0);
    router.announced(8, 100, 0);
    for (int t = 0; t < SILENCE; t += 100) {
      router.relayed(8, 0, t);
    }
    assertSettled(router.silent(SILENCE), 7, true, 2, 0, 0);
    assertThat(router.silent(SILENCE)).isNull();
  }

  /** What happens to a message, or how many are announced. */
  private record Event(long scan, int lane, boolean dropped, long announced) {}

  /** What a scan's lanes got and were told. */
  private static final class Scan {
    long announced;
    final long[] got = new long[3];
    final long[] told = new long[3];

    long due() {
      return Math.max(announced, Arrays.stream(got).sum());
    }
  }

  /**
   * Whatever comes in whatever order, with messages dropped, lost, late or never announced: the
   * lanes are always told of as many as were announced, or of as many as came. While nothing is
   * dropped and nobody pauses, each is told of its own, and lane 0 of what is lost.
   */
  @Test
  void lanesAreToldOfEachMessageOnce() {
    for (long seed = 0; seed < 1_000; seed++) {
      Random random = new Random(seed);
      boolean steady = seed % 2 == 0; // the first random booleans of such seeds are all alike
      LaneRouter r = router();
      Map<Long, Scan> scans = new HashMap<>();
      long now = 0;
      for (Event e : events(random, steady)) {
        now += !steady && random.nextInt(20) == 0 ? SILENCE : random.nextInt(5);
        note(scans, r.silent(now), seed);
        if (e.dropped) {
          note(scans, r.dropped(header(e.scan, 2), now), seed);
          continue;
        }
        Scan scan = scans.computeIfAbsent(e.scan, s -> new Scan());
        if (e.announced > 0) {
          scan.announced += e.announced;
          note(scans, r.announced(e.scan, e.announced, now), seed);
        } else {
          scan.got[e.lane]++;
          note(scans, r.relayed(e.scan, e.lane, now), seed);
        }
      }
      for (LaneRouter.Settlement s; (s = r.silent(now + SILENCE)) != null; ) {
        note(scans, s, seed);
      }
      for (Scan scan : scans.values()) {
        assertThat(Arrays.stream(scan.told).sum()).as("seed %d", seed).isEqualTo(scan.due());
        for (int lane = 1; lane < 3; lane++) {
          assertThat(scan.told[lane]).as("seed %d", seed).isLessThanOrEqualTo(scan.got[lane]);
          if (steady) {
            assertThat(scan.told[lane]).as("seed %d", seed).isEqualTo(scan.got[lane]);
          }
        }
      }
    }
  }

  /** The messages and announcements of four scans, shuffled. */
  private static List<Event> events(Random random, boolean steady) {
    List<Event> events = new ArrayList<>();
    for (long scan = 0; scan < 4; scan++) {
      int sent = random.nextInt(40);
      for (int i = 0; i < sent; i++) {
        events.add(new Event(scan, random.nextInt(3), !steady && random.nextInt(8) == 0, 0));
      }
      // Some are lost on the way, some never announced.
      int announced = Math.max(0, sent + random.nextInt(9) - 4);
      for (int part; announced > 0; announced -= part) {
        part = 1 + random.nextInt(announced);
        events.add(new Event(scan, 0, false, part));
      }
    }
    Collections.shuffle(events, random);
    return events;
  }

  @Test
  void forgetsSettledScansButNotTheirLateMessages() {
    for (long scan = 0; scan < 10_000; scan++) {
      router.announced(scan, 1, 0);
      router.relayed(scan, 0, 0);
    }
    assertThat(router.relayed(0, 2, 0)).as("nobody knows what was announced").isNull();
    assertSettled(router.silent(SILENCE), 0, true, 0, 0, 1);
  }

  /** Else the first message of the new one would count as the one that the old one owes. */
  @Test
  void aNumberThatStandsForAnotherScanStartsAnew() {
    router.announced(7, 2, 0);
    router.relayed(7, 1, 0);
    assertSettled(router.silent(SILENCE), 7, true, 1, 1, 0);
    router.forget(7);
    assertThat(router.announced(7, 2, 2_000)).isNull();
    router.relayed(7, 1, 2_000);
    assertSettled(router.relayed(7, 2, 2_000), 7, false, 0, 1, 1);
    router.announced(8, 5, 2_000);
    router.forget(8);
    assertThat(router.silent(9_000)).as("nobody is told of it").isNull();
  }

  @Test
  void namesWhatIsWrongWithAMessage() {
    SectorHeader h = header(7, 2);
    int size = DETECTOR.sectorBytes();
    assertThat(router.problem(h, size)).isNull();
    assertThat(router.problem(h, size - 1)).isEqualTo(DropReason.PAYLOAD_SIZE);
    assertThat(router.problem(h, 0)).isEqualTo(DropReason.PAYLOAD_SIZE);
    h.module = 1;
    assertThat(router.problem(h, size))
        .as("another port's module")
        .isEqualTo(DropReason.UNKNOWN_MODULE);
    h.module = 4;
    assertThat(router.problem(h, size)).isEqualTo(DropReason.UNKNOWN_MODULE);
    h.module = 2;
    h.x = 3;
    assertThat(router.problem(h, size)).isEqualTo(DropReason.POSITION_OUTSIDE_SCAN);
    h.width = 0;
    assertThat(router.problem(h, size)).isEqualTo(DropReason.EMPTY_SCAN);
  }

  private static SectorHeader header(long scan, int module) {
    return new SectorHeader().set(scan, 1, 3, 2, 2, 1, 0, module);
  }

  /** Adds up what the lanes are told; all that is due has to be told with each settlement. */
  private static void note(Map<Long, Scan> scans, LaneRouter.Settlement s, long seed) {
    if (s != null) {
      Scan scan = scans.get(s.scan());
      Arrays.setAll(scan.told, l -> scan.told[l] + s.byLane()[l]);
      assertThat(Arrays.stream(s.byLane()).min().getAsLong())
          .as("seed %d, %s", seed, s)
          .isNotNegative();
      assertThat(Arrays.stream(scan.told).sum()).as("seed %d, %s", seed, s).isEqualTo(scan.due());
    }
  }

  private static void assertSettled(
      LaneRouter.Settlement s, long scan, boolean timedOut, long... byLane) {
    assertThat(s).isNotNull();
    assertThat(s.scan()).isEqualTo(scan);
    assertThat(s.timedOut()).isEqualTo(timedOut);
    assertThat(s.byLane()).isEqualTo(byLane);
  }
}

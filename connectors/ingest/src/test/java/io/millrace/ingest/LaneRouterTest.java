package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.detector.wire.Lanes;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
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
  void silenceSettlesWhatCame() {
    router.announced(7, 3, 0);
    router.relayed(7, 0, 500);
    assertThat(router.silent(1_499)).isNull();
    LaneRouter.Settlement s = router.silent(1_500);
    assertSettled(s, 7, true, 1, 0, 0);
    assertThat(s.announced()).isEqualTo(3);
    assertThat(s.relayed()).isEqualTo(1);
    assertThat(router.silent(9_000)).as("told once").isNull();
    router.relayed(7, 1, 9_000);
    assertSettled(router.relayed(7, 2, 9_000), 7, false, 0, 1, 1);
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
    assertSettled(router.silent(SILENCE), 7, true, 0, 0, 0);
    assertThat(router.silent(SILENCE)).isNull();
  }

  /** Whatever comes in whatever order, the lanes are told about each message exactly once. */
  @Test
  void lanesAreToldExactlyWhatTheyGot() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      LaneRouter r = router();
      Map<Long, long[]> got = new HashMap<>();
      Map<Long, long[]> told = new HashMap<>();
      long now = 0;
      for (int i = 0; i < 500; i++) {
        now += random.nextInt(100) == 0 ? SILENCE : random.nextInt(5);
        long scan = random.nextInt(4);
        if (random.nextInt(40) == 0) {
          note(told, r.announced(scan, random.nextInt(60), now));
        } else {
          int lane = random.nextInt(3);
          got.computeIfAbsent(scan, s -> new long[3])[lane]++;
          note(told, r.relayed(scan, lane, now));
        }
        note(told, r.silent(now));
      }
      for (LaneRouter.Settlement s; (s = r.silent(now + SILENCE)) != null; ) {
        note(told, s);
      }
      got.forEach(
          (scan, counts) -> assertThat(told.get(scan)).as("scan %d", scan).isEqualTo(counts));
      told.keySet().removeAll(got.keySet());
      assertThat(told.values())
          .as("seed %d", seed)
          .allMatch(counts -> Arrays.stream(counts).sum() == 0);
    }
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

  @Test
  void namesWhatIsWrongWithAMessage() {
    SectorHeader h = new SectorHeader().set(7, 1, 3, 2, 2, 1, 0, 2);
    int size = DETECTOR.sectorBytes();
    assertThat(read(h, size)).isNull();
    assertThat(read(h, size - 1)).isEqualTo(DropReason.PAYLOAD_SIZE);
    assertThat(read(h, 0)).isEqualTo(DropReason.PAYLOAD_SIZE);
    h.module = 1;
    assertThat(read(h, size)).as("another port's module").isEqualTo(DropReason.UNKNOWN_MODULE);
    h.module = 4;
    assertThat(read(h, size)).isEqualTo(DropReason.UNKNOWN_MODULE);
    h.module = 2;
    h.x = 3;
    assertThat(read(h, size)).isEqualTo(DropReason.POSITION_OUTSIDE_SCAN);
    h.width = 0;
    assertThat(read(h, size)).isEqualTo(DropReason.EMPTY_SCAN);
    assertThat(router.read(new byte[0], size, h)).isEqualTo(DropReason.HEADER_FORMAT);
  }

  private DropReason read(SectorHeader header, int payloadBytes) {
    byte[] out = new byte[HeaderCodec.MAX_BYTES];
    int n = HeaderCodec.encode(header, out);
    return router.read(Arrays.copyOf(out, n), payloadBytes, new SectorHeader());
  }

  private static void note(Map<Long, long[]> told, LaneRouter.Settlement s) {
    if (s != null) {
      long[] sum = told.computeIfAbsent(s.scan(), x -> new long[3]);
      Arrays.setAll(sum, l -> sum[l] + s.byLane()[l]);
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

package io.millrace.zeromq.source.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.coordination.Scan;
import io.millrace.coordination.ScanState;
import io.millrace.detector.ScanKey;
import io.millrace.zeromq.source.split.LanePosition;
import io.millrace.zeromq.source.split.LanePosition.OpenScan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionKeysTest {
  private static final long ANSWER_NANOS = 1_000;
  private static final long SEVEN_ANEW = ScanKey.of(1, 7);

  private final Map<Long, Scan> known = new HashMap<>();
  private final Map<Long, Scan> inZooKeeper = new HashMap<>();
  private final List<Long> asked = new ArrayList<>();
  private final Set<Long> open = new HashSet<>();
  private int generation;
  private long now = Long.MAX_VALUE - 2 * ANSWER_NANOS;
  private SessionKeys keys = at(LanePosition.START);

  private SessionKeys at(LanePosition position) {
    return new SessionKeys(
        number -> Optional.ofNullable(known.get(number)),
        this::ask,
        () -> generation,
        List.of(),
        position,
        () -> now);
  }

  private Optional<Scan> ask(long number) {
    asked.add(number);
    now += ANSWER_NANOS;
    if (inZooKeeper.containsKey(number)) {
      known.put(number, inZooKeeper.get(number));
    }
    return Optional.ofNullable(known.get(number));
  }

  private static Scan scan(long key, ScanState state) {
    Instant then = Instant.EPOCH;
    return new Scan(
        1,
        ScanKey.name(key),
        "s",
        ScanKey.number(key),
        ScanKey.generation(key),
        then,
        2,
        2,
        state,
        then,
        0,
        0,
        0,
        null,
        "");
  }

  private long of(long number) {
    long key = keys.of(number, open::contains);
    open.add(key);
    return key;
  }

  private void end(long key) {
    open.remove(key);
    known.put(ScanKey.number(key), scan(key, ScanState.COMPLETE));
  }

  @Test
  void aNumberIsTheScanUnderWayWithoutAQuestion() {
    known.put(7L, scan(SEVEN_ANEW, ScanState.ANNOUNCED));
    assertThat(of(7)).isEqualTo(SEVEN_ANEW);
    assertThat(asked).isEmpty();
  }

  @Test
  void aScanThatIsFasterThanItsNewsIsAskedFor() {
    inZooKeeper.put(7L, scan(SEVEN_ANEW, ScanState.ANNOUNCED));
    assertThat(of(7)).isEqualTo(SEVEN_ANEW);
    assertThat(of(7)).isEqualTo(SEVEN_ANEW);
    assertThat(asked).containsExactly(7L);
  }

  @Test
  void aNumberThatHasEndedBeginsAnewAlsoBeforeItsNews() {
    known.put(7L, scan(7, ScanState.STREAMING));
    assertThat(of(7)).isEqualTo(7);
    end(7);
    inZooKeeper.put(7L, scan(SEVEN_ANEW, ScanState.ANNOUNCED));
    assertThat(of(7)).isEqualTo(SEVEN_ANEW);
  }

  @Test
  void whatComesOfAnEndedScanBelongsToItAndIsAskedForOnlySoOften() {
    known.put(7L, scan(7, ScanState.STREAMING));
    of(7);
    end(7);
    for (int i = 0; i < 1_000; i++) {
      now += 100;
      assertThat(keys.of(7, open::contains)).isEqualTo(7);
    }
    assertThat(asked).hasSizeBetween(2, 15);
    inZooKeeper.put(7L, scan(SEVEN_ANEW, ScanState.ANNOUNCED));
    now += 10 * ANSWER_NANOS;
    assertThat(of(7)).isEqualTo(SEVEN_ANEW);
  }

  @Test
  void aNumberThatIsNewIsAskedForAlsoWhileOthersAreNot() {
    known.put(7L, scan(7, ScanState.STREAMING));
    of(7);
    end(7);
    of(7);
    inZooKeeper.put(3L, scan(ScanKey.of(1, 3), ScanState.ANNOUNCED));
    assertThat(of(3)).isEqualTo(ScanKey.of(1, 3));
    assertThat(asked).containsExactly(7L, 3L);
  }

  @Test
  void aScanOfWhichNobodyToldStaysOneAndIsAskedForOnce() {
    generation = 2;
    assertThat(of(9)).isEqualTo(ScanKey.of(2, 9));
    generation = 3;
    assertThat(of(9)).isEqualTo(ScanKey.of(2, 9));
    assertThat(asked).containsExactly(9L);
    // Its end is entered when it is there, and it does not come back by that.
    end(ScanKey.of(2, 9));
    assertThat(keys.of(9, open::contains)).isEqualTo(ScanKey.of(2, 9));
  }

  @Test
  void lateNewsOfAnEarlierScanDoNotBringItBack() {
    known.put(7L, scan(SEVEN_ANEW, ScanState.STREAMING));
    of(7);
    known.put(7L, scan(7, ScanState.STREAMING));
    assertThat(of(7)).isEqualTo(SEVEN_ANEW);
  }

  @Test
  void aScanThatEndedBeforeTheLaneBeganIsThatOne() {
    known.put(7L, scan(SEVEN_ANEW, ScanState.COMPLETE));
    assertThat(of(7)).isEqualTo(SEVEN_ANEW);
  }

  @Test
  void aRestoredLaneKnowsWhatItsNumbersStoodFor() {
    keys =
        at(
            new LanePosition(
                2,
                SEVEN_ANEW,
                List.of(7L, SEVEN_ANEW),
                List.of(new OpenScan(ScanKey.of(1, 9), 2, 2, List.of(4L), List.of(1L))),
                Map.of(),
                0,
                List.of()));
    open.add(ScanKey.of(1, 9));
    assertThat(of(9)).isEqualTo(ScanKey.of(1, 9));
    assertThat(asked).isEmpty();
    assertThat(keys.of(7, open::contains)).isEqualTo(SEVEN_ANEW);
  }

  @Test
  void withoutASessionTheNumberIsTheKey() {
    assertThat(ScanKeys.numbers().of(0xffff_ffffL, open::contains)).isEqualTo(0xffff_ffffL);
  }
}

package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.coordination.Scan;
import io.millrace.coordination.ScanState;
import io.millrace.detector.DropReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScanFenceTest {
  private final Map<Long, Scan> known = new HashMap<>();
  private final Map<Long, Scan> inZooKeeper = new HashMap<>();
  private final List<Long> asked = new ArrayList<>();
  private final List<Long> renewed = new ArrayList<>();
  private final ScanFence fence =
      new ScanFence(
          number -> Optional.ofNullable(known.get(number)), this::ask, n -> renewed.add(n));

  private Optional<Scan> ask(long number) {
    asked.add(number);
    if (inZooKeeper.containsKey(number)) {
      known.put(number, inZooKeeper.get(number));
    }
    return Optional.ofNullable(known.get(number));
  }

  private static Scan scan(long number, String id) {
    Instant now = Instant.now();
    return new Scan(1, id, "s", number, 0, now, 2, 2, ScanState.ANNOUNCED, now, 0, 0, 0, null, "");
  }

  @Test
  void whatIsUnderWayPassesWithoutAQuestion() {
    known.put(7L, scan(7, "7-a"));
    assertThat(fence.ofAnnouncement(7)).isNull();
    assertThat(fence.ofData(7)).isNull();
    assertThat(asked).isEmpty();
  }

  @Test
  void anAnnouncementThatIsFasterThanTheNewsIsAskedFor() {
    inZooKeeper.put(7L, scan(7, "7-a"));
    assertThat(fence.ofAnnouncement(7)).isNull();
    assertThat(fence.ofData(7)).isNull();
    assertThat(asked).containsExactly(7L);
  }

  @Test
  void aNumberThatHasEndedAndBeginsAgainIsAnotherScan() {
    known.put(7L, scan(7, "7-a"));
    fence.ofAnnouncement(7);
    known.put(7L, scan(7, "7-a").in(ScanState.COMPLETE, ""));
    assertThat(fence.ofData(7)).isEqualTo(DropReason.FINISHED_SCAN);
    inZooKeeper.put(7L, scan(7, "7-b"));
    assertThat(fence.ofAnnouncement(7)).isNull();
    assertThat(fence.ofData(7)).isNull();
    assertThat(renewed).containsExactly(7L);
  }

  @Test
  void aScanThatIsOnlyTold() {
    known.put(7L, scan(7, "7-a"));
    fence.ofAnnouncement(7);
    known.put(7L, known.get(7L).in(ScanState.STREAMING, ""));
    assertThat(fence.ofData(7)).isNull();
    assertThat(renewed).isEmpty();
  }

  /** A thousand messages in far less time than the pause between two questions. */
  @Test
  void foreignDataDoNotHoldUpTheOthers() {
    known.put(7L, scan(7, "7-a"));
    for (long n = 1_000; n < 2_000; n++) {
      assertThat(fence.ofData(n)).isEqualTo(DropReason.FOREIGN_SCAN);
      assertThat(fence.ofData(7)).isNull();
    }
    assertThat(asked).hasSizeLessThan(100).contains(1_000L);
    assertThat(fence.ofAnnouncement(99)).isEqualTo(DropReason.FOREIGN_SCAN);
    assertThat(asked).as("an announcement is always asked for").contains(99L);
  }
}

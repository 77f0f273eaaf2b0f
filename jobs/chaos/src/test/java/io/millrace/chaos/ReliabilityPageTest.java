package io.millrace.chaos;

import static io.millrace.chaos.Rounds.fault;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.Thresholds;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReliabilityPageTest {
  private static final Settings SETTINGS =
      new Settings(
          Path.of("/"),
          Path.of("/counted"),
          DetectorDescription.load("4d-camera"),
          new Thresholds(28.5, 1088),
          "16x16",
          272,
          10,
          1,
          Duration.ofSeconds(60),
          Duration.ZERO,
          false,
          8081,
          2181,
          5560,
          5600,
          List.of(),
          List.of(),
          List.of());

  @Test
  void tellsTheCommandTheVerdictAndEachRound() {
    Tally tally =
        new Tally(
            List.of(
                Rounds.whole(1, fault(Victim.TASKMANAGER, Deed.KILL, 3), 9),
                Rounds.lossy(2, fault(Victim.AGGREGATOR, Deed.PAUSE, 10), 100, 14)),
            Set.of(Victim.TASKMANAGER, Victim.AGGREGATOR));

    String page =
        new ReliabilityPage("scripts/chaos --seed=1", "abc1234", SETTINGS)
            .text(tally, Instant.parse("2026-11-28T20:00:00Z"));

    assertThat(page.lines())
        .contains(
            "scripts/chaos --seed=1",
            "| taskmanager | kill | 1 of 1 | 9.0 s | 9.0 s |",
            "| aggregator | pause | 0 of 1 | 4.0 s | 4.0 s |",
            "| all |  | 1 of 2 | 6.5 s | 9.0 s |",
            "| 1 | kill taskmanager, start it again after 3.0 s (taskmanager-1, process 4711)"
                + " 8.0 s into the scan | 9.0 s | 9.0 s | whole |");
    assertThat(page).contains("Commit abc1234, 2026-11-28").contains("**1 of 2 rounds were whole");
    assertThat(page).doesNotContain("| zookeeper |").doesNotContain("| taskmanager | pause");
  }

  /** As long as two scans, a pause, and twice what the parts wait, and two minutes. */
  @Test
  void aRoundMayTakeWhatItMayNeedAtMost() {
    assertThat(SETTINGS.roundDeadline()).isEqualTo(Duration.ofMillis(2 * 27_200 + 360_000));
  }
}

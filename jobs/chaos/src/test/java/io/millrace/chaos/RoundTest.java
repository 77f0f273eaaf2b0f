package io.millrace.chaos;

import static io.millrace.chaos.Rounds.fault;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RoundTest {
  @Test
  void aLineTellsWhatWasDoneToWhomWhenAndWhatCameOfIt() {
    assertThat(Rounds.whole(3, fault(Victim.TASKMANAGER, Deed.KILL, 3), 11).line())
        .isEqualTo(
            "2026-11-28T20:00:00Z  round 3  kill taskmanager, start it again after 3.0 s"
                + " (taskmanager-1, process 4711) 8.0 s into the scan;"
                + " frames again after 11.0 s; whole");
  }

  @Test
  void aPauseIsTakenFromTheRecovery() {
    Round round = Rounds.whole(1, fault(Victim.AGGREGATOR, Deed.PAUSE, 10), 12);
    assertThat(round.recovery()).hasValue(Duration.ofSeconds(12));
    assertThat(round.ownRecovery()).hasValue(Duration.ofSeconds(2));
    assertThat(round.line()).contains("frames again after 12.0 s, without the pause 2.0 s");
  }

  @Test
  void whoDoesNotWaitForThePauseHasNoRecoveryBelowZero() {
    Round round = Rounds.whole(1, fault(Victim.ZOOKEEPER, Deed.PAUSE, 10), 1);
    assertThat(round.ownRecovery()).hasValue(Duration.ZERO);
  }

  @Test
  void theTimeUntilAKilledPartIsStartedAgainIsRecovery() {
    Round round = Rounds.whole(1, fault(Victim.AGGREGATOR, Deed.KILL, 5), 12);
    assertThat(round.ownRecovery()).hasValue(Duration.ofSeconds(12));
  }

  @Test
  void lossesAreTold() {
    Round round = Rounds.lossy(1, fault(Victim.PRODUCER, Deed.CUT, 5), 1234, 6);
    assertThat(round.isWhole()).isFalse();
    assertThat(round.result())
        .isEqualTo("lost 1,234 events and doubled 2, 10 frames lack 40 sectors, incomplete");
  }

  @Test
  void ofAProducerThatIsKilledForGoodExactlyWhatTheFileNamesMayBeMissing() {
    Round named = Rounds.forsaken(1, 0);
    assertThat(named.isGood()).isTrue();
    assertThat(named.isWhole()).isFalse();
    assertThat(named.line())
        .contains("kill producer for good (producer-1")
        .endsWith("incomplete; exactly what the file names");
    assertThat(Rounds.forsaken(1, 3).isGood()).isFalse();
    assertThat(Rounds.forsaken(1, 3).result()).endsWith("3 of them in sectors that are there");
    assertThat(Rounds.lossy(1, fault(Victim.PRODUCER, Deed.KILL, 3), 100, 1).isGood()).isFalse();
  }

  @Test
  void aHangIsNotWhole() {
    Round round = Rounds.hanging(1, fault(Victim.AGGREGATOR, Deed.KILL, 5));
    assertThat(round.isWhole()).isFalse();
    assertThat(round.line())
        .endsWith("no frame was counted after it; HANGS: the scan has not ended after 300 s");
  }

  @Test
  void aRoundInWhichNothingWasDoneIsNotWhole() {
    Round round =
        round(
            Optional.of(fault(Victim.AGGREGATOR, Deed.KILL, 5)),
            "complete",
            List.of(Path.of("a.h5")));
    assertThat(round.isWhole()).isFalse();
    assertThat(round.line()).endsWith("nothing to recover from; the fault did not come in time");
  }

  @Test
  void aScanThatZooKeeperDoesNotCallCompleteOrThatHasTwoFilesIsNotWhole() {
    Path file = Path.of("a.h5");
    assertThat(undisturbed("complete", List.of(file)).isWhole()).isTrue();
    assertThat(undisturbed("incomplete", List.of(file)).isWhole()).isFalse();
    assertThat(undisturbed("complete", List.of()).isWhole()).isFalse();
    assertThat(undisturbed("complete", List.of(file, file)).isWhole()).isFalse();
    assertThat(undisturbed("complete", List.of(file, file)).result()).endsWith(", 2 files");
  }

  private static Round undisturbed(String state, List<Path> files) {
    return round(Optional.empty(), state, files);
  }

  private static Round round(Optional<Fault> fault, String state, List<Path> files) {
    return new Round(
        0,
        1,
        Instant.EPOCH,
        fault,
        Optional.empty(),
        Optional.empty(),
        Difference.NONE,
        state,
        files,
        false,
        "");
  }
}

package io.millrace.chaos;

import static io.millrace.chaos.Rounds.fault;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TallyTest {
  private static final Set<Victim> VICTIMS = Set.of(Victim.TASKMANAGER, Victim.AGGREGATOR);
  private static final Tally MIXED =
      new Tally(
          List.of(
              Rounds.whole(1, fault(Victim.TASKMANAGER, Deed.KILL, 3), 9),
              Rounds.lossy(2, fault(Victim.AGGREGATOR, Deed.PAUSE, 10), 100, 14),
              Rounds.hanging(3, fault(Victim.AGGREGATOR, Deed.KILL, 3)),
              Rounds.lossy(4, fault(Victim.TASKMANAGER, Deed.KILL, 3), 11, 20)),
          VICTIMS);

  private static List<Duration> seconds(int... seconds) {
    return IntStream.of(seconds).mapToObj(Duration::ofSeconds).toList();
  }

  @Test
  void theMedianIsTheMiddleOrBetweenTheTwoInTheMiddle() {
    assertThat(Tally.median(seconds())).isEmpty();
    assertThat(Tally.median(seconds(4))).hasValue(Duration.ofSeconds(4));
    assertThat(Tally.median(seconds(1, 4))).hasValue(Duration.ofMillis(2_500));
    assertThat(Tally.median(seconds(1, 4, 100))).hasValue(Duration.ofSeconds(4));
  }

  @Test
  void theWorstIsTheLongest() {
    assertThat(Tally.worst(seconds())).isEmpty();
    assertThat(Tally.worst(seconds(1, 4, 100))).hasValue(Duration.ofSeconds(100));
  }

  @Test
  void recoveriesAreWithoutPausesAndInOrder() {
    assertThat(MIXED.recoveries()).isEqualTo(seconds(4, 9, 20));
    assertThat(Tally.recoveries(MIXED.rounds(Victim.AGGREGATOR, Deed.PAUSE))).isEqualTo(seconds(4));
  }

  @Test
  void jsonSaysWhatCameOfIt() {
    JsonNode json = MIXED.json(7);
    assertThat(json.path("rounds").asInt()).isEqualTo(4);
    assertThat(json.path("lost").asLong()).isEqualTo(111);
    assertThat(json.path("doubled").asLong()).isEqualTo(4);
    assertThat(json.path("hangs").asInt()).isEqualTo(1);
    assertThat(json.path("recovery_median_s").asDouble()).isEqualTo(9);
    assertThat(json.path("recovery_worst_s").asDouble()).isEqualTo(20);
    assertThat(json.path("kills_by_part")).hasToString("{\"taskmanager\":2,\"aggregator\":1}");
    assertThat(json.path("faults_by_part").path("aggregator"))
        .hasToString("{\"kill\":1,\"pause\":1,\"cut\":0}");
    assertThat(json.path("seed").asLong()).isEqualTo(7);
    assertThat(json.path("each")).hasSize(4);
    JsonNode paused = json.path("each").path(1);
    assertThat(paused.path("recovery_with_outage_s").asDouble()).isEqualTo(14);
    assertThat(paused.path("recovery_s").asDouble()).isEqualTo(4);
    assertThat(paused.path("into_scan_s").asDouble()).isEqualTo(8);
    assertThat(json.path("each").path(2).path("recovery_s").isNull()).isTrue();
  }

  @Test
  void withoutRecoveriesThereIsNoneInTheJson() {
    JsonNode json =
        new Tally(List.of(Rounds.hanging(1, fault(Victim.AGGREGATOR, Deed.KILL, 3))), VICTIMS)
            .json(1);
    assertThat(json.path("recovery_median_s").isNull()).isTrue();
    assertThat(json.path("recovery_worst_s").isNull()).isTrue();
  }

  @Test
  void onlyWholeRoundsAreReliable() {
    Tally whole =
        new Tally(List.of(Rounds.whole(1, fault(Victim.TASKMANAGER, Deed.KILL, 3), 9)), VICTIMS);
    assertThat(whole.isReliable()).isTrue();
    assertThat(whole.verdict())
        .isEqualTo("1 rounds: nothing was lost, nothing doubled, and nothing hung");
    Tally named = new Tally(List.of(Rounds.forsaken(1, 0)), Set.of(Victim.PRODUCER));
    assertThat(named.isReliable()).isTrue();
    assertThat(named.verdict()).contains("nothing was lost but what the files name,");
    assertThat(new Tally(List.of(Rounds.forsaken(1, 1)), VICTIMS).isReliable()).isFalse();
    assertThat(MIXED.isReliable()).isFalse();
    assertThat(MIXED.verdict())
        .isEqualTo(
            "1 of 4 rounds were whole: 111 events were lost, 4 events were doubled, 80 sectors"
                + " are missing, 1 rounds hung, 2 scans ended otherwise than they should");
  }
}

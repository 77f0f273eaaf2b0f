package io.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultPlanTest {
  private static final Set<Victim> ALL = EnumSet.allOf(Victim.class);
  private static final Set<Deed> EVERY = EnumSet.allOf(Deed.class);
  private static final Duration MINUTE = Duration.ofSeconds(60);

  private static FaultPlan plan(long seed, int rounds) {
    return FaultPlan.of(seed, rounds, ALL, EVERY, MINUTE);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, -7, Long.MAX_VALUE})
  void theFirstRoundsHitEachPartOnce(long seed) {
    assertThat(plan(seed, 8).faults().subList(0, ALL.size()))
        .extracting(Fault::victim)
        .containsExactlyInAnyOrderElementsOf(ALL);
  }

  @Test
  void theSameSeedGivesTheSameFaultsAndMoreRoundsChangeNoneOfThem() {
    assertThat(plan(5, 30)).isEqualTo(plan(5, 30));
    assertThat(plan(5, 30).faults().subList(0, 8)).isEqualTo(plan(5, 8).faults());
    assertThat(plan(5, 30)).isNotEqualTo(plan(6, 30));
  }

  @Test
  void seedsBeginWithDifferentParts() {
    assertThat(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L))
        .extracting(seed -> plan(seed, 1).faults().get(0).victim())
        .satisfies(first -> assertThat(Set.copyOf(first)).hasSizeGreaterThan(2));
  }

  @Test
  void faultsAreInMidScanAndNoPauseIsLongerThanAllowed() {
    assertThat(plan(1, 1_000).faults())
        .allSatisfy(
            fault -> {
              assertThat(fault.at()).isBetween(0.15, 0.65);
              assertThat(fault.deed().fits(fault.victim())).isTrue();
              switch (fault.deed()) {
                case KILL -> assertThat(fault.length()).isLessThanOrEqualTo(Duration.ofSeconds(5));
                case PAUSE -> assertThat(fault.length()).isBetween(Duration.ofSeconds(1), MINUTE);
                case CUT ->
                    assertThat(fault.length())
                        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
                default -> throw new AssertionError(fault);
              }
            });
  }

  @Test
  void everyDeedIsDoneToEveryPartThatItFits() {
    List<Fault> faults = plan(1, 1_000).faults();
    for (Victim victim : ALL) {
      for (Deed deed : EVERY) {
        assertThat(faults.stream().anyMatch(f -> f.victim() == victim && f.deed() == deed))
            .as("%s %s", deed, victim)
            .isEqualTo(deed.fits(victim));
      }
    }
  }

  @Test
  void aShorterPauseThanASecondIsKept() {
    assertThat(
            FaultPlan.of(1, 20, Set.of(Victim.PRODUCER), Set.of(Deed.PAUSE), Duration.ofMillis(300))
                .faults())
        .allSatisfy(fault -> assertThat(fault.length()).isEqualTo(Duration.ofMillis(300)));
  }

  @Test
  void whatCannotBeDoneToAPartIsRefused() {
    assertThatThrownBy(() -> FaultPlan.of(1, 1, Set.of(Victim.ZOOKEEPER), Set.of(Deed.CUT), MINUTE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("zookeeper")
        .hasMessageContaining("cut");
  }
}

package io.millrace.ingest.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.coordination.Role;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RatesTest {
  private static final Member LANE = Seen.member(Role.LANE, "lane-0");

  private static Look look(long secondsAgo, Member... members) {
    return new Look(Seen.ago(secondsAgo), null, List.of(members), List.of(), List.of());
  }

  @Test
  void whatGrowsHasARate() {
    Member now = LANE.with(Map.of("sectors", 1200L, "dropped", 3L, "begun", 5L));
    Rates rates =
        Rates.between(look(4, LANE.with(Map.of("sectors", 200L, "dropped", 3L))), look(0, now));
    assertThat(rates.of(now)).isEqualTo(Map.of("sectors", 250.0, "begun", 1.25));
    assertThat(rates.growsIn("s")).isTrue();
    assertThat(rates.growsIn("t")).isFalse();
  }

  @Test
  void aLevelHasNone() {
    Member now = LANE.with(Map.of(Member.KEPT, 12L, Member.SPILLED_BYTES, 7L));
    Rates rates = Rates.between(look(4, LANE.with(Map.of(Member.KEPT, 2L))), look(0, now));
    assertThat(rates.of(now)).isEmpty();
    assertThat(rates.growsIn("s")).as("nothing is counted").isFalse();
  }

  @Test
  void oneLookHasNoRates() {
    Member now = LANE.with(Map.of("sectors", 1200L));
    Rates rates = Rates.between(look(0, now), look(0, now));
    assertThat(rates.of(now)).isEmpty();
    assertThat(rates.growsIn("s")).isFalse();
  }

  @Test
  void aMemberThatIsNewOrStartedAnewHasNone() {
    Member now = LANE.with(Map.of("sectors", 1200L));
    Member earlier =
        new Member(
            1,
            Role.LANE,
            "lane-0",
            "s",
            "edge01",
            4711,
            Member.PLAIN,
            Seen.ago(9999),
            Map.of(),
            MemberState.STREAMING,
            "",
            null,
            Map.of("sectors", 7L));
    assertThat(earlier.id()).as("another member").isNotEqualTo(now.id());
    assertThat(Rates.between(look(4, earlier), look(0, now)).of(now)).isEmpty();
    assertThat(Rates.between(look(4), look(0, now)).of(now)).isEmpty();
  }
}

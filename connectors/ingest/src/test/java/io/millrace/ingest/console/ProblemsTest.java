package io.millrace.ingest.console;

import static io.millrace.ingest.console.Seen.aggregator;
import static io.millrace.ingest.console.Seen.ago;
import static io.millrace.ingest.console.Seen.complete;
import static io.millrace.ingest.console.Seen.look;
import static io.millrace.ingest.console.Seen.member;
import static io.millrace.ingest.console.Seen.scan;
import static io.millrace.ingest.console.Seen.session;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.coordination.Role;
import io.millrace.coordination.ScanState;
import io.millrace.coordination.Session;
import io.millrace.coordination.SessionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class ProblemsTest {
  private static List<Problem> in(Look look) {
    return Problems.in(look, Rates.between(look, look));
  }

  private static List<Problem> ofOpen(List<Member> members) {
    return in(look(members, List.of(session(SessionState.OPEN)), List.of()));
  }

  private static List<Problem> ofMembers(Member... members) {
    return in(look(List.of(members), List.of(), List.of()));
  }

  @Test
  void aSessionThatHasEverythingHasNone() {
    assertThat(ofOpen(complete())).isEmpty();
    assertThat(in(look(List.of(), List.of(), List.of()))).isEmpty();
  }

  @Test
  void aFailedMemberIsNamedWithItsReason() {
    assertThat(
            ofMembers(
                member(Role.LANE, "lane-0", MemberState.FAILED, "port 5560 is in use.", ago(90))))
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.what())
                  .isEqualTo(
                      "Lane lane-0 (process 4711 on edge01) failed 1 min 30 s ago: port 5560 is in use.");
              assertThat(p.next()).contains("log on edge01");
            });
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void aStalledMemberIsNamedWithTheNextStep(Role role) {
    assertThat(ofMembers(member(role, "it", MemberState.STALLED, "nobody takes a sector", ago(7))))
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.what())
                  .startsWithIgnoringCase(role + " it")
                  .endsWith("is stalled for 7 s: nobody takes a sector.");
              assertThat(p.next()).isNotEmpty();
            });
  }

  @ParameterizedTest
  @EnumSource(
      value = MemberState.class,
      mode = Mode.EXCLUDE,
      names = {"STALLED", "FAILED"})
  void otherStatesAreNoProblemAtFirst(MemberState state) {
    assertThat(ofMembers(member(Role.PRODUCER, "it", state, "", ago(5)))).isEmpty();
  }

  @Test
  void startingForLongIsAProblem() {
    assertThat(
            ofMembers(
                member(Role.PRODUCER, "it", MemberState.STARTING, "no aggregator", ago(61)),
                member(Role.PRODUCER, "calm", MemberState.READY, "", ago(100_000))))
        .extracting(Problem::what)
        .containsExactly(
            "Producer it (process 4711 on edge01) has been starting for 1 min 1 s: no aggregator.");
  }

  @ParameterizedTest
  @EnumSource(
      value = Role.class,
      names = {"AGGREGATOR", "PRODUCER", "LANE"})
  void whatAnOpenSessionLacksIsSaid(Role lacking) {
    List<Member> members = new ArrayList<>(complete());
    members.removeIf(m -> m.role() == lacking);
    String says = lacking == Role.LANE ? "no lanes" : "no " + lacking;
    assertThat(ofOpen(members))
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.what()).isEqualTo("Session s is open and has %s.".formatted(says));
              assertThat(p.next()).contains("scripts/").contains("--session s");
            });
    members.add(member(lacking, "it", MemberState.FAILED, "broken", ago(1)));
    assertThat(ofOpen(members))
        .as("one that failed is as good as none")
        .extracting(Problem::what)
        .hasSize(2)
        .contains("Session s is open and has %s.".formatted(says));
  }

  @Test
  void anOpenSessionWithNobodyIsOneProblem() {
    assertThat(ofOpen(List.of()))
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.what())
                  .isEqualTo("Session s is open and has no aggregator, no producer and no lanes.");
              assertThat(p.next()).contains("scripts/millrace session drain s");
            });
  }

  @Test
  void membersOfAnotherSessionDoNotCount() {
    assertThat(
            in(
                new Look(
                    Seen.NOW,
                    null,
                    complete(),
                    List.of(
                        session(SessionState.OPEN),
                        new Session(1, "t", SessionState.OPEN, ago(9), ago(9), null, Map.of())),
                    List.of())))
        .extracting(Problem::what)
        .containsExactly("Session t is open and has no aggregator, no producer and no lanes.");
  }

  @ParameterizedTest
  @EnumSource(
      value = SessionState.class,
      mode = Mode.EXCLUDE,
      names = {"OPEN"})
  void aSessionThatTakesNoScansNeedsNobody(SessionState state) {
    assertThat(in(look(List.of(), List.of(session(state)), List.of()))).isEmpty();
  }

  @Test
  void aDrainingSessionNeedsWhatItsScansNeed() {
    assertThat(
            in(
                look(
                    List.of(),
                    List.of(session(SessionState.DRAINING)),
                    List.of(scan(1, ScanState.STREAMING, ago(3))))))
        .extracting(Problem::what)
        .containsExactly("Session s is draining and has no aggregator and no lanes.");
  }

  @Test
  void aLaneThatLacksIsNamed() {
    List<Member> members =
        List.of(aggregator(3), member(Role.PRODUCER, "module-0"), member(Role.LANE, "lane-1"));
    assertThat(ofOpen(members))
        .extracting(Problem::what)
        .containsExactly("Session s lacks lane-0 and lane-2 of the 3 lanes of its aggregator.");
  }

  @Test
  void aSecondAggregatorIsAProblem() {
    List<Member> members = new ArrayList<>(complete());
    members.add(member(Role.AGGREGATOR, "other"));
    assertThat(ofOpen(members))
        .extracting(Problem::what)
        .containsExactly(
            "Session s has 2 aggregators: Aggregator edge (process 4711 on edge01) and Aggregator other (process 4711 on edge01).");
  }

  @Test
  void aMemberOfAClosedSessionIsAProblem() {
    assertThat(
            in(
                look(
                    List.of(member(Role.PRODUCER, "module-0")),
                    List.of(session(SessionState.CLOSED)),
                    List.of())))
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.what()).endsWith("belongs to session s, which is closed.");
              assertThat(p.next()).contains("on edge01: kill 4711");
            });
  }

  @Test
  void aScanThatNothingHappensToIsAProblem() {
    Look still =
        look(
            complete(),
            List.of(session(SessionState.OPEN)),
            List.of(
                scan(3, ScanState.STREAMING, ago(20)),
                scan(2, ScanState.CALIBRATING, ago(125)),
                scan(1, ScanState.COMPLETE, ago(500))));
    assertThat(in(still))
        .extracting(Problem::what)
        .containsExactly(
            "Scan 2-20261125T025000000Z of session s is calibrating for 2 min 5 s, and nothing is counted in its session now.");
    Member counting = member(Role.LANE, "lane-0").with(Map.of("sectors", 5L));
    Look moving =
        look(
            List.of(aggregator(1), member(Role.PRODUCER, "module-0"), counting),
            still.sessions(),
            still.scans());
    assertThat(
            Problems.in(moving, Rates.between(Seen.before(moving, Duration.ofSeconds(2)), moving)))
        .isEmpty();
  }

  @Test
  void aSessionThatWasAskedForAndIsNotThereIsAProblem() {
    assertThat(in(new Look(Seen.NOW, "x", List.of(), List.of(), List.of())))
        .extracting(Problem::what)
        .containsExactly("There is no session x.");
  }
}

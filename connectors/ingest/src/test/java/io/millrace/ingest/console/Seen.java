package io.millrace.ingest.console;

import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.coordination.Role;
import io.millrace.coordination.Scan;
import io.millrace.coordination.ScanState;
import io.millrace.coordination.Session;
import io.millrace.coordination.SessionState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What could be seen in ZooKeeper at {@link #NOW}. */
final class Seen {
  static final Instant NOW = Instant.parse("2026-11-25T03:00:00Z");

  private Seen() {}

  static Instant ago(long seconds) {
    return NOW.minusSeconds(seconds);
  }

  static Member member(Role role, String name, MemberState state, String reason, Instant changed) {
    return new Member(
        1,
        role,
        name,
        "s",
        "edge01",
        4711,
        Member.PLAIN,
        ago(3600),
        Map.of(),
        state,
        reason,
        changed,
        Map.of());
  }

  static Member member(Role role, String name) {
    return member(role, name, MemberState.STREAMING, "", ago(600));
  }

  static Member aggregator(int lanes) {
    return offering(
        member(Role.AGGREGATOR, "edge"),
        Map.of(Member.LANES, "" + lanes, Member.PRODUCERS, "tcp://127.0.0.1:5560"));
  }

  static Member offering(Member m, Map<String, String> offers) {
    return new Member(
        m.version(),
        m.role(),
        m.name(),
        m.session(),
        m.host(),
        m.pid(),
        m.protocol(),
        m.started(),
        offers,
        m.state(),
        m.reason(),
        m.changed(),
        m.counters());
  }

  /** All that a session of one lane needs. */
  static List<Member> complete() {
    return List.of(aggregator(1), member(Role.PRODUCER, "module-0"), member(Role.LANE, "lane-0"));
  }

  static Session session(SessionState state) {
    return new Session(1, "s", state, ago(7200), ago(3600), "0123", Map.of());
  }

  static Scan scan(long number, ScanState state, Instant changed) {
    return new Scan(
        1,
        number + "-20261125T025000000Z",
        "s",
        number,
        0,
        ago(600),
        65,
        64,
        state,
        changed,
        0,
        0,
        0,
        null,
        "");
  }

  static Look look(List<Member> members, List<Session> sessions, List<Scan> scans) {
    return new Look(NOW, null, members, sessions, scans);
  }

  /** The same some time before, when none of its counters had begun. */
  static Look before(Look look, Duration time) {
    List<Member> members = look.members().stream().map(m -> m.with(Map.of())).toList();
    return new Look(look.at().minus(time), look.asked(), members, look.sessions(), look.scans());
  }
}

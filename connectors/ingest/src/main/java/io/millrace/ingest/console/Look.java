package io.millrace.ingest.console;

import io.millrace.coordination.Member;
import io.millrace.coordination.Scan;
import io.millrace.coordination.Session;
import java.time.Instant;
import java.util.List;

/**
 * What is seen in ZooKeeper at a time.
 *
 * @param at when
 * @param asked the only session that was looked at; null if all were
 * @param members of these sessions, and those that belong to none
 * @param sessions the newest first
 * @param scans of the sessions that are not closed, or of the one that was asked for; the newest of
 *     each session first
 */
record Look(
    Instant at, String asked, List<Member> members, List<Session> sessions, List<Scan> scans) {
  Look {
    members = List.copyOf(members);
    sessions = List.copyOf(sessions);
    scans = List.copyOf(scans);
  }

  /** Whether there is a counter, so that a second look can tell how fast it grows. */
  boolean hasCounters() {
    return members.stream().anyMatch(m -> !m.counters().isEmpty());
  }

  /** The scans of a session that have not ended. */
  List<Scan> underWay(String session) {
    return scans.stream().filter(s -> s.session().equals(session) && !s.hasEnded()).toList();
  }
}

package io.millrace.ingest.console;

import io.millrace.coordination.Member;
import io.millrace.coordination.Scan;
import io.millrace.coordination.Session;
import io.millrace.coordination.SessionState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A status as an operator reads it: sessions, members, scans, and the problems last. */
final class StatusText {
  /** Scans of a session that have ended and are shown: the last ones. */
  static final int ENDED = 5;

  private StatusText() {}

  /** All lines. */
  static String of(Status status) {
    StringBuilder text = new StringBuilder();
    text.append(Wording.time(status.at())).append("  ZooKeeper ").append(status.zooKeeper());
    Look look = status.look();
    if (status.answers()) {
      text.append('\n');
    } else {
      text.append(" does not answer\n");
      if (look != null) {
        text.append("\nSeen last at %s:\n".formatted(Wording.time(look.at())));
      }
    }
    if (look != null) {
      text.append('\n').append(sessions(look));
      text.append('\n').append(members(look, status.rates()));
      text.append('\n').append(scans(look));
    }
    return text.append('\n').append(problems(status.problems())).toString();
  }

  private static String sessions(Look look) {
    Table table = new Table("session", "state", "since", "job", "parameters");
    int closed = 0;
    for (Session s : look.sessions()) {
      if (s.state() == SessionState.CLOSED && look.asked() == null) {
        closed++;
      } else {
        row(table, s);
      }
    }
    String more = closed == 0 ? "" : "%d closed: scripts/millrace session list\n".formatted(closed);
    return (table.isEmpty() ? "No session is open.\n" : table.toString()) + more;
  }

  /** A session's row in a table of sessions. */
  static void row(Table table, Session s) {
    table.row(
        s.name(),
        s.state().toString(),
        Wording.time(s.changed()),
        s.job() == null ? "" : s.job(),
        pairs(s.parameters()));
  }

  private static String members(Look look, Rates rates) {
    Table table =
        new Table(
            "member",
            "name",
            "session",
            "state",
            "since",
            "process",
            "counters",
            "offers",
            "reason");
    for (Member m : look.members()) {
      table.row(
          m.role().toString(),
          m.name(),
          m.session() == null ? "" : m.session(),
          m.state().toString(),
          Wording.time(m.changed()),
          m.host() + ":" + m.pid(),
          counters(m, rates.of(m)),
          pairs(m.offers()),
          m.reason());
    }
    return table.isEmpty() ? "No member is there.\n" : table.toString();
  }

  /**
   * What grows, as a rate; what does not, as a number; a level, with what it may become; what is 0,
   * not at all.
   */
  private static String counters(Member member, Map<String, Double> rates) {
    Map<String, Long> all = member.counters();
    Set<String> bounds = all.keySet().stream().map(Member::most).collect(Collectors.toSet());
    return all.entrySet().stream()
        .filter(c -> !bounds.contains(c.getKey()))
        .filter(c -> c.getValue() != 0 || all.containsKey(Member.most(c.getKey())))
        .map(
            c -> {
              Double rate = rates.get(c.getKey());
              Long most = all.get(Member.most(c.getKey()));
              return c.getKey()
                  + " "
                  + (rate == null ? Wording.count(c.getValue()) : Wording.rate(rate))
                  + (most == null ? "" : " of " + Wording.count(most));
            })
        .collect(Collectors.joining(", "));
  }

  private static String pairs(Map<String, String> pairs) {
    return pairs.entrySet().stream()
        .map(e -> e.getKey() + " " + e.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String scans(Look look) {
    List<Scan> shown = shown(look);
    return shown.isEmpty() ? "No scan yet.\n" : table(shown).toString();
  }

  /** Those under way, and the last of each session that have ended. */
  static List<Scan> shown(Look look) {
    Map<String, Integer> ended = new HashMap<>();
    return look.scans().stream()
        .flatMap(
            s ->
                s.hasEnded() && ended.merge(s.session(), 1, Integer::sum) > ENDED
                    ? Stream.empty()
                    : Stream.of(s))
        .toList();
  }

  /** A table of scans. */
  static Table table(List<Scan> scans) {
    Table table =
        new Table(
            "scan",
            "session",
            "state",
            "since",
            "positions",
            "complete",
            "incomplete",
            "absent",
            "file",
            "reason");
    for (Scan s : scans) {
      boolean counted = s.complete() + s.incomplete() + s.absent() > 0;
      table.row(
          s.id(),
          s.session(),
          s.state().toString(),
          Wording.time(s.changed()),
          positions(s),
          counted ? Wording.count(s.complete()) : "",
          counted ? Wording.count(s.incomplete()) : "",
          counted ? Wording.count(s.absent()) : "",
          s.file() == null ? "" : s.file(),
          s.reason());
    }
    return table;
  }

  /** Width and height; empty if they are not known. */
  static String positions(Scan scan) {
    return scan.width() == 0 ? "" : scan.width() + "x" + scan.height();
  }

  private static String problems(List<Problem> problems) {
    if (problems.isEmpty()) {
      return "No problems.\n";
    }
    StringBuilder text = new StringBuilder();
    text.append(problems.size() == 1 ? "1 PROBLEM\n" : problems.size() + " PROBLEMS\n");
    for (Problem p : problems) {
      text.append("* %s\n  %s\n".formatted(p.what(), p.next()));
    }
    return text.toString();
  }
}

package io.millrace.ingest.console;

import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.coordination.Role;
import io.millrace.coordination.Scan;
import io.millrace.coordination.Session;
import io.millrace.coordination.SessionState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What is wrong, made from what was seen. A class of its own, without ZooKeeper, because this is
 * what has to be right at night.
 */
final class Problems {
  /** What should take a moment and has taken this long is a problem. */
  static final Duration LONG = Duration.ofMinutes(1);

  private final Look look;
  private final Rates rates;
  private final List<Problem> found = new ArrayList<>();

  private Problems(Look look, Rates rates) {
    this.look = look;
    this.rates = rates;
  }

  /** All problems: of members, of sessions, of scans. */
  static List<Problem> in(Look look, Rates rates) {
    Problems problems = new Problems(look, rates);
    if (look.asked() != null && look.sessions().isEmpty()) {
      problems.add(
          "There is no session %s.".formatted(look.asked()),
          "scripts/millrace session list shows all; scripts/millrace session open %s makes it."
              .formatted(look.asked()));
    }
    look.members().forEach(problems::ofMember);
    look.sessions().forEach(problems::ofSession);
    look.scans().forEach(problems::ofScan);
    return List.copyOf(problems.found);
  }

  /** That ZooKeeper does not answer. */
  static Problem unreachable(String reason) {
    return new Problem(
        "ZooKeeper cannot be used: %s.".formatted(reason),
        "Data under way flow on without it. See that its process runs, or start one (scripts/millrace zookeeper --data DIR); if it is elsewhere, give its address: --zookeeper HOST:PORT. scripts/millrace doctor looks further.");
  }

  private void add(String what, String next) {
    found.add(new Problem(what, next));
  }

  private void ofMember(Member member) {
    String who = Wording.who(member);
    String since = age(member.changed());
    String why =
        member.reason().isEmpty()
            ? "it does not say why"
            : member.reason().strip().replaceAll("\\s+", " ").replaceAll("\\.+$", "");
    switch (member.state()) {
      case FAILED ->
          add(
              "%s failed %s ago: %s.".formatted(who, since, why),
              "Its log on %s says more. Put that right, and start it again."
                  .formatted(member.host()));
      case STALLED ->
          add("%s is stalled for %s: %s.".formatted(who, since, why), whenStalled(member));
      case STARTING -> {
        if (isLong(member.changed())) {
          add(
              "%s has been starting for %s: %s.".formatted(who, since, why),
              "Its log on %s says what it waits for.".formatted(member.host()));
        }
      }
      default -> {}
    }
    if (isOf(member, SessionState.CLOSED)) {
      add(
          "%s belongs to session %s, which is closed.".formatted(who, member.session()),
          "End it (on %s: kill %d), or start it with another --session."
              .formatted(member.host(), member.pid()));
    }
  }

  private boolean isOf(Member member, SessionState state) {
    return look.sessions().stream()
        .anyMatch(s -> s.name().equals(member.session()) && s.state() == state);
  }

  private static String whenStalled(Member member) {
    return switch (member.role()) {
      case PRODUCER ->
          "See whether the aggregator and the lanes of its session are there and not stalled, and the network to them; if it waits to be acknowledged, whether the job runs and completes checkpoints (Flink's dashboard).";
      case AGGREGATOR ->
          "The lanes do not take what it has: see whether the counting job runs (scripts/flink list), and its lanes here.";
      case LANE ->
          "The job does not take what the lane has received: look for back pressure in Flink's dashboard, and for a full or slow disk (scripts/millrace doctor --output DIR).";
      case ALLOCATION, GATEWAY -> "Its log on %s says more.".formatted(member.host());
    };
  }

  private void ofSession(Session session) {
    String name = session.name();
    boolean takesData =
        session.state() == SessionState.OPEN
            || session.state() == SessionState.DRAINING && !look.underWay(name).isEmpty();
    if (!takesData) {
      return;
    }
    List<Member> aggregators = present(name, Role.AGGREGATOR);
    List<Member> lanes = present(name, Role.LANE);
    List<String> missing = new ArrayList<>();
    List<String> next = new ArrayList<>();
    if (aggregators.isEmpty()) {
      missing.add("no aggregator");
      next.add("Aggregator: scripts/millrace aggregator --session %s.".formatted(name));
    }
    if (session.state() == SessionState.OPEN && present(name, Role.PRODUCER).isEmpty()) {
      missing.add("no producer");
      next.add(
          "Producer: scripts/millrace producer --session %s, on each receiving server."
              .formatted(name));
    }
    if (lanes.isEmpty()) {
      missing.add("no lanes");
      next.add(
          "Lanes: they come with the counting job; scripts/flink list shows whether one runs, and scripts/flink run -d jobs/counting/target/millrace-counting.jar --session %s --output DIR starts one."
              .formatted(name));
    }
    if (!missing.isEmpty()) {
      if (missing.size() == 3) {
        next.add("Or nobody measures: scripts/millrace session drain %s.".formatted(name));
      }
      add(
          "Session %s is %s and has %s.".formatted(name, session.state(), Wording.list(missing)),
          String.join(" ", next));
    }
    if (aggregators.size() > 1) {
      add(
          "Session %s has %d aggregators: %s."
              .formatted(
                  name,
                  aggregators.size(),
                  Wording.list(aggregators.stream().map(Wording::who).toList())),
          "Producers may send to the one while lanes listen at the other. End all but one.");
    } else if (aggregators.size() == 1 && !lanes.isEmpty()) {
      lanesOf(session, aggregators.get(0), lanes);
    }
  }

  private void lanesOf(Session session, Member aggregator, List<Member> lanes) {
    Set<String> there = lanes.stream().map(Member::name).collect(Collectors.toSet());
    List<String> absent =
        IntStream.range(0, laneCount(aggregator))
            .mapToObj(lane -> "lane-" + lane)
            .filter(lane -> !there.contains(lane))
            .toList();
    if (!absent.isEmpty()) {
      add(
          "Session %s lacks %s of the %d lanes of its aggregator."
              .formatted(session.name(), Wording.list(absent), laneCount(aggregator)),
          "Their frames wait in the aggregator. See in Flink's dashboard whether all tasks of the job run (scripts/flink status shows free slots).");
    }
  }

  private static int laneCount(Member aggregator) {
    String lanes = aggregator.offers().getOrDefault(Member.LANES, "");
    return lanes.matches("[0-9]{1,4}") ? Integer.parseInt(lanes) : 0;
  }

  private List<Member> present(String session, Role role) {
    return look.members().stream()
        .filter(m -> session.equals(m.session()) && m.role() == role)
        .filter(m -> m.state() != MemberState.FAILED)
        .toList();
  }

  private void ofScan(Scan scan) {
    if (!scan.hasEnded() && isLong(scan.changed()) && !rates.growsIn(scan.session())) {
      add(
          "Scan %s of session %s is %s for %s, and nothing is counted in its session now."
              .formatted(scan.id(), scan.session(), scan.state(), age(scan.changed())),
          "See that its producers still send. Without them the job ends the scan when its --scan-timeout is over, and the file says what is missing; without a job nobody ends it.");
    }
  }

  private boolean isLong(Instant since) {
    return since != null && Duration.between(since, look.at()).compareTo(LONG) > 0;
  }

  private String age(Instant since) {
    return since == null ? "an unknown time" : Wording.duration(Duration.between(since, look.at()));
  }
}

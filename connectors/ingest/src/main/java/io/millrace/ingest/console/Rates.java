package io.millrace.ingest.console;

import io.millrace.coordination.Member;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** How fast the counters of the members grow, from two looks. */
final class Rates {
  private final Map<String, Map<String, Double>> byMember;
  private final Set<String> growing;

  private Rates(Map<String, Map<String, Double>> byMember, Set<String> growing) {
    this.byMember = byMember;
    this.growing = growing;
  }

  /**
   * The rates between two looks. A member that was not there at the first one, or has been started
   * anew since, has none.
   */
  static Rates between(Look before, Look now) {
    double seconds = Duration.between(before.at(), now.at()).toNanos() * 1e-9;
    Map<String, Member> earlier =
        before.members().stream()
            .collect(Collectors.toMap(Member::id, Function.identity(), (a, b) -> b));
    Map<String, Map<String, Double>> byMember = new HashMap<>();
    Set<String> growing = new HashSet<>();
    for (Member member : now.members()) {
      Member first = earlier.get(member.id());
      if (seconds <= 0 || first == null) {
        continue;
      }
      Map<String, Double> rates = new TreeMap<>();
      member
          .counters()
          .forEach(
              (name, count) -> {
                long grown = count - first.counters().getOrDefault(name, 0L);
                if (grown > 0 && !Member.LEVELS.contains(name)) {
                  rates.put(name, grown / seconds);
                }
              });
      byMember.put(member.id(), rates);
      if (member.session() != null && !rates.isEmpty()) {
        growing.add(member.session());
      }
    }
    return new Rates(byMember, growing);
  }

  /** By counter, per second, those that grow. */
  Map<String, Double> of(Member member) {
    return byMember.getOrDefault(member.id(), Map.of());
  }

  /** Whether any counter of a session's members grows. */
  boolean growsIn(String session) {
    return growing.contains(session);
  }
}

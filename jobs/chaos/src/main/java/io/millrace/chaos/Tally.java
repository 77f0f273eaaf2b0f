package io.millrace.chaos;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All rounds together.
 *
 * @param rounds those with a fault
 * @param victims parts that could be hit
 */
record Tally(List<Round> rounds, Set<Victim> victims) {

  Difference difference() {
    return rounds.stream().map(Round::difference).reduce(Difference.NONE, Difference::plus);
  }

  long hangs() {
    return rounds.stream().filter(Round::hangs).count();
  }

  /** Rounds that were whole. */
  long whole() {
    return rounds.stream().filter(Round::isWhole).count();
  }

  /** Whether nothing was lost but what is named, nothing doubled, and nothing hung. */
  boolean isReliable() {
    return rounds.stream().allMatch(Round::isGood);
  }

  /** The rounds that were meant to do this to a part. */
  List<Round> rounds(Victim victim, Deed deed) {
    return rounds.stream()
        .filter(r -> r.fault().orElseThrow().victim() == victim)
        .filter(r -> r.fault().orElseThrow().deed() == deed)
        .toList();
  }

  /** How often something was done to a part. */
  long strikes(Victim victim, Deed deed) {
    return rounds(victim, deed).stream().filter(r -> r.strike().isPresent()).count();
  }

  /** The recoveries of rounds, without pauses and cuts; the shortest first. */
  static List<Duration> recoveries(List<Round> rounds) {
    return rounds.stream().flatMap(r -> r.ownRecovery().stream()).sorted().toList();
  }

  /** Those of all rounds. */
  List<Duration> recoveries() {
    return recoveries(rounds);
  }

  /** The middle one, or between the two in the middle. */
  static Optional<Duration> median(List<Duration> ascending) {
    int n = ascending.size();
    return n == 0
        ? Optional.empty()
        : Optional.of(ascending.get((n - 1) / 2).plus(ascending.get(n / 2)).dividedBy(2));
  }

  static Optional<Duration> worst(List<Duration> ascending) {
    return ascending.isEmpty()
        ? Optional.empty()
        : Optional.of(ascending.get(ascending.size() - 1));
  }

  /** One sentence. */
  String verdict() {
    if (isReliable()) {
      return "%d rounds: nothing was lost%s, nothing doubled, and nothing hung"
          .formatted(rounds.size(), whole() == rounds.size() ? "" : " but what the files name");
    }
    Difference all = difference();
    List<String> what = new ArrayList<>();
    if (all.lost() > 0) {
      what.add("%,d events were lost".formatted(all.lost()));
    }
    if (all.doubled() > 0) {
      what.add("%,d events were doubled".formatted(all.doubled()));
    }
    if (all.sectorsMissing() > 0) {
      what.add("%,d sectors are missing".formatted(all.sectorsMissing()));
    }
    if (hangs() > 0) {
      what.add("%d rounds hung".formatted(hangs()));
    }
    long other = rounds.stream().filter(r -> !r.isGood() && !r.hangs()).count();
    what.add("%d scans ended otherwise than they should".formatted(other));
    return "%d of %d rounds were whole: %s"
        .formatted(whole(), rounds.size(), String.join(", ", what));
  }

  /** For programs: what came of it, and each round. */
  ObjectNode json(long seed) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("rounds", rounds.size());
    json.put("lost", difference().lost());
    json.put("doubled", difference().doubled());
    json.put("hangs", hangs());
    put(json, "recovery_median_s", median(recoveries()));
    put(json, "recovery_worst_s", worst(recoveries()));
    ObjectNode kills = json.putObject("kills_by_part");
    ObjectNode faults = json.putObject("faults_by_part");
    for (Victim victim : EnumSet.copyOf(victims)) {
      kills.put(victim.toString(), strikes(victim, Deed.KILL));
      ObjectNode ofVictim = faults.putObject(victim.toString());
      for (Deed deed : Deed.values()) {
        ofVictim.put(deed.toString(), strikes(victim, deed));
      }
    }
    json.put("whole", whole());
    json.put("sectors_missing", difference().sectorsMissing());
    json.put("unnamed", difference().unnamed());
    json.put("seed", seed);
    rounds.forEach(round -> put(json.withArray("each").addObject(), round));
    return json;
  }

  private static void put(ObjectNode json, Round round) {
    Fault fault = round.fault().orElseThrow();
    json.put("round", round.number());
    json.put("scan", round.scan());
    json.put("began", round.began().toString());
    json.put("part", fault.victim().toString());
    json.put("fault", fault.deed().toString());
    json.put("length_s", Seconds.of(fault.length()));
    put(json, "into_scan_s", round.strike().map(Strike::intoScan));
    put(json, "recovery_with_outage_s", round.recovery());
    put(json, "recovery_s", round.ownRecovery());
    json.put("lost", round.difference().lost());
    json.put("doubled", round.difference().doubled());
    json.put("sectors_missing", round.difference().sectorsMissing());
    json.put("unnamed", round.difference().unnamed());
    json.put("frames_missing", round.difference().framesMissing());
    json.put("state", round.state());
    json.put("hang", round.hang());
    json.put("whole", round.isWhole());
    json.put("good", round.isGood());
    json.putArray("files");
    round.files().forEach(file -> json.withArray("files").add(file.toString()));
  }

  private static void put(ObjectNode json, String name, Optional<Duration> duration) {
    if (duration.isPresent()) {
      json.put(name, Seconds.of(duration.get()));
    } else {
      json.putNull(name);
    }
  }
}

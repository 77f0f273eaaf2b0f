package io.millrace.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Whom to hit, how and when, for each round. The same seed gives the same faults, and with more
 * rounds the first ones stay what they are.
 *
 * @param faults one a round. The first rounds hit each part once
 */
record FaultPlan(List<Fault> faults) {
  /** Mid-scan: neither before there is something in a checkpoint, nor when nearly all has come. */
  private static final double EARLIEST = 0.15;

  private static final double LATEST = 0.65;

  /**
   * Somebody sees that a part has ended, and starts it again: a supervisor at once, people later.
   */
  private static final long LONGEST_ABSENCE_MILLIS = 5_000;

  private static final long SHORTEST_OUTAGE_MILLIS = 1_000;
  private static final Duration LONGEST_CUT = Duration.ofSeconds(10);

  /**
   * Draws the faults.
   *
   * @param longest pause
   * @throws IllegalArgumentException if nothing of it can be done to one of the parts
   */
  static FaultPlan of(
      long seed, int rounds, Set<Victim> victims, Set<Deed> deeds, Duration longest) {
    // Neighbouring seeds would begin with nearly the same numbers.
    Random random = new Random(new SplittableRandom(seed).nextLong());
    // In an order that does not depend on that of the options.
    List<Victim> all = new ArrayList<>(EnumSet.copyOf(victims));
    for (Victim victim : all) {
      if (fitting(deeds, victim).isEmpty()) {
        throw new IllegalArgumentException(
            "the %s cannot be %s"
                .formatted(
                    victim,
                    deeds.stream().map(Deed::toString).sorted().collect(Collectors.joining(", "))));
      }
    }
    List<Victim> first = new ArrayList<>(all);
    Collections.shuffle(first, random);
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      Victim victim = i < first.size() ? first.get(i) : all.get(random.nextInt(all.size()));
      List<Deed> fitting = fitting(deeds, victim);
      Deed deed = fitting.get(random.nextInt(fitting.size()));
      double at = EARLIEST + (LATEST - EARLIEST) * random.nextDouble();
      faults.add(new Fault(victim, deed, at, length(deed, random.nextDouble(), longest)));
    }
    return new FaultPlan(List.copyOf(faults));
  }

  private static List<Deed> fitting(Set<Deed> deeds, Victim victim) {
    return EnumSet.copyOf(deeds).stream().filter(deed -> deed.fits(victim)).toList();
  }

  private static Duration length(Deed deed, double chance, Duration longest) {
    return switch (deed) {
      case KILL -> Duration.ofMillis(Math.round(chance * LONGEST_ABSENCE_MILLIS));
      case PAUSE -> outage(chance, longest.toMillis());
      case CUT -> outage(chance, longestCut(longest).toMillis());
    };
  }

  /** Of a connection, if pauses are not longer than this. */
  static Duration longestCut(Duration longest) {
    return longest.compareTo(LONGEST_CUT) < 0 ? longest : LONGEST_CUT;
  }

  private static Duration outage(double chance, long longest) {
    long shortest = Math.min(SHORTEST_OUTAGE_MILLIS, longest);
    return Duration.ofMillis(shortest + Math.round(chance * (longest - shortest)));
  }
}

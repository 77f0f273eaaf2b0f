package io.millrace.benchmarks.parts;

import io.millrace.benchmarks.Spread;
import io.millrace.parts.RunFailure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * The turns of one route, taken in turn with those of the others: so whatever else the machine does
 * meets them all, and only turns of the same round are compared.
 *
 * @param name of the route
 * @param turns by round
 * @param memory by role
 */
public record Series(String name, List<Turn> turns, Map<String, Memory> memory) {

  /**
   * Warms the routes up, and measures them in turn.
   *
   * @param warmUpSectors at least so many go through each route before, so that the JVMs have
   *     compiled what matters
   * @param rounds turns of each
   * @param progress takes a line now and then
   * @return in the order of the routes
   */
  public static List<Series> measure(
      List<Route> routes,
      Simulation simulation,
      int warmUpSectors,
      int rounds,
      Consumer<String> progress)
      throws RunFailure, InterruptedException {
    for (Route route : routes) {
      route.load(simulation);
    }
    int warmUps = simulation.scansOf(warmUpSectors);
    for (int i = 1; i <= warmUps; i++) {
      for (Route route : routes) {
        tell(progress, "warm-up %d of %d".formatted(i, warmUps), route, route.run());
      }
    }
    Map<Jvm, Instant> from = new LinkedHashMap<>();
    for (Route route : routes) {
      for (Jvm jvm : route.jvms()) {
        from.put(jvm, jvm.collectGarbage());
      }
    }
    List<List<Turn>> turns = routes.stream().<List<Turn>>map(r -> new ArrayList<>()).toList();
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < routes.size(); i++) {
        // Forth and back: who comes first in a round comes last in the next one.
        int r = round % 2 == 0 ? i : routes.size() - 1 - i;
        Turn turn = routes.get(r).run();
        turns.get(r).add(turn);
        tell(progress, "round %d of %d".formatted(round + 1, rounds), routes.get(r), turn);
      }
    }
    List<Series> all = new ArrayList<>();
    for (int r = 0; r < routes.size(); r++) {
      Map<String, Memory> memory = new TreeMap<>();
      for (Jvm jvm : routes.get(r).jvms()) {
        GcLog.Span span = jvm.allocation(from.get(jvm), jvm.collectGarbage());
        Memory others = memory.getOrDefault(jvm.role(), Memory.NONE);
        memory.put(jvm.role(), others.plus(span, jvm.peakResidentBytes()));
      }
      all.add(new Series(routes.get(r).name(), turns.get(r), memory));
    }
    return all;
  }

  private static void tell(Consumer<String> progress, String when, Route route, Turn turn) {
    progress.accept(
        String.format(
            Locale.ROOT,
            "%s, %s: %s: %.2f GB in %.2f s, %.2f GB/s",
            turn.simulation(),
            when,
            route.name(),
            turn.simulation().gigabytes(),
            turn.seconds(),
            turn.gigabytesPerSecond()));
  }

  /** A number of each turn. */
  public double[] values(ToDoubleFunction<Turn> value) {
    return turns.stream().mapToDouble(value).toArray();
  }

  /** The median of a number over the turns. */
  public double median(ToDoubleFunction<Turn> value) {
    return Spread.median(values(value));
  }

  /** A number of each turn as a share of another route's in the same round. */
  public double[] ratios(
      ToDoubleFunction<Turn> value, Series other, ToDoubleFunction<Turn> othersValue) {
    double[] ratios = values(value);
    double[] others = other.values(othersValue);
    if (ratios.length != others.length) {
      throw new IllegalArgumentException(
          "%d rounds of %s, %d of %s".formatted(ratios.length, name, others.length, other.name));
    }
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] /= others[i];
    }
    return ratios;
  }

  /** What all turns have moved, in units of 10^9 bytes of pixels. */
  public double gigabytes() {
    return turns.stream().mapToDouble(turn -> turn.simulation().gigabytes()).sum();
  }
}

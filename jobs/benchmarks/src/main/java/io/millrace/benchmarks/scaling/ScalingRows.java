package io.millrace.benchmarks.scaling;

import static io.millrace.benchmarks.parts.Jvm.AGGREGATOR;
import static io.millrace.benchmarks.parts.Jvm.TASK_MANAGER;

import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.Spread;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Turn;
import io.millrace.benchmarks.plots.BarChart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What the turns of a larger pipeline say, each beside a turn of the smallest one. */
final class ScalingRows {
  private static final double CPU_OF_MANY_LANES = 1.1;

  /**
   * A larger pipeline, and the smallest in the same rounds.
   *
   * @param size of the larger one
   */
  record Pair(Size size, Series smallest, Series larger) {
    double[] ratios(ToDoubleFunction<Turn> value) {
      return larger.ratios(value, smallest, value);
    }
  }

  private ScalingRows() {}

  static List<Row> of(List<Pair> pairs) {
    List<Row> rows = new ArrayList<>();
    double[] speeds = smallest(pairs, Turn::gigabytesPerSecond);
    rows.add(
        Row.of(Size.SMALLEST.toString(), Spread.median(speeds), "GB/s")
            .ratio(1)
            .spread(Spread.of(speeds)));
    for (Pair pair : pairs) {
      rows.add(row(pair, "", Turn::gigabytesPerSecond, "GB/s"));
    }
    for (String role : List.of(TASK_MANAGER, AGGREGATOR)) {
      ToDoubleFunction<Turn> cpu = turn -> turn.cpuSecondsPerGigabyte(role);
      double[] times = smallest(pairs, cpu);
      rows.add(
          Row.of(
                  "%s: %s CPU per GB".formatted(Size.SMALLEST, role),
                  Spread.median(times),
                  "CPU-s/GB")
              .ratio(1)
              .spread(Spread.of(times)));
      for (Pair pair : pairs) {
        Row row = row(pair, ": %s CPU per GB".formatted(role), cpu, "CPU-s/GB");
        boolean target = role.equals(TASK_MANAGER) && pair.size().equals(Size.MANY_LANES);
        rows.add(target ? row.atMost(CPU_OF_MANY_LANES) : row);
      }
    }
    return rows;
  }

  /** The cost of a gigabyte, relative to that with one lane. */
  static BarChart chart(List<Pair> pairs) {
    BarChart chart =
        new BarChart(
            "scaling-cpu",
            "TaskManagers' processor time for a gigabyte, relative to one lane",
            "ratio");
    chart.bar(Size.SMALLEST.toString(), 1);
    for (Pair pair : pairs) {
      chart.bar(
          pair.size().toString(),
          Spread.median(pair.ratios(turn -> turn.cpuSecondsPerGigabyte(TASK_MANAGER))));
    }
    return chart;
  }

  private static Row row(Pair pair, String what, ToDoubleFunction<Turn> value, String unit) {
    double[] ratios = pair.ratios(value);
    return Row.of(pair.size() + what, pair.larger().median(value), unit)
        .ratio(Spread.median(ratios))
        .spread(Spread.of(ratios));
  }

  /** Of all its turns, beside whichever other. */
  private static double[] smallest(List<Pair> pairs, ToDoubleFunction<Turn> value) {
    return pairs.stream()
        .flatMap(pair -> Stream.of(pair.smallest().values(value)))
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }
}

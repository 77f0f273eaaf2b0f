package io.millrace.benchmarks.latency;

import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.Spread;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Turn;
import io.millrace.benchmarks.plots.LineChart;
import java.util.List;

/** What the scans say. */
final class LatencyRows {
  private static final String TARGET_SIZE = "128x128";
  private static final int USUAL_ELECTRONS = 500;
  private static final double IN_PLACE_SECONDS = 1;
  private static final double P95 = 0.95;

  private LatencyRows() {}

  /** How many scans took how long. */
  static LineChart chart(Series series) {
    return new LineChart(
            "latency",
            "Last sector sent to file in place, " + series.turns().get(0).simulation(),
            "s",
            "% of the scans within")
        .distribution("to the counted file", series.values(Turn::secondsAfterLast));
  }

  static List<Row> of(Series series) {
    String scan = series.turns().get(0).simulation().toString();
    double[] seconds = series.values(Turn::secondsAfterLast);
    String name = scan + ": last sector sent to file in place, ";
    Row p95 = Row.of(name + "p95", Spread.quantile(P95, seconds), "s");
    return List.of(
        Row.of(name + "median", Spread.median(seconds), "s").spread(Spread.of(seconds)),
        scan.equals("%s, %d electrons".formatted(TARGET_SIZE, USUAL_ELECTRONS))
            ? p95.valueAtMost(IN_PLACE_SECONDS)
            : p95,
        Row.of(name + "worst", Spread.quantile(1, seconds), "s"));
  }
}

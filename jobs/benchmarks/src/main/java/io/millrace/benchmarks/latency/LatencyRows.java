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

  /** A sector sent to its pixel in the browser, at the median. */
  private static final double PIXEL_SECONDS = 0.5;

  /** The first sector sent to the first image in the browser, always. */
  private static final double FIRST_IMAGE_SECONDS = 1;

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

  /** What somebody who watches sees of it. */
  static List<Row> of(WatchedScans watched) {
    String scan = watched.simulation() + ": ";
    String pixel = scan + "a frame's last sector sent to its pixel in the browser, ";
    String first = scan + "first sector sent to first image in the browser, ";
    double[] pixels = watched.pixels();
    double[] firstImages = watched.firstImages();
    double[] cores = watched.gatewayCores();
    return List.of(
        Row.of(pixel + "median", Spread.median(pixels), "s")
            .spread(Spread.of(pixels))
            .valueAtMost(PIXEL_SECONDS),
        Row.of(pixel + "p95", Spread.quantile(P95, pixels), "s"),
        Row.of(pixel + "worst", Spread.quantile(1, pixels), "s"),
        Row.of(
            scan + "last sector sent later than due, worst",
            Spread.quantile(1, watched.late()),
            "s"),
        Row.of(first + "median", Spread.median(firstImages), "s").spread(Spread.of(firstImages)),
        Row.of(first + "worst", Spread.quantile(1, firstImages), "s")
            .valueAtMost(FIRST_IMAGE_SECONDS),
        Row.of(scan + "CPU of the gateway for that browser", Spread.median(cores), "cores")
            .spread(Spread.of(cores)));
  }

  /** How many positions were drawn how soon. */
  static LineChart chart(WatchedScans watched) {
    return new LineChart(
            "latency-page",
            "A frame's last sector sent to its pixel in the browser, " + watched.simulation(),
            "s",
            "% of the positions within")
        .distribution("to its pixel", watched.pixels());
  }
}

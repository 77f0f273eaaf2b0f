package io.millrace.benchmarks.kernel;

import io.millrace.benchmarks.MeasuringCommand;
import io.millrace.benchmarks.Plot;
import io.millrace.benchmarks.Report;
import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.Spread;
import io.millrace.benchmarks.plots.BarChart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;

/**
 * Measures the counting kernels and the calibration.
 *
 * <p>The cases with a target are measured in several rounds, minutes apart, each time in a new JVM:
 * the compiler does not always make the same of the same code.
 */
@Command(
    name = "kernel",
    description = {
      "Counting kernels and calibration on one core, as a share of the limit: the plain sum of the"
          + " same bytes, in turn with the kernel.",
      "The table is printed and renews docs/BENCHMARKS.md. A quick run has only the cases with a"
          + " target, once: two minutes instead of a quarter of an hour."
    })
public final class KernelCommand extends MeasuringCommand {
  private static final String UNIT = "frames/s";
  private static final int FRAMES = 400;
  private static final int WARM_UPS = 15;
  private static final int ITERATIONS = 15;
  private static final TimeValue ITERATION_TIME = TimeValue.milliseconds(100);
  private static final int ROUNDS = 3;
  private static final double CALIBRATION_TARGET_MILLIS = 100;

  @Override
  public Integer call() throws IOException {
    Report told = report.open();
    Arrays.stream(Kernel.values())
        .filter(kernel -> kernel.objection() != null)
        .forEach(
            kernel ->
                told.note("Left out: the %s kernel; %s.".formatted(kernel, kernel.objection())));

    Map<Case, Samples> samples = new LinkedHashMap<>();
    Case.all().stream()
        .filter(c -> c.kernel().objection() == null && (!report.quick() || c.isKey()))
        .forEach(c -> samples.put(c, new Samples()));
    Fork fork = new Fork(FRAMES, WARM_UPS, ITERATIONS, ITERATION_TIME);
    for (int round = 1; round <= (report.quick() ? 1 : ROUNDS); round++) {
      for (Map.Entry<Case, Samples> entry : samples.entrySet()) {
        Case c = entry.getKey();
        if (round == 1 || c.isKey()) {
          entry.getValue().add(fork.count(c));
          told.progress(
              String.format(
                  Locale.ROOT,
                  "round %d: %s: %,.0f frames/s, %.3f of the limit",
                  round,
                  c,
                  entry.getValue().framesPerSecond(),
                  entry.getValue().ratio()));
        }
      }
    }
    List<Row> rows = rows(samples, fork.calibrate());
    told.publish(rows, List.of(plot(rows)));
    return 0;
  }

  private static Plot plot(List<Row> rows) {
    BarChart chart =
        new BarChart(
            "kernel",
            "Counting kernels on one core",
            "speed as a share of the limit (the sum of the same bytes)");
    rows.stream().filter(row -> row.ratio() != null).forEach(chart::ratio);
    return chart;
  }

  /** The limit, the kernels, what centroids cost, and the calibration. */
  static List<Row> rows(Map<Case, Samples> samples, double[] calibrationMillis) {
    List<Row> rows = new ArrayList<>();
    double[] limits = samples.values().stream().mapToDouble(Samples::limitPerSecond).toArray();
    rows.add(Row.of("limit: sum of the bytes", Spread.median(limits), UNIT).ratio(1));
    samples.forEach(
        (c, s) -> {
          Row row =
              Row.of(c.toString(), s.framesPerSecond(), UNIT).ratio(s.ratio()).spread(s.spread());
          rows.add(c.target() == null ? row : row.atLeast(c.target()));
        });
    samples.forEach(
        (c, s) -> {
          if (c.centroids() && c.electrons() == Case.USUAL) {
            Samples without = samples.get(c.withoutCentroids());
            rows.add(
                Row.of(c + ", of the same without", s.framesPerSecond(), UNIT)
                    .ratio(s.ratio() / without.ratio())
                    .spread(s.spread() + without.spread())
                    .atLeast(Case.CENTROIDS_TARGET));
          }
        });
    rows.add(
        Row.of(
                "calibration from %d frames".formatted(CalibrationBenchmark.SAMPLE_FRAMES),
                Spread.median(calibrationMillis),
                "ms")
            .spread(Spread.of(calibrationMillis))
            .valueAtMost(CALIBRATION_TARGET_MILLIS));
    return rows;
  }
}

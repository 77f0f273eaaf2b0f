package io.millrace.benchmarks.files;

import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.Spread;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.Turn;
import io.millrace.benchmarks.plots.LineChart;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What the two ways took, size by size, and how far the smallest size's times scatter. */
final class FilesRows {
  /** The size that the target is about. */
  private static final String TARGET_SIZE = "128x128";

  private static final double FILES_TO_STREAMING = 3;
  private static final double STREAMING_VARIATION = 0.05;

  /** Rounds; of fewer, luck decides. */
  private static final int ENOUGH_FOR_A_VARIATION = 20;

  /** Of the median; as the published times are judged. */
  private static final double NEAR = 1.25;

  private FilesRows() {}

  /**
   * @param contests by size, the smallest first
   */
  static List<Row> of(List<Contest> contests) {
    List<Row> rows = new ArrayList<>();
    contests.forEach(contest -> rows.addAll(times(contest)));
    rows.addAll(scatter(contests.get(0)));
    return rows;
  }

  /** The seconds of both ways over the size of the scan. */
  static LineChart chart(List<Contest> contests) {
    double[] gigabytes = contests.stream().mapToDouble(c -> c.simulation().gigabytes()).toArray();
    return new LineChart(
            "files", "From the first sector to the counted file", "GB of pixels", "s (median)")
        .line("through files", gigabytes, medians(contests, FilesRows::files))
        .line("streaming", gigabytes, medians(contests, FilesRows::streaming));
  }

  private static double[] medians(List<Contest> contests, Function<Contest, double[]> seconds) {
    return contests.stream().mapToDouble(c -> Spread.median(seconds.apply(c))).toArray();
  }

  private static double[] files(Contest contest) {
    return contest.files().stream().mapToDouble(FileTurn::seconds).toArray();
  }

  private static double[] streaming(Contest contest) {
    return contest.streaming().stream().mapToDouble(Turn::seconds).toArray();
  }

  private static List<Row> times(Contest contest) {
    double[] files = files(contest);
    double[] streaming = streaming(contest);
    double[] ratios = new double[files.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = files[i] / streaming[i];
    }
    String size = size(contest.simulation());
    Row toStreaming =
        Row.of(size + ": files, relative to streaming", Spread.median(files), "s")
            .ratio(Spread.median(ratios))
            .spread(Spread.of(ratios));
    return List.of(
        step(contest, "written", FileTurn::written),
        step(contest, "copied", FileTurn::copied),
        step(contest, "counted", FileTurn::counted),
        Row.of(size + ": streaming", Spread.median(streaming), "s").spread(Spread.of(streaming)),
        size.equals(TARGET_SIZE) ? toStreaming.atLeast(FILES_TO_STREAMING) : toStreaming);
  }

  private static Row step(Contest contest, String name, ToDoubleFunction<FileTurn> seconds) {
    double[] values = contest.files().stream().mapToDouble(seconds).toArray();
    return Row.of(
            "%s: files, %s".formatted(size(contest.simulation()), name), Spread.median(values), "s")
        .spread(Spread.of(values));
  }

  private static List<Row> scatter(Contest contest) {
    double[] files = files(contest);
    double[] streaming = streaming(contest);
    if (files.length < 2) {
      return List.of();
    }
    String size = size(contest.simulation());
    Row variation = Row.of(size + ": CV of streaming", Spread.variation(streaming), "of the mean");
    return List.of(
        streaming.length < ENOUGH_FOR_A_VARIATION
            ? variation
            : variation.valueAtMost(STREAMING_VARIATION),
        Row.of(size + ": CV of files", Spread.variation(files), "of the mean"),
        near(size + ": streaming within 1.25 of the median", streaming),
        near(size + ": files within 1.25 of the median", files));
  }

  private static Row near(String name, double[] seconds) {
    return Row.of(name, 100 * Spread.shareWithin(NEAR, seconds), "%");
  }

  private static String size(Simulation simulation) {
    return "%dx%d".formatted(simulation.columns(), simulation.rows());
  }
}

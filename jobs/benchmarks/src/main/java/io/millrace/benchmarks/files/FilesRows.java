package io.millrace.benchmarks.files;

import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.Spread;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What the two ways took, size by size, and how far the smallest size's times scatter. */
final class FilesRows {
  /** The size that the target is about. */
  private static final String TARGET_SIZE = "128x128";

  private static final double FILES_TO_STREAMING = 3;
  private static final double STREAMING_VARIATION = 0.05;

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

  private static List<Row> times(Contest contest) {
    double[] files = contest.files().stream().mapToDouble(FileTurn::seconds).toArray();
    double[] streaming = contest.streaming().stream().mapToDouble(Turn::seconds).toArray();
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
    double[] files = contest.files().stream().mapToDouble(FileTurn::seconds).toArray();
    double[] streaming = contest.streaming().stream().mapToDouble(Turn::seconds).toArray();
    if (files.length < 2) {
      return List.of();
    }
    String size = size(contest.simulation());
    return List.of(
        Row.of(size + ": CV of streaming", Spread.variation(streaming), "of the mean")
            .valueAtMost(STREAMING_VARIATION),
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

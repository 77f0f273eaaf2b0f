package io.millrace.benchmarks.checkpoints;

import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.Spread;
import io.millrace.benchmarks.parts.Turn;
import io.millrace.benchmarks.plots.LineChart;
import io.millrace.parts.Checkpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What the checkpoints of a scan say.
 *
 * @param turn the scan
 * @param began when it began
 * @param checkpoints that were triggered while it ran, in their order; not empty
 */
record CheckpointRows(Turn turn, Instant began, List<Checkpoint> checkpoints) {
  List<Row> all() {
    double[] megabytes = values(CheckpointRows::megabytes);
    double[] millis = values(c -> c.duration().toMillis());
    double allGigabytes = Arrays.stream(megabytes).sum() / 1e3;
    double allSeconds = Arrays.stream(millis).sum() / 1e3;
    return List.of(
        row("scan with its checkpoints", turn.gigabytesPerSecond(), "GB/s"),
        row("checkpoints", checkpoints.size(), "complete"),
        row("size of a checkpoint, median", Spread.median(megabytes), "MB"),
        row("size of a checkpoint, largest", Spread.quantile(1, megabytes), "MB"),
        row("size of all, of the scan's pixels", allGigabytes, "GB")
            .ratio(allGigabytes / turn.simulation().gigabytes()),
        row("duration of a checkpoint, median", Spread.median(millis), "ms"),
        row("duration of a checkpoint, longest", Spread.quantile(1, millis), "ms"),
        row("duration of all, of the scan's time", allSeconds, "s")
            .ratio(allSeconds / turn.seconds()));
  }

  /** How a checkpoint grows with its scan. */
  LineChart chart() {
    return new LineChart(
            "checkpoints",
            "Size of each checkpoint, " + turn.simulation(),
            "seconds since the scan began",
            "MB")
        .line(
            "all tasks' state",
            values(c -> Duration.between(began, c.triggered()).toMillis() / 1e3),
            values(CheckpointRows::megabytes));
  }

  private static double megabytes(Checkpoint checkpoint) {
    return checkpoint.bytes() / 1e6;
  }

  private double[] values(ToDoubleFunction<Checkpoint> value) {
    return checkpoints.stream().mapToDouble(value).toArray();
  }

  private Row row(String name, double value, String unit) {
    return Row.of("%s: %s".formatted(turn.simulation(), name), value, unit);
  }
}

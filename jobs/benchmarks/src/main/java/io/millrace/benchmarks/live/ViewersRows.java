package io.millrace.benchmarks.live;

import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.Spread;
import io.millrace.benchmarks.parts.Jvm;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What those who watch cost. */
final class ViewersRows {
  /** Viewers may cost 5 % of the speed. */
  private static final double LEAST_SHARE = 0.95;

  private final Series silent;
  private final Series alone;
  private final Series unwatched;
  private final Series watched;
  private final long told;
  private final double viewersSeconds;
  private final int reading;

  /**
   * @param ways without {@code --live}, with it and no gateway, with a gateway, and with viewers
   * @param told bytes that all viewers together got
   * @param viewersSeconds of CPU that the viewers took
   * @param reading how many they were that got any
   */
  ViewersRows(List<Series> ways, long told, double viewersSeconds, int reading) {
    this.silent = ways.get(0);
    this.alone = ways.get(1);
    this.unwatched = ways.get(2);
    this.watched = ways.get(3);
    this.told = told;
    this.viewersSeconds = viewersSeconds;
    this.reading = reading;
  }

  List<Row> all() {
    String scan = silent.turns().get(0).simulation() + ": ";
    List<Row> rows = new ArrayList<>();
    rows.add(speed(scan + silent.name(), silent));
    rows.add(speed(scan, alone, silent));
    rows.add(speed(scan, unwatched, silent));
    rows.add(speed(scan, watched, unwatched).atLeast(LEAST_SHARE));
    rows.add(cpu(scan, Jvm.TASK_MANAGER, alone, silent));
    rows.add(cpu(scan, Jvm.TASK_MANAGER, unwatched, silent));
    rows.add(cpu(scan, Jvm.TASK_MANAGER, watched, unwatched));
    rows.add(gateway(scan, unwatched));
    rows.add(gateway(scan, watched));
    double seconds = watched.turns().stream().mapToDouble(Turn::seconds).sum();
    rows.add(Row.of(scan + "CPU of the viewers themselves", viewersSeconds / seconds, "cores"));
    if (reading > 0) {
      rows.add(
          Row.of(scan + "told to each viewer that reads", told / 1e6 / reading / seconds, "MB/s"));
    }
    return rows;
  }

  /** How far the speeds with viewers scatter, relative to those without, in a sentence. */
  String scatter() {
    double[] ratios = watched.ratios(Turn::gigabytesPerSecond, unwatched, Turn::gigabytesPerSecond);
    return String.format(
        Locale.ROOT,
        "With viewers, relative to without, in the %d rounds: %.3f to %.3f.",
        ratios.length,
        Spread.quantile(0, ratios),
        Spread.quantile(1, ratios));
  }

  private static Row speed(String name, Series series) {
    double[] speeds = series.values(Turn::gigabytesPerSecond);
    return Row.of(name, Spread.median(speeds), "GB/s").spread(Spread.of(speeds));
  }

  private static Row speed(String scan, Series series, Series other) {
    double[] ratios = series.ratios(Turn::gigabytesPerSecond, other, Turn::gigabytesPerSecond);
    return speed("%s%s, relative to %s".formatted(scan, series.name(), other.name()), series)
        .ratio(Spread.median(ratios))
        .spread(Spread.of(ratios));
  }

  private static Row cpu(String scan, String role, Series series, Series other) {
    ToDoubleFunction<Turn> cpu = turn -> turn.cpuSecondsPerGigabyte(role);
    double[] ratios = series.ratios(cpu, other, cpu);
    return Row.of(
            "%sCPU of the %s: %s, relative to %s"
                .formatted(scan, role, series.name(), other.name()),
            series.median(cpu),
            "CPU-s/GB")
        .ratio(Spread.median(ratios))
        .spread(Spread.of(ratios));
  }

  private static Row gateway(String scan, Series series) {
    double[] cpu = series.values(turn -> turn.cpuSeconds().get(Jvm.GATEWAY) / turn.seconds());
    return Row.of(
            "%sCPU of the %s: %s".formatted(scan, Jvm.GATEWAY, series.name()),
            Spread.median(cpu),
            "cores")
        .spread(Spread.of(cpu));
  }
}

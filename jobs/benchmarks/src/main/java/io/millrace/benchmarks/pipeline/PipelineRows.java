package io.millrace.benchmarks.pipeline;

import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.Spread;
import io.millrace.benchmarks.parts.Memory;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What the turns of the three ways say.
 *
 * @param simulation what was sent
 * @param bare (a) push, pull
 * @param relayed (b) push, aggregator, pull
 * @param whole (c) the whole pipeline to the counted file
 */
record PipelineRows(Simulation simulation, Series bare, Series relayed, Series whole) {
  /** Electrons of a frame in most scans; the targets stand for it. */
  static final int USUAL_ELECTRONS = 500;

  private static final double WHOLE_TO_RELAYED = 0.75;
  private static final double CPU_TO_BARE = 1.6;
  private static final double CPU_SECONDS_PER_GIGABYTE = 0.55;

  private static final String PRODUCER = "producer";
  private static final String AGGREGATOR = "aggregator";
  private static final String RECEIVER = "receiver";
  private static final String TASK_MANAGER = "taskmanager";

  List<Row> all() {
    List<Row> rows = new ArrayList<>();
    rows.add(speed(bare, bare, ""));
    rows.add(speed(relayed, bare, ""));
    rows.add(speed(whole, bare, ""));
    Row wholeToRelayed = speed(whole, relayed, ", relative to (b)");
    rows.add(isUsual() ? wholeToRelayed.atLeast(WHOLE_TO_RELAYED) : wholeToRelayed);
    for (Series series : List.of(bare, relayed, whole)) {
      rows.add(frames(series));
    }

    rows.add(cpu(bare, PRODUCER, null, null, ""));
    rows.add(cpu(bare, RECEIVER, null, null, ""));
    rows.add(cpu(relayed, PRODUCER, bare, PRODUCER, ""));
    rows.add(cpu(relayed, AGGREGATOR, null, null, ""));
    rows.add(cpu(relayed, RECEIVER, bare, RECEIVER, ""));
    rows.add(cpu(whole, PRODUCER, bare, PRODUCER, ""));
    rows.add(cpu(whole, AGGREGATOR, relayed, AGGREGATOR, ", relative to (b)"));
    rows.add(cpu(whole, "jobmanager", null, null, ""));
    Row taskManager = cpu(whole, TASK_MANAGER, null, null, "");
    rows.add(isUsual() ? taskManager.valueAtMost(CPU_SECONDS_PER_GIGABYTE) : taskManager);
    rows.add(cpu(whole, TASK_MANAGER, relayed, RECEIVER, ", relative to the pull of (b)"));
    Row toBare = cpu(whole, TASK_MANAGER, bare, RECEIVER, ", relative to the bare pull of (a)");
    rows.add(isUsual() ? toBare.atMost(CPU_TO_BARE) : toBare);

    for (Series series : List.of(bare, relayed, whole)) {
      series.memory().forEach((role, memory) -> rows.addAll(memory(series, role, memory)));
    }
    return rows;
  }

  private boolean isUsual() {
    return simulation.electrons() == USUAL_ELECTRONS;
  }

  private String name(Series series, String what) {
    return "%s: %s%s".formatted(simulation, series.name(), what);
  }

  private Row speed(Series series, Series limit, String what) {
    double[] ratios = series.ratios(Turn::gigabytesPerSecond, limit, Turn::gigabytesPerSecond);
    Row row =
        Row.of(name(series, what), series.median(Turn::gigabytesPerSecond), "GB/s")
            .ratio(Spread.median(ratios));
    return series == limit
        ? row.spread(Spread.of(series.values(Turn::gigabytesPerSecond)))
        : row.spread(Spread.of(ratios));
  }

  private Row frames(Series series) {
    return Row.of(name(series, ", frames"), series.median(Turn::framesPerSecond), "frames/s")
        .spread(Spread.of(series.values(Turn::framesPerSecond)));
  }

  /** CPU time of a role's processes; relative to another's in the same rounds if there is one. */
  private Row cpu(Series series, String role, Series other, String othersRole, String relativeTo) {
    ToDoubleFunction<Turn> own = turn -> turn.cpuSecondsPerGigabyte(role);
    Row row =
        Row.of(
            name(series, ", CPU of the %s%s".formatted(role, relativeTo)),
            series.median(own),
            "CPU-s/GB");
    if (other == null) {
      return row.spread(Spread.of(series.values(own)));
    }
    double[] ratios = series.ratios(own, other, turn -> turn.cpuSecondsPerGigabyte(othersRole));
    return row.ratio(Spread.median(ratios)).spread(Spread.of(ratios));
  }

  private List<Row> memory(Series series, String role, Memory memory) {
    double gigabytes = series.gigabytes();
    return List.of(
        Row.of(
            name(series, ", allocation of the " + role),
            memory.allocatedBytes() / 1e6 / gigabytes,
            "MB/GB"),
        Row.of(
            name(series, ", garbage collection of the " + role),
            memory.pauseSeconds() * 1e3 / gigabytes,
            "ms/GB"),
        Row.of(
            name(series, ", resident memory of the " + role),
            memory.peakResidentBytes() / 1e6,
            "MB"));
  }
}

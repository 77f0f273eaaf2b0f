package io.millrace.benchmarks.pipeline;

import static io.millrace.benchmarks.parts.Jvm.AGGREGATOR;
import static io.millrace.benchmarks.parts.Jvm.JOB_MANAGER;
import static io.millrace.benchmarks.parts.Jvm.PRODUCER;
import static io.millrace.benchmarks.parts.Jvm.RECEIVER;
import static io.millrace.benchmarks.parts.Jvm.TASK_MANAGER;
import static io.millrace.benchmarks.parts.Jvm.ZOOKEEPER;

import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.Spread;
import io.millrace.benchmarks.parts.Memory;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.Turn;
import io.millrace.benchmarks.plots.BarChart;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What the turns of the four ways say.
 *
 * @param simulation what was sent
 * @param bare (a) push, pull
 * @param relayed (b) push, aggregator, pull
 * @param whole (c) the whole pipeline to the counted file
 * @param acknowledged (d) the same with acknowledgement, retention and checkpoints
 */
record PipelineRows(
    Simulation simulation, Series bare, Series relayed, Series whole, Series acknowledged) {
  static final String BARE = "(a) push, pull";
  static final String RELAYED = "(b) push, aggregator, pull";
  static final String WHOLE = "(c) push, aggregator, Flink job, file";
  static final String ACKNOWLEDGED = "(d) as (c), acknowledged, with checkpoints";

  /** Electrons of a frame in most scans; the targets stand for it. */
  static final int USUAL_ELECTRONS = 500;

  private static final double WHOLE_TO_RELAYED = 0.75;
  private static final double ACKNOWLEDGED_TO_WHOLE = 0.9;
  private static final double CPU_TO_BARE = 1.6;
  private static final double CPU_SECONDS_PER_GIGABYTE = 0.55;

  List<Row> all() {
    boolean usual = simulation.electrons() == USUAL_ELECTRONS;
    List<Row> rows = new ArrayList<>();
    rows.add(speed(BARE, bare, bare));
    rows.add(speed(RELAYED, relayed, bare));
    rows.add(speed(WHOLE, whole, bare));
    rows.add(speed(ACKNOWLEDGED, acknowledged, bare));
    Row wholeToRelayed = speed("(c) relative to (b)", whole, relayed);
    rows.add(usual ? wholeToRelayed.atLeast(WHOLE_TO_RELAYED) : wholeToRelayed);
    Row toWhole = speed("(d) relative to (c)", acknowledged, whole);
    rows.add(usual ? toWhole.atLeast(ACKNOWLEDGED_TO_WHOLE) : toWhole);
    rows.add(sending("(d) relative to (c), until the last sector is sent", acknowledged, whole));
    rows.add(afterLast("(c) last sector sent to file in place", whole));
    rows.add(afterLast("(d) last sector sent to file in place", acknowledged));

    Row cpu = cpu("TaskManager CPU per GB", whole, TASK_MANAGER);
    rows.add(usual ? cpu.valueAtMost(CPU_SECONDS_PER_GIGABYTE) : cpu);
    Row toBare =
        cpu("TaskManager CPU per GB relative to a bare pull", whole, TASK_MANAGER, bare, RECEIVER);
    rows.add(usual ? toBare.atMost(CPU_TO_BARE) : toBare);
    // As many lanes as the job, paced by the aggregator: whichever pull is the cheaper is the
    // limit.
    Row toRelayed =
        cpu(
            "TaskManager CPU per GB relative to the pull of (b)",
            whole,
            TASK_MANAGER,
            relayed,
            RECEIVER);
    rows.add(usual ? toRelayed.atMost(CPU_TO_BARE) : toRelayed);

    rows.add(frames("(a) frames", bare));
    rows.add(frames("(b) frames", relayed));
    rows.add(frames("(c) frames", whole));
    rows.add(frames("(d) frames", acknowledged));

    rows.add(cpu("(a) CPU of the producer", bare, PRODUCER));
    rows.add(cpu("(a) CPU of the receiver", bare, RECEIVER));
    rows.add(cpu("(b) CPU of the producer", relayed, PRODUCER, bare, PRODUCER));
    rows.add(cpu("(b) CPU of the aggregator", relayed, AGGREGATOR));
    rows.add(cpu("(b) CPU of the receiver", relayed, RECEIVER, bare, RECEIVER));
    rows.add(cpu("(c) CPU of the producer", whole, PRODUCER, bare, PRODUCER));
    rows.add(
        cpu("(c) CPU of the aggregator relative to (b)", whole, AGGREGATOR, relayed, AGGREGATOR));
    rows.add(cpu("(c) CPU of the TaskManager", whole, TASK_MANAGER));
    rows.add(cpu("(c) CPU of the JobManager", whole, JOB_MANAGER));
    for (String role : List.of(PRODUCER, AGGREGATOR, TASK_MANAGER, JOB_MANAGER)) {
      rows.add(
          cpu(
              "(d) CPU of the %s relative to (c)".formatted(role),
              acknowledged,
              role,
              whole,
              role));
    }
    rows.add(cpu("(d) CPU of the ZooKeeper", acknowledged, ZOOKEEPER));

    memory("(a)", bare, rows);
    memory("(b)", relayed, rows);
    memory("(c)", whole, rows);
    memory("(d)", acknowledged, rows);
    return rows;
  }

  /** Where the CPU time of each way goes. */
  BarChart chart() {
    BarChart chart =
        new BarChart(
            "pipeline-cpu-%dx%d-%d"
                .formatted(simulation.columns(), simulation.rows(), simulation.electrons()),
            "Processor time of each way, " + simulation,
            "CPU-seconds per GB",
            PRODUCER,
            AGGREGATOR,
            RECEIVER + " or " + TASK_MANAGER);
    chart.bar(BARE, of(bare, PRODUCER), 0, of(bare, RECEIVER));
    chart.bar(RELAYED, of(relayed, PRODUCER), of(relayed, AGGREGATOR), of(relayed, RECEIVER));
    chart.bar(WHOLE, of(whole, PRODUCER), of(whole, AGGREGATOR), of(whole, TASK_MANAGER));
    return chart.bar(
        ACKNOWLEDGED,
        of(acknowledged, PRODUCER),
        of(acknowledged, AGGREGATOR),
        of(acknowledged, TASK_MANAGER));
  }

  private static double of(Series series, String role) {
    return series.median(cpuOf(role));
  }

  private Row row(String name, double value, String unit) {
    return Row.of("%s: %s".formatted(simulation, name), value, unit);
  }

  /** As a share of the other's in the same rounds. */
  private Row speed(String name, Series series, Series other) {
    return speed(name, series, other, Turn::gigabytesPerSecond);
  }

  /** The same without the wait for the file, in which (d) stands still until a checkpoint. */
  private Row sending(String name, Series series, Series other) {
    return speed(
        name,
        series,
        other,
        turn -> turn.simulation().gigabytes() / (turn.seconds() - turn.secondsAfterLast()));
  }

  private Row speed(String name, Series series, Series other, ToDoubleFunction<Turn> speed) {
    double[] speeds = series.values(speed);
    double[] ratios = series.ratios(speed, other, speed);
    return row(name, Spread.median(speeds), "GB/s")
        .ratio(Spread.median(ratios))
        .spread(Spread.of(series == other ? speeds : ratios));
  }

  private Row afterLast(String name, Series series) {
    double[] seconds = series.values(Turn::secondsAfterLast);
    return row(name, Spread.median(seconds), "s").spread(Spread.of(seconds));
  }

  private Row frames(String name, Series series) {
    double[] speeds = series.values(Turn::framesPerSecond);
    return row(name, Spread.median(speeds), "frames/s").spread(Spread.of(speeds));
  }

  private Row cpu(String name, Series series, String role) {
    double[] times = series.values(cpuOf(role));
    return row(name, Spread.median(times), "CPU-s/GB").spread(Spread.of(times));
  }

  /** As a share of another's in the same rounds. */
  private Row cpu(String name, Series series, String role, Series other, String othersRole) {
    double[] ratios = series.ratios(cpuOf(role), other, cpuOf(othersRole));
    return cpu(name, series, role).ratio(Spread.median(ratios)).spread(Spread.of(ratios));
  }

  private static ToDoubleFunction<Turn> cpuOf(String role) {
    return turn -> turn.cpuSecondsPerGigabyte(role);
  }

  private void memory(String way, Series series, List<Row> rows) {
    double gigabytes = series.gigabytes();
    for (String role :
        List.of(PRODUCER, AGGREGATOR, RECEIVER, ZOOKEEPER, JOB_MANAGER, TASK_MANAGER)) {
      Memory memory = series.memory().get(role);
      if (memory != null) {
        String of = " of the " + role;
        double allocated = memory.allocatedBytes() / 1e6 / gigabytes;
        double pauses = 1e3 * memory.pauseSeconds() / gigabytes;
        rows.add(row(way + " allocation" + of, allocated, "MB/GB"));
        rows.add(row(way + " garbage collection" + of, pauses, "ms/GB"));
        rows.add(row(way + " resident memory" + of, memory.peakResidentBytes() / 1e6, "MB"));
      }
    }
  }
}

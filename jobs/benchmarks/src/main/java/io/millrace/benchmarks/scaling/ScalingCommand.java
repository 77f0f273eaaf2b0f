package io.millrace.benchmarks.scaling;

import io.millrace.benchmarks.Report;
import io.millrace.benchmarks.parts.Rig;
import io.millrace.benchmarks.parts.Route;
import io.millrace.benchmarks.parts.SameResult;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.SystemCommand;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what a gigabyte costs when there are more lanes or more TaskManagers. */
@Command(
    name = "scaling",
    description = {
      "The whole pipeline with 1, 2, 4 and 8 lanes, and with 1, 2 and 3 TaskManagers of two lanes"
          + " each; every one in turn with that of one lane.",
      "Throughput grows only where cores are free: on a small machine look at the CPU time for a"
          + " gigabyte, which should stay the same. A quick run has two of the sizes."
    })
public final class ScalingCommand extends SystemCommand {

  /**
   * Until a TaskManager's cost does not fall any more, as often as others warm up: a difference of
   * a tenth is looked for. Several share the scans, so they need more.
   */
  private static final int WARM_UPS = 4;

  /** Two threads for each module and two for each lane want a core, besides the counting. */
  private static final int CORES_OF_A_SPEED_UP = 16;

  @Option(
      names = "--scan",
      paramLabel = "WxH",
      defaultValue = "64x64",
      description = "Positions of a scan, without the flyback column. Default: ${DEFAULT-VALUE}.")
  String scan;

  @Option(
      names = "--electrons",
      paramLabel = "N",
      defaultValue = "500",
      description = "Average number in a frame. Default: ${DEFAULT-VALUE}.")
  int electrons;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Turns of each size that count. Default: 5; with --quick 2.")
  Integer rounds;

  @Override
  public Integer call() throws IOException, RunFailure, InterruptedException {
    Simulation simulation = rig.simulation(scan, electrons);
    int turns = turns("--rounds", rounds, 5, 2);
    Report results = report.open();
    int cores = Runtime.getRuntime().availableProcessors();
    if (cores < CORES_OF_A_SPEED_UP) {
      results.note(
          ("With %d cores, which producer, aggregator and TaskManagers share, more lanes cannot"
                  + " show a speed-up; what this machine can show is whether they cost more.")
              .formatted(cores));
    }
    List<ScalingRows.Pair> pairs =
        measure(rig.open(), results, measured -> pairs(measured, simulation, turns, results));
    results.publish(ScalingRows.of(pairs), List.of(ScalingRows.chart(pairs)));
    return 0;
  }

  private List<ScalingRows.Pair> pairs(
      Rig measured, Simulation simulation, int turns, Report results)
      throws RunFailure, InterruptedException {
    List<ScalingRows.Pair> pairs = new ArrayList<>();
    SameResult result = new SameResult();
    for (Size size : report.quick() ? Size.QUICK : Size.ALL) {
      // Both new: a pipeline that has run for long is compiled better than one that has not.
      try (Route smallest =
              route(measured, Size.SMALLEST + " beside " + size, Size.SMALLEST, result);
          Route larger = route(measured, size.toString(), size, result)) {
        List<Series> series =
            Series.measure(
                List.of(smallest, larger),
                simulation,
                warmUpSectors() * (report.quick() ? 1 : WARM_UPS) * size.taskManagers(),
                turns,
                results::progress);
        pairs.add(new ScalingRows.Pair(size, series.get(0), series.get(1)));
      }
    }
    return pairs;
  }

  private Route route(Rig measured, String name, Size size, SameResult result)
      throws RunFailure, InterruptedException {
    return measured.counted(name, size.lanes(), size.taskManagers(), rig.thresholds(), result);
  }
}

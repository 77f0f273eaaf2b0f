package io.millrace.benchmarks.scaling;

import io.millrace.benchmarks.Report;
import io.millrace.benchmarks.ReportOptions;
import io.millrace.benchmarks.parts.Rig;
import io.millrace.benchmarks.parts.RigOptions;
import io.millrace.benchmarks.parts.Route;
import io.millrace.benchmarks.parts.SameResult;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what a gigabyte costs when there are more lanes or more TaskManagers. */
@Command(
    name = "scaling",
    description = {
      "The whole pipeline with 1, 2, 4 and 8 lanes, and with 1, 2 and 3 TaskManagers of two lanes"
          + " each; every one in turn with that of one lane.",
      "Throughput grows only where cores are free: on a small machine look at the CPU time for a"
          + " gigabyte, which should stay the same. A quick run has two of the sizes."
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:measured, whether the targets are met or not",
      "1:it could not be measured; the message says why",
      "2:an option is unknown or impossible"
    })
public final class ScalingCommand implements Callable<Integer> {
  private static final int WARM_UP_SECTORS = 44_000;
  private static final int QUICK_WARM_UP_SECTORS = 16_000;

  /** Two threads for each module and two for each lane want a core, besides the counting. */
  private static final int CORES_OF_A_SPEED_UP = 16;

  @Mixin ReportOptions report;

  @Mixin RigOptions rig;

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
    rig.require(rounds == null || rounds >= 1, "--rounds has to be 1 or more");
    Report results = report.open();
    int cores = Runtime.getRuntime().availableProcessors();
    if (cores < CORES_OF_A_SPEED_UP) {
      results.note(
          ("With %d cores, which producer, aggregator and TaskManagers share, more lanes cannot"
                  + " show a speed-up; what this machine can show is whether they cost more.")
              .formatted(cores));
    }
    List<ScalingRows.Pair> pairs = new ArrayList<>();
    try (Rig measured = rig.open()) {
      results.progress("Starting the processes; logs are in " + measured.parts().run());
      SameResult result = new SameResult();
      Route smallest = route(measured, Size.SMALLEST, result);
      for (Size size : report.quick() ? Size.QUICK : Size.ALL) {
        try (Route larger = route(measured, size, result)) {
          List<Series> series =
              Series.measure(
                  List.of(smallest, larger),
                  simulation,
                  report.quick() ? QUICK_WARM_UP_SECTORS : WARM_UP_SECTORS,
                  rounds != null ? rounds : report.quick() ? 2 : 5,
                  results::progress);
          pairs.add(new ScalingRows.Pair(size, series.get(0), series.get(1)));
        }
      }
    }
    results.publish(ScalingRows.of(pairs), List.of(ScalingRows.chart(pairs)));
    return 0;
  }

  private Route route(Rig measured, Size size, SameResult result)
      throws RunFailure, InterruptedException {
    return measured.counted(
        size.toString(), size.lanes(), size.taskManagers(), rig.thresholds(), result);
  }
}

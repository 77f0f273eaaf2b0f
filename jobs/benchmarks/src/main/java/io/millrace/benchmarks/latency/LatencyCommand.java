package io.millrace.benchmarks.latency;

import io.millrace.benchmarks.Report;
import io.millrace.benchmarks.ReportOptions;
import io.millrace.benchmarks.parts.Rig;
import io.millrace.benchmarks.parts.RigOptions;
import io.millrace.benchmarks.parts.Route;
import io.millrace.benchmarks.parts.SameResult;
import io.millrace.benchmarks.parts.Scratch;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how long a scan's result takes when the scan is over. */
@Command(
    name = "latency",
    description = {
      "The whole pipeline on this machine, all parts as processes: from the last sector that the"
          + " network has taken to the counted file in its place. Median, p95 and worst of some"
          + " scans.",
      "A quick run has few small scans, and takes less than a minute."
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:measured, whether the targets are met or not",
      "1:it could not be measured; the message says why",
      "2:an option is unknown or impossible"
    })
public final class LatencyCommand implements Callable<Integer> {
  private static final int WARM_UP_SECTORS = 44_000;
  private static final int QUICK_WARM_UP_SECTORS = 30_000;
  private static final int SCANS = 30;
  private static final int QUICK_SCANS = 8;

  @Mixin ReportOptions report;

  @Mixin RigOptions rig;

  @Option(
      names = "--scan",
      paramLabel = "WxH",
      description =
          "Positions of a scan, without the flyback column; prepared frames are repeated. Default:"
              + " 128x128; with --quick 32x32.")
  String scan;

  @Option(
      names = "--electrons",
      paramLabel = "N",
      defaultValue = "500",
      description = "Average number in a frame. Default: ${DEFAULT-VALUE}.")
  int electrons;

  @Option(
      names = "--scans",
      paramLabel = "N",
      description = "How many scans count. Default: 30; with --quick 8.")
  Integer scans;

  @Option(
      names = "--lanes",
      paramLabel = "N",
      defaultValue = "2",
      description = "Lanes between aggregator and TaskManager. Default: ${DEFAULT-VALUE}.")
  int lanes;

  @Override
  public Integer call() throws IOException, RunFailure, InterruptedException {
    rig.require(lanes >= 1, "--lanes has to be 1 or more");
    rig.require(scans == null || scans >= 1, "--scans has to be 1 or more");
    Simulation simulation =
        rig.simulation(scan != null ? scan : report.quick() ? "32x32" : "128x128", electrons);
    Report told = report.open();
    Rig measured = rig.open();
    Path run = measured.parts().run();
    Series series;
    try (measured) {
      told.progress("Starting the processes; logs are in " + run);
      Route route = measured.counted("streaming", lanes, 1, rig.thresholds(), new SameResult());
      series =
          Series.measure(
                  List.of(route),
                  simulation,
                  report.quick() ? QUICK_WARM_UP_SECTORS : WARM_UP_SECTORS,
                  scans != null ? scans : report.quick() ? QUICK_SCANS : SCANS,
                  told::progress)
              .get(0);
    }
    told.publish(LatencyRows.of(series), List.of(LatencyRows.chart(series)));
    // Nothing went wrong, so nobody needs the logs.
    new Scratch(run).remove();
    return 0;
  }
}

package io.millrace.benchmarks.latency;

import io.millrace.benchmarks.Report;
import io.millrace.benchmarks.parts.Route;
import io.millrace.benchmarks.parts.SameResult;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.SystemCommand;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how long a scan's result takes when the scan is over. */
@Command(
    name = "latency",
    description = {
      "The whole pipeline on this machine, all parts as processes: from the last sector that the"
          + " network has taken to the counted file in its place. Median, p95 and worst of some"
          + " scans.",
      "A quick run has few small scans, and takes less than a minute."
    })
public final class LatencyCommand extends SystemCommand {
  private static final int SCANS = 30;
  private static final int QUICK_SCANS = 8;

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
    rig.requireLanes(lanes);
    int turns = turns("--scans", scans, SCANS, QUICK_SCANS);
    Simulation simulation =
        rig.simulation(scan != null ? scan : report.quick() ? "32x32" : "128x128", electrons);
    Report told = report.open();
    Series series =
        measure(
            rig.open(),
            told,
            measured -> {
              Route route =
                  measured.counted("streaming", lanes, 1, rig.thresholds(), new SameResult());
              return Series.measure(
                      List.of(route), simulation, warmUpSectors(), turns, told::progress)
                  .get(0);
            });
    told.publish(LatencyRows.of(series), List.of(LatencyRows.chart(series)));
    return 0;
  }
}

package io.millrace.benchmarks.latency;

import io.millrace.benchmarks.Plot;
import io.millrace.benchmarks.Report;
import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.live.Chromium;
import io.millrace.benchmarks.parts.Rig;
import io.millrace.benchmarks.parts.Route;
import io.millrace.benchmarks.parts.SameResult;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.StreamOptions;
import io.millrace.benchmarks.parts.SystemCommand;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how long a scan's result takes when the scan is over. */
@Command(
    name = "latency",
    description = {
      "The whole pipeline on this machine, all parts as processes: from the last sector that the"
          + " network has taken to the counted file in its place, and from a frame's last sector sent to"
          + " its pixel on the page in a browser. Median, p95 and worst of some scans.",
      "A quick run has few small scans, and takes some two minutes."
    })
public final class LatencyCommand extends SystemCommand {
  private static final int SCANS = 30;
  private static final int QUICK_SCANS = 8;
  private static final int WATCHED = 5;
  private static final int QUICK_WATCHED = 2;

  @Mixin private StreamOptions stream;

  @Option(
      names = "--scan",
      paramLabel = "WxH",
      description =
          "Positions of a scan, without the flyback column; prepared frames are repeated. Default:"
              + " 128x128; with --quick 32x32.")
  String scan;

  @Option(
      names = "--scans",
      paramLabel = "N",
      description = "How many scans count. Default: 30; with --quick 8.")
  Integer scans;

  @Option(
      names = "--live-scan",
      paramLabel = "WxH",
      description =
          "Positions of a scan that is watched, without the flyback column. Default: 64x64; with"
              + " --quick 32x32.")
  String liveScan;

  @Option(
      names = "--live-rate",
      paramLabel = "FRAMES/S",
      defaultValue = "200",
      description =
          "The pace at which it is sent: one that this machine keeps up with while it draws."
              + " Default: ${DEFAULT-VALUE}.")
  double liveRate;

  @Option(
      names = "--live-scans",
      paramLabel = "N",
      description = "How many watched scans count. Default: 5; with --quick 2.")
  Integer liveScans;

  @Override
  public Integer call() throws IOException, RunFailure, InterruptedException {
    rig.requireLanes(stream.lanes());
    int turns = turns("--scans", scans, SCANS, QUICK_SCANS);
    Simulation simulation =
        rig.simulation(
            scan != null ? scan : report.quick() ? "32x32" : "128x128", stream.electrons());
    int watched = turns("--live-scans", liveScans, WATCHED, QUICK_WATCHED);
    rig.require(
        0 < liveRate && liveRate < Double.POSITIVE_INFINITY,
        "--live-rate has to be above 0, not " + liveRate);
    Simulation paced =
        rig.simulation(
                "--live-scan",
                liveScan != null ? liveScan : report.quick() ? "32x32" : "64x64",
                stream.electrons())
            .paced(liveRate);
    Report told = report.open();
    Series series =
        measure(rig.open(), told, measured -> toFile(measured, simulation, turns, told));
    List<Row> rows = new ArrayList<>(LatencyRows.of(series));
    List<Plot> plots = new ArrayList<>(List.of(LatencyRows.chart(series)));
    Optional<Path> chromium = Chromium.find();
    if (chromium.isEmpty()) {
      told.note("How soon the page shows a frame is not measured: " + Chromium.MISSING + ".");
    } else {
      WatchedScans scans =
          measure(
              rig.open(), told, measured -> toPage(measured, chromium.get(), paced, watched, told));
      rows.addAll(LatencyRows.of(scans));
      plots.add(LatencyRows.chart(scans));
    }
    told.publish(rows, plots);
    return 0;
  }

  private Series toFile(Rig measured, Simulation simulation, int turns, Report told)
      throws RunFailure, InterruptedException {
    Route route =
        measured.counted("streaming", stream.lanes(), 1, rig.thresholds(), new SameResult());
    return Series.measure(List.of(route), simulation, warmUpSectors(), turns, told::progress)
        .get(0);
  }

  private WatchedScans toPage(Rig measured, Path chromium, Simulation paced, int scans, Report told)
      throws RunFailure, InterruptedException {
    return WatchedScans.measure(
        measured,
        chromium,
        stream.lanes(),
        rig.thresholds(),
        paced,
        paced.scansOf(warmUpSectors()),
        scans,
        told::progress);
  }
}

package io.millrace.benchmarks.pipeline;

import io.millrace.benchmarks.Plot;
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

/** Measures the whole way of a scan, and what each piece of it costs. */
@Command(
    name = "pipeline",
    description = {
      "The whole pipeline on this machine, all parts as processes, in turn with less of it: (a) a"
          + " bare JeroMQ push and pull of the same messages, (b) with an aggregator between them,"
          + " (c) everything, to the counted file, (d) the same with acknowledgement, retention and a"
          + " checkpoint every second.",
      "Every size is measured with every number of electrons. A quick run takes some three"
          + " minutes."
    })
public final class PipelineCommand extends SystemCommand {
  @Option(
      names = "--scan",
      paramLabel = "WxH",
      description =
          "Positions of a scan, without the flyback column; prepared frames are repeated. May be"
              + " repeated. Default: 128x128; with --quick 64x64.")
  List<String> scans;

  @Option(
      names = "--electrons",
      paramLabel = "N",
      description = "Average number in a frame. May be repeated. Default: 500.")
  List<Integer> electrons = List.of(PipelineRows.USUAL_ELECTRONS);

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Turns of each way that count. Default: 5; with --quick 3.")
  Integer rounds;

  @Option(
      names = "--lanes",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Lanes between aggregator and receiver or TaskManager. Default: ${DEFAULT-VALUE}.")
  int lanes;

  @Override
  public Integer call() throws IOException, RunFailure, InterruptedException {
    List<Simulation> simulations =
        rig.simulations(
            scans != null ? scans : List.of(report.quick() ? "64x64" : "128x128"),
            electrons,
            "--scan or --electrons is given twice");
    rig.requireLanes(lanes);
    int turns = turns("--rounds", rounds, 5, 3);
    Report results = report.open();
    List<PipelineRows> measurements =
        measure(rig.open(), results, measured -> rows(measured, simulations, turns, results));
    results.publish(
        measurements.stream().flatMap(rows -> rows.all().stream()).toList(),
        measurements.stream().<Plot>map(PipelineRows::chart).toList());
    return 0;
  }

  private List<PipelineRows> rows(
      Rig measured, List<Simulation> simulations, int turns, Report results)
      throws RunFailure, InterruptedException {
    SameResult result = new SameResult();
    List<Route> routes =
        List.of(
            measured.bare(PipelineRows.BARE),
            measured.relayed(PipelineRows.RELAYED, lanes),
            measured.counted(PipelineRows.WHOLE, lanes, 1, rig.thresholds(), result),
            measured.acknowledged(PipelineRows.ACKNOWLEDGED, lanes, rig.thresholds(), result));
    List<PipelineRows> rows = new ArrayList<>();
    for (Simulation simulation : simulations) {
      result.forget();
      List<Series> series =
          Series.measure(routes, simulation, warmUpSectors(), turns, results::progress);
      rows.add(
          new PipelineRows(simulation, series.get(0), series.get(1), series.get(2), series.get(3)));
    }
    return rows;
  }
}

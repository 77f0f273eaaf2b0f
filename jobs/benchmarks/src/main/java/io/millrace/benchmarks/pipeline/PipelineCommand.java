package io.millrace.benchmarks.pipeline;

import io.millrace.benchmarks.Plot;
import io.millrace.benchmarks.Report;
import io.millrace.benchmarks.ReportOptions;
import io.millrace.benchmarks.Row;
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

/** Measures the whole way of a scan, and what each piece of it costs. */
@Command(
    name = "pipeline",
    description = {
      "The whole pipeline on this machine, all parts as processes, in turn with less of it: (a) a"
          + " bare JeroMQ push and pull of the same messages, (b) with an aggregator between them,"
          + " (c) everything, to the counted file.",
      "Every size is measured with every number of electrons. A quick run takes less than two"
          + " minutes."
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:measured, whether the targets are met or not",
      "1:it could not be measured; the message says why",
      "2:an option is unknown or impossible"
    })
public final class PipelineCommand implements Callable<Integer> {
  private static final int WARM_UP_SECTORS = 44_000;
  private static final int QUICK_WARM_UP_SECTORS = 30_000;

  @Mixin ReportOptions report;

  @Mixin RigOptions rig;

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
    rig.require(lanes >= 1, "--lanes has to be 1 or more");
    rig.require(rounds == null || rounds >= 1, "--rounds has to be 1 or more");
    Report results = report.open();
    results.note(
        "(d), the same with acknowledgement and checkpoints, is not there yet: no sector is sent"
            + " twice today.");
    List<Row> rows = new ArrayList<>();
    List<Plot> plots = new ArrayList<>();
    try (Rig measured = rig.open()) {
      results.progress("Starting the processes; logs are in " + measured.parts().run());
      SameResult result = new SameResult();
      List<Route> routes =
          List.of(
              measured.bare(PipelineRows.BARE),
              measured.relayed(PipelineRows.RELAYED, lanes),
              measured.counted(PipelineRows.WHOLE, lanes, 1, rig.thresholds(), result));
      for (Simulation simulation : simulations) {
        result.forget();
        List<Series> series =
            Series.measure(
                routes,
                simulation,
                report.quick() ? QUICK_WARM_UP_SECTORS : WARM_UP_SECTORS,
                rounds != null ? rounds : report.quick() ? 3 : 5,
                results::progress);
        PipelineRows told =
            new PipelineRows(simulation, series.get(0), series.get(1), series.get(2));
        rows.addAll(told.all());
        plots.add(told.chart());
      }
    }
    results.publish(rows, plots);
    return 0;
  }
}

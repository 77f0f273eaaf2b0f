package io.millrace.benchmarks.checkpoints;

import io.millrace.benchmarks.Report;
import io.millrace.benchmarks.parts.Rig;
import io.millrace.benchmarks.parts.Route;
import io.millrace.benchmarks.parts.SameResult;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.StreamOptions;
import io.millrace.benchmarks.parts.SystemCommand;
import io.millrace.benchmarks.parts.Turn;
import io.millrace.parts.Checkpoint;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what is in the checkpoints of a large scan, and how long they take. */
@Command(
    name = "checkpoints",
    description = {
      "The whole pipeline on this machine, all parts as processes, acknowledged and with a"
          + " checkpoint every second: one large scan, and the size and duration of each checkpoint"
          + " that Flink tells of.",
      "A scan of 512x512 is 174 GB, some minutes."
    })
public final class CheckpointsCommand extends SystemCommand {
  private static final String WARM_UP_SCAN = "64x64";

  @Mixin private StreamOptions stream;

  @Option(
      names = "--scan",
      paramLabel = "WxH",
      description =
          "Positions of the scan, without the flyback column; prepared frames are repeated. Default:"
              + " 512x512; with --quick 128x128.")
  String scan;

  @Override
  public Integer call() throws IOException, RunFailure, InterruptedException {
    rig.requireLanes(stream.lanes());
    Simulation simulation =
        rig.simulation(
            scan != null ? scan : report.quick() ? "128x128" : "512x512", stream.electrons());
    Report told = report.open();
    CheckpointRows rows = measure(rig.open(), told, measured -> rows(measured, simulation, told));
    told.publish(rows.all(), List.of(rows.chart()));
    return 0;
  }

  private CheckpointRows rows(Rig measured, Simulation simulation, Report told)
      throws RunFailure, InterruptedException {
    SameResult result = new SameResult();
    Route route = measured.acknowledged("streaming", stream.lanes(), rig.thresholds(), result);
    Simulation warmUp = rig.simulation(WARM_UP_SCAN, stream.electrons());
    route.load(warmUp);
    int warmUps = warmUp.scansOf(warmUpSectors());
    for (int i = 1; i <= warmUps; i++) {
      route.run();
      told.progress("%s, warm-up %d of %d".formatted(warmUp, i, warmUps));
    }
    route.load(simulation);
    result.forget();
    told.progress("%s: %.0f GB are sent".formatted(simulation, simulation.gigabytes()));
    Instant began = Instant.now();
    Turn turn = route.run();
    Instant ended = began.plus(Duration.ofNanos((long) (1e9 * turn.seconds())));
    List<Checkpoint> checkpoints =
        route.checkpoints().stream()
            .filter(c -> !c.triggered().isBefore(began) && c.triggered().isBefore(ended))
            .toList();
    if (checkpoints.isEmpty()) {
      throw new RunFailure(
          "no checkpoint was complete in the %.1f s of the scan; take a larger one (--scan)"
              .formatted(turn.seconds()));
    }
    return new CheckpointRows(turn, began, checkpoints);
  }
}

package io.millrace.benchmarks.live;

import com.sun.management.OperatingSystemMXBean;
import io.millrace.benchmarks.Report;
import io.millrace.benchmarks.parts.GatewayPart;
import io.millrace.benchmarks.parts.Rig;
import io.millrace.benchmarks.parts.Route;
import io.millrace.benchmarks.parts.SameResult;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.StreamOptions;
import io.millrace.benchmarks.parts.SystemCommand;
import io.millrace.benchmarks.parts.Turn;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what those who watch cost the stream. */
@Command(
    name = "viewers",
    description = {
      "The whole pipeline on this machine, all parts as processes, to the counted file, in turn: with a"
          + " job that tells nobody of its scans, with one that tells them to a gateway that is not there,"
          + " with a gateway that nobody watches, and with viewers, of whom some take nothing.",
      "A quick run takes some three minutes."
    })
public final class ViewersCommand extends SystemCommand {
  private static final int ROUNDS = 10;
  private static final int QUICK_ROUNDS = 4;
  private static final int MOST_VIEWERS = 500;

  @Mixin private StreamOptions stream;

  @Option(
      names = "--scan",
      paramLabel = "WxH",
      description =
          "Positions of a scan, without the flyback column; prepared frames are repeated. Default:"
              + " 128x128; with --quick 64x64.")
  String scan;

  @Option(
      names = "--rate",
      paramLabel = "FRAMES/S",
      description = "The pace of the camera. Default: as fast as possible.")
  Double rate;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Turns of each way. Default: 10; with --quick 4.")
  Integer rounds;

  @Option(
      names = "--viewers",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many watch, 1 to 500. Default: ${DEFAULT-VALUE}.")
  int viewers;

  @Option(
      names = "--stalled",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many of them take nothing. Default: ${DEFAULT-VALUE}.")
  int stalled;

  /** Of this process, which is the viewers. */
  private final OperatingSystemMXBean processor =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private long viewersNanos;

  /** Bytes told to viewers in the turns that count. */
  private long told;

  @Override
  public Integer call() throws IOException, RunFailure, InterruptedException {
    rig.requireLanes(stream.lanes());
    rig.require(
        1 <= viewers && viewers <= MOST_VIEWERS,
        "--viewers has to be 1 to %d, not %d".formatted(MOST_VIEWERS, viewers));
    rig.require(
        0 <= stalled && stalled <= viewers,
        "--stalled has to be 0 to %d, the number of --viewers, not %d".formatted(viewers, stalled));
    rig.require(rate == null || rate > 0, "--rate has to be above 0");
    int turns = turns("--rounds", rounds, ROUNDS, QUICK_ROUNDS);
    Simulation simulation =
        rig.simulation(
            scan != null ? scan : report.quick() ? "64x64" : "128x128", stream.electrons());
    Report published = report.open();
    ViewersRows rows =
        measure(rig.open(), published, measured -> rows(measured, simulation, turns, published));
    published.note(rows.scatter());
    published.publish(rows.all(), List.of());
    return 0;
  }

  private ViewersRows rows(Rig measured, Simulation simulation, int turns, Report published)
      throws RunFailure, InterruptedException {
    SameResult result = new SameResult();
    GatewayPart gateway = measured.gateway("gateway");
    GatewayLogin login = GatewayLogin.first(gateway);
    Route silent = measured.counted("without --live", stream.lanes(), 1, rig.thresholds(), result);
    Route alone =
        measured.live("no gateway", stream.lanes(), rig.thresholds(), result, Optional.empty());
    Route shown =
        measured.live("gateway", stream.lanes(), rig.thresholds(), result, Optional.of(gateway));
    List<Way> ways = List.of(silent::run, alone::run, shown::run, () -> watched(shown, login));
    List<String> names =
        List.of(
            "without --live",
            "--live, no gateway",
            "gateway, no viewers",
            "gateway, %d viewers, %d of them stalled".formatted(viewers, stalled));
    List<Route> routes = List.of(silent, alone, shown);
    for (Route route : routes) {
      route.load(simulation);
    }
    int warmUps = simulation.scansOf(warmUpSectors());
    for (int i = 1; i <= warmUps; i++) {
      for (int w = 0; w < ways.size(); w++) {
        tell(published, "warm-up %d of %d".formatted(i, warmUps), names.get(w), ways.get(w).run());
      }
    }
    for (Route route : routes) {
      route.load(rate == null ? simulation : simulation.paced(rate));
    }
    result.forget(); // at another pace it is another producer, with frames of its own
    List<List<Turn>> all = names.stream().<List<Turn>>map(n -> new ArrayList<>()).toList();
    told = 0;
    viewersNanos = 0;
    for (int round = 0; round < turns; round++) {
      for (int i = 0; i < ways.size(); i++) {
        // Forth and back: who comes first in a round comes last in the next one.
        int w = round % 2 == 0 ? i : ways.size() - 1 - i;
        Turn turn = ways.get(w).run();
        all.get(w).add(turn);
        tell(published, "round %d of %d".formatted(round + 1, turns), names.get(w), turn);
      }
    }
    List<Series> series = new ArrayList<>();
    for (int w = 0; w < names.size(); w++) {
      series.add(new Series(names.get(w), all.get(w), Map.of()));
    }
    return new ViewersRows(series, told, viewersNanos / 1e9, viewers - stalled);
  }

  private static void tell(Report published, String when, String name, Turn turn) {
    published.progress("%s: %s: %.2f GB/s".formatted(when, name, turn.gigabytesPerSecond()));
  }

  /** A turn while all watch. */
  private Turn watched(Route route, GatewayLogin login) throws RunFailure, InterruptedException {
    int reading = viewers - stalled;
    try (Viewers watching = Viewers.open(login, reading, stalled)) {
      long before = watching.bytes();
      long nanos = processor.getProcessCpuTime();
      Turn turn = route.run();
      told += watching.bytes() - before;
      viewersNanos += processor.getProcessCpuTime() - nanos;
      watching.requireConnected(reading);
      return turn;
    }
  }

  /** A turn of something. */
  private interface Way {
    Turn run() throws RunFailure, InterruptedException;
  }
}

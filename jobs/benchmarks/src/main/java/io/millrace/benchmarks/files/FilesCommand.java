package io.millrace.benchmarks.files;

import io.millrace.benchmarks.Report;
import io.millrace.benchmarks.parts.Rig;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.StreamOptions;
import io.millrace.benchmarks.parts.SystemCommand;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures scans through files and through the stream, in turn. */
@Command(
    name = "files",
    description = {
      "The same scan with the same counting code, in turn: through files (the producer writes raw"
          + " files, they are copied into another directory, a batch job counts them), and through"
          + " the stream. Seconds from the first sector to the counted file.",
      "The results of both have to be equal, or the command fails. A quick run has the two smallest"
          + " sizes, and takes less than two minutes."
    })
public final class FilesCommand extends SystemCommand {
  private static final List<String> SIZES = List.of("32x32", "64x64", "96x96", "128x128");
  private static final List<String> QUICK_SIZES = List.of("32x32", "64x64");
  private static final int ROUNDS = 30;
  private static final int QUICK_ROUNDS = 5;

  /** Of the rounds of the smallest size, how many a larger one has. */
  private static final int LARGER = 6;

  private static final int FEWEST = 2;

  @Mixin private StreamOptions stream;

  @Option(
      names = "--scan",
      paramLabel = "WxH",
      description =
          "Positions of a scan, without the flyback column; prepared frames are repeated. May be"
              + " repeated. Default: 32x32, 64x64, 96x96 and 128x128, the first two with --quick. A"
              + " size that the disk has no room for is left out.")
  List<String> scans;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description =
          "Turns of both ways at the smallest size; larger ones have a sixth of them, but at least"
              + " two. Default: 30; with --quick 5.")
  Integer rounds;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "For raw files, copies, results and logs, in a folder of their own that is removed in the"
              + " end; twice the raw size is needed. Default: .millrace of the checkout.")
  Path directory;

  @Option(
      names = "--evict",
      description =
          "Drop the files from the page cache before they are copied, and before they are counted;"
              + " this is not in the times. Otherwise they are read from memory if they fit, which"
              + " favours files. Needs GNU dd.")
  boolean evict;

  @Override
  public Integer call() throws IOException, RunFailure, InterruptedException {
    rig.requireLanes(stream.lanes());
    int turns = turns("--rounds", rounds, ROUNDS, QUICK_ROUNDS);
    List<Simulation> simulations = simulations();
    Report told = report.open();
    Rig opened = directory == null ? rig.open() : rig.open(directory);
    List<Contest> contests =
        measure(opened, told, measured -> contests(measured, simulations, turns, told));
    told.publish(FilesRows.of(contests), List.of(FilesRows.chart(contests)));
    return 0;
  }

  private List<Contest> contests(Rig measured, List<Simulation> all, int turns, Report told)
      throws IOException, RunFailure, InterruptedException {
    List<Simulation> simulations = fitting(all, measured.parts().run(), told);
    tellOfThePageCache(told);
    Comparison comparison =
        new Comparison(measured, rig.thresholds(), stream.lanes(), evict, told::progress);
    List<Contest> contests = new ArrayList<>();
    for (Simulation simulation : simulations) {
      // Each size has producers of its own, so both ways are warmed up each time.
      contests.add(
          comparison.contest(
              simulation,
              simulation.scansOf(warmUpSectors()),
              contests.isEmpty() ? turns : Math.min(turns, Math.max(FEWEST, turns / LARGER))));
    }
    return contests;
  }

  private void tellOfThePageCache(Report told) {
    told.note(
        evict
            ? "Files were dropped from the page cache before they were copied, and before they were"
                + " counted."
            : "Files were read from the page cache as far as they fitted, since they were just"
                + " written: that favours files (--evict drops them).");
  }

  private static List<Simulation> fitting(List<Simulation> all, Path run, Report told)
      throws IOException, RunFailure {
    Disk disk = new Disk(Files.getFileStore(run).getUsableSpace());
    List<Simulation> fitting = all.stream().filter(disk::hasRoomFor).toList();
    if (fitting.isEmpty()) {
      throw new RunFailure("nothing can be measured: " + disk.objection(all.get(0)));
    }
    all.stream()
        .filter(simulation -> !fitting.contains(simulation))
        .forEach(simulation -> told.note("Left out: " + disk.objection(simulation) + "."));
    return fitting;
  }

  /** The smallest first. */
  private List<Simulation> simulations() {
    List<String> sizes = scans != null ? scans : report.quick() ? QUICK_SIZES : SIZES;
    return rig
        .simulations(sizes, List.of(stream.electrons()), "--scan: a size is given twice")
        .stream()
        .sorted(Comparator.comparingInt(Simulation::frames))
        .toList();
  }
}

package io.millrace.benchmarks.file;

import io.millrace.benchmarks.MeasuringCommand;
import io.millrace.benchmarks.Plot;
import io.millrace.benchmarks.Report;
import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.plots.BarChart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Measures the writer of the counted file.
 *
 * <p>All cases in each round, each in a new JVM that writes the file twice before it counts.
 */
@Command(
    name = "file",
    description = {
      "Writer of the counted file on one core, from the first frame until the file is on the disk"
          + " under its name, as a share of the limit: writing as many bytes to the same disk, in"
          + " turn with the writer.",
      "A quick run has smaller scans and one round: half a minute instead of five."
    })
public final class FileCommand extends MeasuringCommand {
  private static final int WARM_UPS = 1;
  private static final int ITERATIONS = 3;
  private static final int ROUNDS = 3;
  private static final String HEAP = "1g";
  private static final String UNIT = "positions/s";

  @Spec CommandSpec spec;

  @Option(
      names = "--directory",
      paramLabel = "DIRECTORY",
      defaultValue = ".millrace",
      description =
          "Where to write, up to 2 GB at a time, in a folder that is removed at the end."
              + " Default: ${DEFAULT-VALUE}")
  Path directory;

  @Override
  public Integer call() throws IOException {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new ParameterException(
          spec.commandLine(), "--directory: %s is a file; name a directory".formatted(directory));
    }
    Report told = report.open();
    Map<FileCase, FileTurns> turns = new LinkedHashMap<>();
    FileCase.all(report.quick()).forEach(c -> turns.put(c, new FileTurns(c)));
    for (int round = 1; round <= (report.quick() ? 1 : ROUNDS); round++) {
      for (FileTurns of : turns.values()) {
        run(of);
        told.progress(
            String.format(
                Locale.ROOT,
                "round %d: %s: %,.0f positions/s, %.3f of the limit",
                round,
                of.fileCase(),
                of.positionsPerSecond(),
                of.ratio()));
      }
    }
    List<Row> rows = rows(turns.values());
    told.publish(rows, List.of(plot(rows)));
    return 0;
  }

  private void run(FileTurns turns) throws IOException {
    FileCase c = turns.fileCase();
    Options jmh =
        new OptionsBuilder()
            .include(FileBenchmark.class.getName() + "\\.")
            .param("directory", directory.toAbsolutePath().toString())
            .param("layout", c.layout().name())
            .param("events", Integer.toString(c.events()))
            .param("side", Integer.toString(c.side()))
            .forks(1)
            .jvmArgs("-Xms" + HEAP, "-Xmx" + HEAP, "-XX:+UseParallelGC", "-Xlog:jfr*=off")
            .warmupIterations(WARM_UPS)
            .measurementIterations(ITERATIONS)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    try {
      for (IterationResult turn :
          new Runner(jmh)
              .runSingle()
              .getBenchmarkResults()
              .iterator()
              .next()
              .getIterationResults()) {
        turns.add(
            score(turn, "bytes"),
            score(turn, "plainNanos"),
            score(turn, "countedNanos"),
            score(turn, "countedWaitNanos"));
      }
    } catch (RunnerException e) {
      throw new IOException("JMH cannot run the benchmark: " + e.getMessage(), e);
    }
  }

  private static double score(IterationResult turn, String field) {
    return turn.getSecondaryResults().get(field).getScore();
  }

  /** For each case the limit, the writer, its events, and how long it waits for the disk. */
  static List<Row> rows(Iterable<FileTurns> all) {
    List<Row> rows = new ArrayList<>();
    for (FileTurns turns : all) {
      String name = turns.fileCase().toString();
      rows.add(
          Row.of(name + ": limit, as many bytes", turns.limitBytesPerSecond() / 1e6, "MB/s")
              .ratio(1));
      Row row =
          Row.of(name, turns.positionsPerSecond(), UNIT)
              .ratio(turns.ratio())
              .spread(turns.ratioSpread());
      rows.add(turns.fileCase().hasTarget() ? row.valueAtLeast(FileCase.TARGET) : row);
      rows.add(
          Row.of(
              name + ": events",
              turns.positionsPerSecond() * turns.fileCase().events() / 1e6,
              "million/s"));
      rows.add(
          Row.of(
                  name + ": without waiting for the disk",
                  turns.positionsPerSecondWithoutWaiting(),
                  UNIT)
              .spread(turns.spreadWithoutWaiting()));
      rows.add(Row.of(name + ": share of the time that is fsync", 100 * turns.waitShare(), "%"));
    }
    return rows;
  }

  private static Plot plot(List<Row> rows) {
    BarChart chart =
        new BarChart(
            "file",
            "Writer of the counted file on one core",
            "positions per second; the camera makes 87,000");
    rows.stream().filter(row -> row.unit().equals(UNIT)).forEach(chart::value);
    return chart;
  }
}

package io.millrace.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a command has measured, told everywhere at once: the terminal, docs/BENCHMARKS.md, the plots
 * in docs/benchmarks, the rows as JSON, and what has moved since the baseline.
 *
 * <p>A quick run is printed and compared. Into the page it goes only as long as no full run stands
 * there, and says that it is quick.
 */
public final class Report {
  private static final String QUICK =
      "**A quick run**: fewer cases and rounds than the results need; a full run replaces it.\n";

  /**
   * Of which measurements, where and when.
   *
   * @param command name of the command, also of its section and its baseline
   * @param commandLine to type to measure the same again
   * @param root of the repository
   * @param commit that was measured
   */
  record Setting(String command, String commandLine, Path root, String commit, Machine machine) {
    Path page() {
      return root.resolve("docs").resolve("BENCHMARKS.md");
    }

    Path folder() {
      return root.resolve("docs").resolve("benchmarks");
    }
  }

  private final Setting setting;
  private final ReportOptions options;
  private final PrintWriter out;
  private final PrintWriter err;
  private final BenchmarksPage page;
  private final Path baselineFile;
  private final Baseline baseline;
  private final List<String> notes = new ArrayList<>();

  Report(Setting setting, ReportOptions options, PrintWriter out, PrintWriter err)
      throws IOException {
    this.setting = setting;
    this.options = options;
    this.out = out;
    this.err = err;
    page = new BenchmarksPage(setting.page());
    page.section(setting.command());
    Files.createDirectories(setting.folder());
    if (options.json != null) {
      Files.createDirectories(options.json.toAbsolutePath().getParent());
    }
    baselineFile =
        options.baseline != null
            ? options.baseline
            : setting.folder().resolve(setting.command() + ".json");
    baseline = Files.exists(baselineFile) ? Baseline.read(baselineFile) : null;
    if (baseline == null && options.baseline != null && !options.saveBaseline) {
      throw new IOException(
          "there is no baseline %s; --save-baseline makes one".formatted(baselineFile));
    }
  }

  /** Tells something that the rows do not, in a sentence of its own: now, and above the table. */
  public void note(String sentence) {
    notes.add(sentence);
    err.println(sentence);
    err.flush();
  }

  /** Tells how far the measurement is. */
  public void progress(String line) {
    err.println(line);
    err.flush();
  }

  /**
   * Tells the results.
   *
   * @param plots that docs/BENCHMARKS.md shows below the table
   */
  public void publish(List<Row> rows, List<Plot> plots) throws IOException {
    check(rows);
    Results results = new Results(rows);
    String told = told() + "\n" + results.table();
    out.println(told);
    tellWhatMoved(rows);
    out.flush();

    if (!options.quick || !hasFullRun()) {
      page.renew(setting.command(), told + draw(plots));
    } else {
      progress("%s keeps the results of its last full run.".formatted(setting.page()));
    }
    if (options.json != null) {
      results.writeJson(options.json);
    }
    if (options.saveBaseline) {
      Baseline.of(
              rows,
              setting.machine(),
              LocalDate.now().toString(),
              setting.commit(),
              setting.commandLine())
          .write(baselineFile);
      progress("This is the baseline from now on: %s".formatted(baselineFile));
    }
  }

  private static void check(List<Row> rows) {
    Set<String> names = new HashSet<>();
    for (Row row : rows) {
      if (!names.add(row.name())) {
        throw new IllegalArgumentException("two rows have the name " + row.name());
      }
    }
  }

  /** How, when and where, and what is not in the table. */
  private String told() {
    StringBuilder told = new StringBuilder();
    told.append(
        "`%s` on %s, commit %s.\n%s.\n"
            .formatted(
                setting.commandLine(), LocalDate.now(), setting.commit(), setting.machine()));
    if (options.quick) {
      told.append('\n').append(QUICK);
    }
    notes.forEach(note -> told.append(note).append('\n'));
    return told.toString();
  }

  private void tellWhatMoved(List<Row> rows) {
    if (baseline == null) {
      out.printf("No baseline to compare with: there is no %s.%n", baselineFile);
      return;
    }
    out.printf(
        "Compared with the baseline of %s, commit %s:%n", baseline.date(), baseline.commit());
    baseline
        .compare(rows, setting.machine(), setting.commandLine())
        .forEach(line -> out.println("  " + line));
  }

  private boolean hasFullRun() throws IOException {
    String section = page.section(setting.command());
    return !section.isBlank() && !section.contains(QUICK);
  }

  /** Writes the plots. Returns what shows them on the page. */
  private String draw(List<Plot> plots) throws IOException {
    StringBuilder shown = new StringBuilder();
    for (Plot plot : plots) {
      Path file = setting.folder().resolve(plot.name() + ".svg");
      Files.writeString(file, plot.svg());
      shown.append(
          "\n![%s](%s/%s)\n".formatted(plot.title(), "benchmarks", file.getFileName().toString()));
    }
    return shown.toString();
  }
}

package io.millrace.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Measures the counting kernels and the calibration, and tells it as a table, as JSON, and in
 * docs/BENCHMARKS.md.
 *
 * <p>The cases with a target are measured in several rounds, minutes apart, each time in a new JVM:
 * the compiler does not always make the same of the same code.
 */
@Command(
    name = "kernel",
    description = {
      "Counting kernels and calibration on one core, as a share of the limit: the plain sum of the"
          + " same bytes, in turn with the kernel.",
      "The table is printed and renews docs/BENCHMARKS.md."
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:measured, whether the targets are met or not",
      "1:it could not be measured; the message says why",
      "2:an option is unknown"
    })
final class KernelCommand implements Callable<Integer> {
  private static final String SECTION = "kernel";
  private static final int FRAMES = 400;
  private static final int WARM_UPS = 15;
  private static final int ITERATIONS = 15;
  private static final TimeValue ITERATION_TIME = TimeValue.milliseconds(100);
  private static final int ROUNDS = 3;
  private static final double CALIBRATION_TARGET_MILLIS = 100;

  @Spec CommandSpec spec;

  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  boolean help;

  @Option(
      names = "--quick",
      description = "Only the cases that have a target, once: one minute instead of ten.")
  boolean quick;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the rows {name, value, unit, ratio, target, met} to this file as well.")
  Path json;

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    BenchmarksPage page =
        new BenchmarksPage(
            Path.of(System.getProperty("millrace.root", "."), "docs", "BENCHMARKS.md"));
    page.check(SECTION);
    if (json != null) {
      Files.createDirectories(json.toAbsolutePath().getParent());
    }

    List<String> leftOut =
        Arrays.stream(Kernel.values())
            .filter(kernel -> kernel.objection() != null)
            .map(kernel -> "Left out: the %s kernel; %s.".formatted(kernel, kernel.objection()))
            .toList();
    leftOut.forEach(err::println);

    Map<Case, Samples> samples = new LinkedHashMap<>();
    Case.all().stream()
        .filter(c -> c.kernel().objection() == null && (!quick || c.isKey()))
        .forEach(c -> samples.put(c, new Samples()));
    Fork fork = new Fork(FRAMES, WARM_UPS, ITERATIONS, ITERATION_TIME);
    for (int round = 1; round <= (quick ? 1 : ROUNDS); round++) {
      for (Map.Entry<Case, Samples> entry : samples.entrySet()) {
        Case c = entry.getKey();
        if (round == 1 || c.isKey()) {
          entry.getValue().add(fork.count(c));
          err.printf(
              Locale.ROOT,
              "round %d: %s: %,.0f frames/s, %.3f of the limit%n",
              round,
              c,
              entry.getValue().framesPerSecond(),
              entry.getValue().ratio());
        }
      }
    }
    Results results = new Results(rows(samples, Samples.median(fork.calibrate())));

    String told = told(leftOut) + "\n" + results.table();
    spec.commandLine().getOut().println(told);
    spec.commandLine().getOut().flush();
    page.renew(SECTION, told);
    if (json != null) {
      results.writeJson(json);
    }
    return 0;
  }

  /** How, when and where, and what is not in the table. */
  private String told(List<String> leftOut) {
    String how =
        """
        `scripts/bench kernel%s` on %s, commit %s.
        %s.
        """
            .formatted(
                quick ? " --quick" : "",
                LocalDate.now(),
                System.getProperty("millrace.commit", "unknown"),
                Machine.here());
    return how + leftOut.stream().map(line -> line + "\n").collect(Collectors.joining());
  }

  /** The limit, the kernels, what centroids cost, and the calibration. */
  static List<Row> rows(Map<Case, Samples> samples, double calibrationMillis) {
    List<Row> rows = new ArrayList<>();
    double limit =
        Samples.median(samples.values().stream().mapToDouble(Samples::limitPerSecond).toArray());
    rows.add(Row.speed("limit: sum of the bytes", limit, 1, null));
    samples.forEach(
        (c, s) -> rows.add(Row.speed(c.toString(), s.framesPerSecond(), s.ratio(), c.target())));
    samples.forEach(
        (c, s) -> {
          if (c.centroids() && c.electrons() == Case.USUAL) {
            Samples without = samples.get(c.withoutCentroids());
            rows.add(
                Row.speed(
                    c + ", of the same without",
                    s.framesPerSecond(),
                    s.ratio() / without.ratio(),
                    Case.CENTROIDS_TARGET));
          }
        });
    rows.add(
        Row.time(
            "calibration from %d frames".formatted(CalibrationBenchmark.SAMPLE_FRAMES),
            calibrationMillis,
            CALIBRATION_TARGET_MILLIS));
    return rows;
  }
}

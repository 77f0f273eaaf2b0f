package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * The options that every measuring command has, as a mixin:
 *
 * <pre>{@code
 * @Mixin ReportOptions options;
 *
 * public Integer call() throws IOException {
 *   Report report = options.open(); // fails now, and not after minutes, if it cannot be written
 *   List<Row> rows = measure(options.quick());
 *   report.publish(rows, List.of());
 *   return 0;
 * }
 * }</pre>
 */
public final class ReportOptions {
  /** Where the results go is no part of how they were measured. */
  private static final Set<String> ABOUT_THE_REPORT =
      Set.of("--json", "--baseline", "--save-baseline");

  @Spec(Spec.Target.MIXEE)
  CommandSpec command;

  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  boolean help;

  @Option(
      names = "--quick",
      description = {
        "Less of everything: a look in a few minutes at most, with more noise.",
        "Never replaces the results of a full run: it is printed, and written to"
            + " docs/BENCHMARKS.md only as long as no full run stands there, marked as quick."
      })
  boolean quick;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the rows {name, value, unit, ratio, target, met} to this file as well.")
  Path json;

  @Option(
      names = "--baseline",
      paramLabel = "FILE",
      description = {
        "Earlier results to compare with; what moved by more than the noise of both is told.",
        "Default: docs/benchmarks/COMMAND.json"
      })
  Path baseline;

  @Option(
      names = "--save-baseline",
      description =
          "Store these results as the baseline. A quick run cannot be one, unless --baseline names"
              + " a file of its own.")
  boolean saveBaseline;

  /** Whether to do less of everything. */
  public boolean quick() {
    return quick;
  }

  /**
   * Opens the command's report. To be called before anything is measured.
   *
   * @throws ParameterException if an option has an impossible value
   * @throws IOException if its files cannot be written
   */
  public Report open() throws IOException {
    requireFile("--json", json);
    requireFile("--baseline", baseline);
    if (saveBaseline && quick && baseline == null) {
      throw new ParameterException(
          command.commandLine(),
          "a quick run has too much noise for a baseline; leave --quick out, or name another file"
              + " with --baseline");
    }
    return new Report(
        new Report.Setting(
            command.name(),
            commandLine(command.commandLine().getParseResult()),
            Path.of(System.getProperty("millrace.root", ".")),
            System.getProperty("millrace.commit", "unknown"),
            Machine.here()),
        this,
        command.commandLine().getOut(),
        command.commandLine().getErr());
  }

  private void requireFile(String option, Path file) {
    if (file != null && Files.isDirectory(file)) {
      throw new ParameterException(
          command.commandLine(), "%s: %s is a directory; name a file".formatted(option, file));
    }
  }

  /** What to type to measure the same again. */
  private String commandLine(ParseResult arguments) {
    return "scripts/bench "
        + command.name()
        // An option that is repeated is listed as often, each time with all its values.
        + arguments.matchedOptions().stream()
            .distinct()
            .filter(option -> !ABOUT_THE_REPORT.contains(option.longestName()))
            .map(ReportOptions::typed)
            .collect(Collectors.joining())
        + arguments.matchedPositionals().stream()
            .flatMap(positional -> positional.stringValues().stream())
            .map(value -> " " + value)
            .collect(Collectors.joining());
  }

  private static String typed(OptionSpec option) {
    String name = " " + option.longestName();
    return option.arity().max() == 0
        ? name
        : option.originalStringValues().stream()
            .map(value -> name + " " + value)
            .collect(Collectors.joining());
  }
}

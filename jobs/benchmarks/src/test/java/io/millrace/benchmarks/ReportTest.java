package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

class ReportTest {
  private static final Row ROW = Row.of("speed", 2, "GB/s").ratio(0.8).spread(0.01).atLeast(0.75);
  private static final String MARKS =
      "<!-- results of scripts/bench mill -->\n<!-- end of the results of scripts/bench mill -->\n";

  @TempDir Path root;
  private Path page;
  private String before;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Row row = ROW;

  @BeforeEach
  void layOutTheRepository() throws IOException {
    page = root.resolve("docs").resolve("BENCHMARKS.md");
    Files.createDirectories(page.getParent());
    Files.writeString(page, "# Benchmarks\n" + MARKS);
    before = System.setProperty("millrace.root", root.toString());
  }

  @AfterEach
  void restoreTheProperty() {
    if (before == null) {
      System.clearProperty("millrace.root");
    } else {
      System.setProperty("millrace.root", before);
    }
  }

  /** A command like those of scripts/bench. */
  @Command(name = "mill")
  final class Mill implements Callable<Integer> {
    @Mixin ReportOptions options;

    @Option(names = "--wheels")
    int wheels = 1;

    @Override
    public Integer call() throws IOException {
      Report report = options.open();
      report.note("The river is low.");
      report.publish(List.of(row), List.of(new Dot()));
      return 0;
    }
  }

  private record Dot() implements Plot {
    @Override
    public String name() {
      return "mill";
    }

    @Override
    public String title() {
      return "A dot";
    }

    @Override
    public String svg() {
      return "<svg/>";
    }
  }

  private void run(String... options) {
    assertThat(status(options)).as("%s", err).isZero();
  }

  private int status(String... options) {
    return new CommandLine(new Mill())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (e, command, arguments) -> {
              throw e;
            })
        .execute(options);
  }

  @Test
  void fullRunRenewsThePageAndThePlot() throws IOException {
    run("--wheels", "3", "--json", root.resolve("new/rows.json").toString());
    assertThat(page)
        .content()
        .startsWith("# Benchmarks\n<!-- results")
        .contains("`scripts/bench mill --wheels 3` on 2")
        .contains("\nThe river is low.\n")
        .containsPattern("speed +\\| +2.000 \\| GB/s +\\| +0.800 \\| >= 0.75 \\| yes")
        .contains("\n![A dot](benchmarks/mill.svg)\n<!-- end of")
        .doesNotContain("quick");
    assertThat(root.resolve("docs/benchmarks/mill.svg")).hasContent("<svg/>");
    assertThat(root.resolve("new/rows.json")).content().contains("\"met\" : true");
    assertThat(out.toString()).contains("No baseline to compare with");
  }

  @Test
  void quickRunSaysSo() {
    run("--quick");
    assertThat(page).content().contains("mill --quick` on 2").contains("**A quick run**");
    row = ROW.ratio(0.7);
    run("--quick");
    assertThat(page).content().contains("0.700").doesNotContain("0.800");
  }

  @Test
  void quickRunDoesNotReplaceAFullOne() throws IOException {
    run();
    String full = Files.readString(page);
    row = ROW.ratio(0.7);
    run("--quick");
    assertThat(page).hasContent(full);
    assertThat(out.toString()).contains("0.700");
    assertThat(err.toString()).contains("keeps the results of its last full run");
  }

  @Test
  void fullRunReplacesAQuickOne() {
    run("--quick");
    run();
    assertThat(page).content().doesNotContain("quick");
  }

  @Test
  void whatMovedSinceTheBaselineIsTold() {
    run("--save-baseline");
    row = ROW.ratio(0.7);
    run();
    assertThat(out.toString())
        .contains("speed: ratio 0.7000, was 0.8000: -12.5 %, noise 2.0 %")
        .contains("1 of 1 rows moved");
  }

  @Test
  void quickRunIsNoBaseline() {
    assertThat(status("--quick", "--save-baseline")).isEqualTo(2);
    assertThat(err.toString()).contains("a quick run has too much noise for a baseline");
    assertThat(root.resolve("docs/benchmarks/mill.json")).doesNotExist();
  }

  @Test
  void directoryIsNoFileForResults() throws IOException {
    String before = Files.readString(page);
    for (String option : List.of("--json", "--baseline")) {
      assertThat(status(option, root.toString())).isEqualTo(2);
      assertThat(err.toString())
          .contains("%s: %s is a directory; name a file".formatted(option, root));
    }
    assertThat(page).as("nothing was measured").hasContent(before);
  }

  @Test
  void missingBaselineIsAnErrorIfItWasNamed() {
    assertThatThrownBy(() -> run("--baseline", root.resolve("none.json").toString()))
        .hasMessageContaining("there is no baseline")
        .hasMessageContaining("none.json");
  }

  @Test
  void twoRowsOfOneNameAreAMistake() throws IOException {
    String full = Files.readString(page);
    CommandLine line = new CommandLine(new Mill());
    line.parseArgs();
    Mill mill = line.getCommand();
    Report report = mill.options.open();
    assertThatThrownBy(() -> report.publish(List.of(ROW, ROW), List.of()))
        .hasMessage("two rows have the name speed");
    assertThat(page).hasContent(full);
  }
}

package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
  private static final Case PLAIN = new Case(Kernel.DEFAULT, 500, Correction.NONE, false);
  private static final Case CENTROIDS = new Case(Kernel.DEFAULT, 500, Correction.NONE, true);

  /**
   * Ratios are taken in each iteration, so that one in which the machine was slow changes nothing.
   */
  @Test
  void ratioIsTheMedianOfTheIterations() {
    Samples samples = new Samples();
    samples.add(
        List.of(
            new Samples.Sample(10, 1e9, 2e9),
            new Samples.Sample(10, 4e9, 8e9),
            new Samples.Sample(10, 1e9, 10e9)));
    assertThat(samples.ratio()).isEqualTo(0.5);
    assertThat(samples.framesPerSecond()).isEqualTo(1.25);
    assertThat(samples.limitPerSecond()).isEqualTo(10);
  }

  @Test
  void medianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    assertThat(Samples.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
  }

  @Test
  void rowsTellRatiosAndWhetherTargetsAreMet() {
    List<Row> rows = KernelCommand.rows(measured(0.5, 0.3), 120);
    assertThat(rows)
        .containsExactly(
            new Row("limit: sum of the bytes", 1000, "frames/s", 1.0, null, null),
            new Row("default, 500 electrons", 500, "frames/s", 0.5, 0.4, true),
            new Row("default, 500 electrons, centroids", 300, "frames/s", 0.3, null, null),
            new Row(
                "default, 500 electrons, centroids, of the same without",
                300,
                "frames/s",
                0.6,
                0.8,
                false),
            new Row("calibration from 20 frames", 120, "ms", null, 100.0, false));
  }

  private static Map<Case, Samples> measured(double plain, double centroids) {
    Map<Case, Samples> samples = new LinkedHashMap<>();
    samples.put(PLAIN, new Samples());
    samples.put(CENTROIDS, new Samples());
    samples.get(PLAIN).add(List.of(new Samples.Sample(1000, 1e9, 1e9 / plain)));
    samples.get(CENTROIDS).add(List.of(new Samples.Sample(1000, 1e9, 1e9 / centroids)));
    return samples;
  }

  /** Those of the issue, as ratios on one core. */
  @Test
  void targets() {
    Map<String, Double> targets = new LinkedHashMap<>();
    for (int electrons : new int[] {50, 500, 3000}) {
      for (Correction correction : Correction.values()) {
        for (Kernel kernel : Kernel.values()) {
          Case c = new Case(kernel, electrons, correction, false);
          if (c.target() != null) {
            targets.put(c.toString(), c.target());
          }
        }
      }
    }
    assertThat(targets)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "default, 500 electrons", 0.4,
                "vector, 500 electrons", 0.5,
                "default, 500 electrons, dark", 0.25,
                "default, 500 electrons, gain", 0.18,
                "default, 500 electrons, row dark mean", 0.12,
                "default, 3000 electrons", 0.17));
  }

  @Test
  void tableIsMarkdown() {
    String table = new Results(KernelCommand.rows(measured(0.5, 0.45), 42.25)).table();
    assertThat(table.lines().map(String::length).distinct()).hasSize(1);
    assertThat(table.replaceAll(" +", " ").replaceAll("-+", "-"))
        .isEqualTo(
            """
            | name | value | unit | ratio | target | met |
            |-|-:|-|-:|-:|-|
            | limit: sum of the bytes | 1,000 | frames/s | 1.000 | | |
            | default, 500 electrons | 500.0 | frames/s | 0.500 | 0.40 | yes |
            | default, 500 electrons, centroids | 450.0 | frames/s | 0.450 | | |
            | default, 500 electrons, centroids, of the same without | 450.0 | frames/s | 0.900 | 0.80 | yes |
            | calibration from 20 frames | 42.3 | ms | | < 100 | yes |
            """);
  }

  @Test
  void jsonHasAllRows(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("kernel.json");
    new Results(List.of(Row.speed("a", 3, 0.5, null), Row.time("b", 1.5, 2))).writeJson(file);
    ObjectMapper json = new ObjectMapper();
    assertThat(json.readTree(file.toFile()))
        .isEqualTo(
            json.readTree(
                """
                [{"name": "a", "value": 3.0, "unit": "frames/s", "ratio": 0.5, "target": null, "met": null},
                 {"name": "b", "value": 1.5, "unit": "ms", "ratio": null, "target": 2.0, "met": true}]
                """));
  }

  @Test
  void pageKeepsWhatPeopleWrote(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("BENCHMARKS.md");
    String page =
        """
        Before.
        <!-- results of scripts/bench kernel -->
        %s<!-- end of the results of scripts/bench kernel -->
        After.
        """;
    Files.writeString(file, page.formatted("old\n"));
    new BenchmarksPage(file).renew("kernel", "new\n");
    assertThat(file).hasContent(page.formatted("new\n"));
  }

  @Test
  void pageWithoutAPlaceIsAnError(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("BENCHMARKS.md");
    Files.writeString(file, "<!-- results of scripts/bench kernel -->\n");
    assertThatThrownBy(() -> new BenchmarksPage(file).check("kernel"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no place for the results");
  }
}

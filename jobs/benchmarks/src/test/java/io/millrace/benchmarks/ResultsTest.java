package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
  @Test
  void tableIsMarkdown() {
    String table =
        new Results(
                List.of(
                    Row.of("limit", 12345.6, "frames/s").ratio(1),
                    Row.of("kernel", 500, "frames/s").ratio(0.4996).atLeast(0.5),
                    Row.of("calibration", 42.25, "ms").valueAtMost(100),
                    Row.of("writer", 250_000, "positions/s").ratio(0.25).valueAtLeast(200_000),
                    Row.of("CPU", 0.5236, "CPU-s/GB").ratio(1.25).atMost(1.6)))
            .table();
    assertThat(table.lines().map(String::length).distinct()).hasSize(1);
    assertThat(table.replaceAll(" +", " ").replaceAll("-+", "-"))
        .isEqualTo(
            """
            | name | value | unit | ratio | target | met |
            |-|-:|-|-:|-:|-|
            | limit | 12,346 | frames/s | 1.000 | | |
            | kernel | 500.0 | frames/s | 0.500 | >= 0.5 | NO |
            | calibration | 42.25 | ms | | <= 100 ms | yes |
            | writer | 250,000 | positions/s | 0.250 | >= 200,000 positions/s | yes |
            | CPU | 0.524 | CPU-s/GB | 1.250 | <= 1.6 | yes |
            """);
  }

  @Test
  void jsonHasTheSixFieldsOfAllRows(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("kernel.json");
    new Results(
            List.of(
                Row.of("a", 3, "frames/s").ratio(0.5).spread(0.1),
                Row.of("b", 1.5, "ms").atMost(2)))
        .writeJson(file);
    ObjectMapper json = new ObjectMapper();
    assertThat(json.readTree(file.toFile()))
        .isEqualTo(
            json.readTree(
                """
                [{"name": "a", "value": 3.0, "unit": "frames/s", "ratio": 0.5, "target": null, "met": null},
                 {"name": "b", "value": 1.5, "unit": "ms", "ratio": null, "target": 2.0, "met": true}]
                """));
  }
}

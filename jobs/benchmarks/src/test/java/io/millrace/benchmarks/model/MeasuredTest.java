package io.millrace.benchmarks.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasuredTest {
  private static final String ROW =
      "{\"name\": \"%s\", \"value\": %s, \"unit\": \"CPU-s/GB\", \"ratio\": null}";

  @TempDir Path folder;

  private Path stored(String... rows) throws IOException {
    return Files.writeString(
        folder.resolve("pipeline.json"),
        """
        {"date": "2026-01-31", "commit": "abc1234", "machine": {"processor": "a processor"},
         "rows": [%s]}
        """
            .formatted(String.join(",", rows)));
  }

  @Test
  void theWholePipelineCountsAtItsLargestScanAndTheUsualElectrons() throws IOException {
    Path file =
        stored(
            ROW.formatted("128x128, 50 electrons: (c) CPU of the TaskManager", 0.4),
            ROW.formatted("128x128, 1500 electrons: (c) CPU of the TaskManager", 0.9),
            ROW.formatted("64x64, 500 electrons: (c) CPU of the TaskManager", 0.7),
            ROW.formatted("128x128, 500 electrons: (a) CPU of the producer", 0.1),
            ROW.formatted("128x128, 500 electrons: (c) CPU of the producer", 0.2),
            ROW.formatted("128x128, 500 electrons: (c) CPU of the aggregator relative to (b)", 0.3),
            ROW.formatted("128x128, 500 electrons: (c) CPU of the TaskManager", 0.5),
            ROW.formatted("32x32, 500 electrons: (c) CPU of the TaskManager", 0.8));
    assertThat(Measured.read(file))
        .isEqualTo(
            new Measured(
                0.2,
                0.3,
                0.5,
                "measured by scripts/bench pipeline on 2026-01-31, commit abc1234, a processor"));
  }

  @Test
  void withoutResultsTheTargetIsAssumed() throws IOException {
    Measured measured = Measured.read(folder.resolve("none.json"));
    assertThat(measured.taskManager()).isEqualTo(0.55);
    assertThat(measured.source()).startsWith("assumed");
  }

  @Test
  void resultsWithoutTheRowsAreAnError() throws IOException {
    Path file = stored(ROW.formatted("64x64, 500 electrons: (c) CPU of the producer", 0.2));
    assertThatThrownBy(() -> Measured.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("CPU of the aggregator");
  }
}

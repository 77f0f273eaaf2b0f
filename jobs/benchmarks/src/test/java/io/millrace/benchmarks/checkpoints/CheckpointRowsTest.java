package io.millrace.benchmarks.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.Turn;
import io.millrace.parts.Checkpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CheckpointRowsTest {
  private static final Simulation SCAN = Simulation.of("64x64", 500);
  private static final Instant BEGAN = Instant.parse("2026-11-25T10:00:00Z");

  private static Checkpoint checkpoint(int second, long millis, long bytes) {
    return new Checkpoint(BEGAN.plusSeconds(second), Duration.ofMillis(millis), bytes);
  }

  private static final CheckpointRows ROWS =
      new CheckpointRows(
          new Turn(SCAN, 4, 1, Map.of()),
          BEGAN,
          List.of(
              checkpoint(1, 40, 1_000_000),
              checkpoint(2, 30, 2_000_000),
              checkpoint(3, 130, 6_000_000)));

  private static Row row(String name) {
    Map<String, Row> rows =
        ROWS.all().stream().collect(Collectors.toMap(Row::name, Function.identity()));
    return rows.get("64x64, 500 electrons: " + name);
  }

  @Test
  void theMiddleAndTheWorstAreTold() {
    assertThat(row("checkpoints").value()).isEqualTo(3);
    assertThat(row("size of a checkpoint, median").value()).isEqualTo(2);
    assertThat(row("size of a checkpoint, largest").value()).isEqualTo(6);
    assertThat(row("duration of a checkpoint, median").value()).isEqualTo(40);
    assertThat(row("duration of a checkpoint, longest").value()).isEqualTo(130);
  }

  @Test
  void allTogetherAreAShareOfTheScan() {
    assertThat(row("size of all, of the scan's pixels").ratio())
        .isCloseTo(0.009 / SCAN.gigabytes(), within(1e-9));
    assertThat(row("duration of all, of the scan's time").value()).isCloseTo(0.2, within(1e-9));
    assertThat(row("duration of all, of the scan's time").ratio()).isCloseTo(0.05, within(1e-9));
    assertThat(row("scan with its checkpoints").value())
        .isCloseTo(SCAN.gigabytes() / 4, within(1e-9));
  }

  @Test
  void theChartShowsThemOverTheScan() {
    assertThat(ROWS.chart().name()).isEqualTo("checkpoints");
    assertThat(ROWS.chart().svg()).contains("64x64, 500 electrons", "seconds since the scan began");
  }
}

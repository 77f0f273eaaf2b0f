package io.millrace.benchmarks.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.parts.Jvm;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.Turn;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ScalingRowsTest {
  private static final Simulation SCAN = Simulation.of("64x64", 500);

  private static Series series(double cpuPerSecond, double... seconds) {
    return new Series(
        "any",
        DoubleStream.of(seconds)
            .mapToObj(
                s ->
                    new Turn(
                        SCAN, s, 0, Map.of(Jvm.TASK_MANAGER, cpuPerSecond * s, Jvm.AGGREGATOR, s)))
            .toList(),
        Map.of());
  }

  @Test
  void everySizeIsComparedWithTheTurnsOfOneLaneBesideIt() {
    Map<String, Row> rows =
        ScalingRows.of(
                List.of(
                    new ScalingRows.Pair(Size.MANY_LANES, series(1, 2, 2), series(1.5, 1, 1)),
                    new ScalingRows.Pair(new Size(4, 2), series(1, 10, 10), series(1.2, 10, 10))))
            .stream()
            .collect(Collectors.toMap(Row::name, Function.identity()));
    assertThat(rows.get("1 lane, 1 TaskManager").value())
        .isCloseTo((SCAN.gigabytes() / 2 + SCAN.gigabytes() / 10) / 2, within(1e-9));
    assertThat(rows.get("8 lanes, 1 TaskManager").ratio()).isCloseTo(2, within(1e-9));
    assertThat(rows.get("4 lanes, 2 TaskManagers").ratio()).isCloseTo(1, within(1e-9));
    Row cpu = rows.get("8 lanes, 1 TaskManager: TaskManager CPU per GB");
    assertThat(cpu.ratio()).isCloseTo(0.75, within(1e-9));
    assertThat(cpu.value()).isCloseTo(1.5 / SCAN.gigabytes(), within(1e-9));
    assertThat(cpu.met()).isTrue();
    assertThat(rows.get("4 lanes, 2 TaskManagers: TaskManager CPU per GB").ratio())
        .isCloseTo(1.2, within(1e-9));
    assertThat(rows.values()).filteredOn(row -> row.met() != null).hasSize(1);
  }
}

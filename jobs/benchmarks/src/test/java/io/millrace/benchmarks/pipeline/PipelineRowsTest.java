package io.millrace.benchmarks.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.parts.Jvm;
import io.millrace.benchmarks.parts.Memory;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.Turn;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PipelineRowsTest {
  private static final Memory MEMORY = new Memory(30_000_000, 2, 0.006, 900_000_000);

  /** Turns that take so long, a fifth of it behind the last sector, and CPU time as told. */
  private static Series series(
      Simulation simulation, double cpuPerGigabyte, List<String> roles, double... seconds) {
    Map<String, Double> cpu =
        roles.stream()
            .collect(
                Collectors.toMap(
                    Function.identity(), role -> cpuPerGigabyte * simulation.gigabytes()));
    return new Series(
        "any",
        DoubleStream.of(seconds).mapToObj(s -> new Turn(simulation, s, s / 5, cpu)).toList(),
        roles.stream().collect(Collectors.toMap(Function.identity(), role -> MEMORY)));
  }

  private static Map<String, Row> rows(int electrons) {
    Simulation scan = Simulation.of("64x64", electrons);
    return new PipelineRows(
            scan,
            series(scan, 0.4, List.of(Jvm.PRODUCER, Jvm.RECEIVER), 1, 2, 1),
            series(scan, 0.5, List.of(Jvm.PRODUCER, Jvm.AGGREGATOR, Jvm.RECEIVER), 2, 4, 2),
            series(
                scan,
                0.6,
                List.of(Jvm.PRODUCER, Jvm.AGGREGATOR, Jvm.JOB_MANAGER, Jvm.TASK_MANAGER),
                2.5,
                5,
                20),
            series(
                scan,
                0.75,
                List.of(
                    Jvm.PRODUCER, Jvm.AGGREGATOR, Jvm.ZOOKEEPER, Jvm.JOB_MANAGER, Jvm.TASK_MANAGER),
                2.75,
                6.25,
                20))
        .all().stream()
            .collect(
                Collectors.toMap(
                    row -> row.name().substring((scan + ": ").length()), Function.identity()));
  }

  private static void assertRow(Row row, double value, double ratio) {
    assertThat(row.value()).as(row.name()).isCloseTo(value, within(1e-9));
    assertThat(row.ratio()).as(row.name()).isCloseTo(ratio, within(1e-9));
  }

  @Test
  void waysAreComparedRoundByRound() {
    Map<String, Row> rows = rows(500);
    double gigabytes = 4160 * 663_552e-9;
    assertRow(rows.get(PipelineRows.BARE), gigabytes, 1);
    assertRow(rows.get(PipelineRows.RELAYED), gigabytes / 2, 0.5);
    assertRow(rows.get(PipelineRows.WHOLE), gigabytes / 5, 0.4);
    assertRow(rows.get("(c) relative to (b)"), gigabytes / 5, 0.8);
    assertThat(rows.get("(c) frames").value()).isCloseTo(4160 / 5.0, within(1e-9));
    assertRow(rows.get(PipelineRows.ACKNOWLEDGED), gigabytes / 6.25, 0.32);
    assertRow(rows.get("(d) relative to (c)"), gigabytes / 6.25, 2.5 / 2.75);
    assertThat(rows.get("(d) frames").value()).isCloseTo(4160 / 6.25, within(1e-9));
  }

  @Test
  void theWaitForTheFileIsToldApart() {
    Map<String, Row> rows = rows(500);
    double gigabytes = 4160 * 663_552e-9;
    assertRow(
        rows.get("(d) relative to (c), until the last sector is sent"), gigabytes / 5, 2.5 / 2.75);
    assertThat(rows.get("(c) last sector sent to file in place").value())
        .isCloseTo(1, within(1e-9));
    assertThat(rows.get("(d) last sector sent to file in place").value())
        .isCloseTo(1.25, within(1e-9));
  }

  @Test
  void everyPartIsComparedWithItselfWithoutAcknowledgement() {
    Map<String, Row> rows = rows(500);
    for (String role : List.of(Jvm.PRODUCER, Jvm.AGGREGATOR, Jvm.TASK_MANAGER, Jvm.JOB_MANAGER)) {
      assertRow(rows.get("(d) CPU of the %s relative to (c)".formatted(role)), 0.75, 1.25);
    }
    assertThat(rows.get("(d) CPU of the ZooKeeper").value()).isCloseTo(0.75, within(1e-9));
    assertThat(rows).containsKey("(d) resident memory of the ZooKeeper");
  }

  @Test
  void theTaskManagerIsComparedWithBothPulls() {
    Map<String, Row> rows = rows(500);
    assertRow(rows.get("TaskManager CPU per GB relative to a bare pull"), 0.6, 1.5);
    assertRow(rows.get("TaskManager CPU per GB relative to the pull of (b)"), 0.6, 1.2);
    assertRow(rows.get("(c) CPU of the aggregator relative to (b)"), 0.6, 1.2);
  }

  @Test
  void targetsStandForTheUsualScan() {
    Map<String, Row> usual = rows(500);
    assertThat(usual.get("(c) relative to (b)").met()).isTrue();
    assertThat(usual.get("(d) relative to (c)").met()).isTrue();
    assertThat(usual.get("TaskManager CPU per GB").met()).isFalse();
    assertThat(usual.get("TaskManager CPU per GB relative to a bare pull").met()).isTrue();
    assertThat(usual.get("TaskManager CPU per GB relative to the pull of (b)").met()).isTrue();
    assertThat(Stream.of(usual, rows(3000)).flatMap(r -> r.values().stream()))
        .filteredOn(row -> row.met() != null)
        .hasSize(5);
  }

  @Test
  void memoryIsToldPerGigabyte() {
    Map<String, Row> rows = rows(500);
    double all = 3 * 4160 * 663_552e-9;
    assertThat(rows.get("(c) allocation of the TaskManager").value())
        .isCloseTo(30 / all, within(1e-9));
    assertThat(rows.get("(c) garbage collection of the TaskManager").value())
        .isCloseTo(6 / all, within(1e-9));
    assertThat(rows.get("(c) resident memory of the TaskManager").value()).isEqualTo(900);
    assertThat(rows).containsKey("(a) resident memory of the receiver");
    assertThat(rows).doesNotContainKey("(a) resident memory of the TaskManager");
  }
}

package io.millrace.benchmarks.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.parts.Jvm;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.Turn;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ViewersRowsTest {
  private static final Simulation SCAN = Simulation.of("64x64", 500);
  private static final Offset<Double> EXACT = within(1e-9);

  private static Series series(String name, double cpu, double... seconds) {
    Map<String, Double> used = Map.of(Jvm.TASK_MANAGER, cpu, Jvm.GATEWAY, 3.0);
    return new Series(
        name,
        DoubleStream.of(seconds).mapToObj(s -> new Turn(SCAN, s, 0, used)).toList(),
        Map.of());
  }

  private static ViewersRows of(long told, int reading, double... watchedSeconds) {
    return new ViewersRows(
        List.of(
            series("silent", 2, 4, 4, 5),
            series("alone", 3, 5, 5, 5),
            series("unwatched", 4, 6, 8, 10),
            series("watched", 5, watchedSeconds)),
        told,
        12,
        reading);
  }

  private static List<Row> rows(long told, int reading, double... watchedSeconds) {
    return of(told, reading, watchedSeconds).all();
  }

  @Test
  void speedsAreComparedWithinARound() {
    List<Row> rows = rows(0, 19, 6, 16, 10);
    assertThat(rows.get(0).value()).isCloseTo(SCAN.gigabytes() / 4, EXACT);
    assertThat(rows.get(1).ratio()).isCloseTo(0.8, EXACT);
    assertThat(rows.get(1).name()).isEqualTo("64x64, 500 electrons: alone, relative to silent");
    assertThat(rows.get(2).ratio()).isCloseTo(0.5, EXACT);
    // Twice the same speed, once half of it; of the medians it would be 0.8.
    assertThat(rows.get(3).ratio()).isCloseTo(1, EXACT);
  }

  @Test
  void viewersMayCostOneTwentieth() {
    assertThat(rows(0, 19, 6.3, 8.4, 10.5).get(3).met()).isTrue();
    assertThat(rows(0, 19, 6.4, 8.5, 10.6).get(3).met()).isFalse();
    assertThat(rows(0, 19, 6, 8, 10).stream().filter(row -> row.target() != null)).hasSize(1);
  }

  @Test
  void tellsWhatItCostsAndWhatViewersGet() {
    List<Row> rows = rows(480_000_000, 19, 6, 8, 10);
    assertThat(rows.get(4).ratio()).isCloseTo(1.5, EXACT);
    assertThat(rows.get(6).ratio()).isCloseTo(1.25, EXACT);
    assertThat(rows.get(6).value()).isCloseTo(5 / SCAN.gigabytes(), EXACT);
    // 3 CPU seconds in 8 s.
    assertThat(rows.get(7).value()).isCloseTo(3 / 8.0, EXACT);
    // 12 CPU seconds in 24 s.
    assertThat(rows.get(9).value()).isCloseTo(12 / 24.0, EXACT);
    assertThat(rows.get(10).value()).isCloseTo(480.0 / 24 / 19, EXACT);
    assertThat(rows(0, 0, 6, 8, 10)).hasSize(10);
  }

  @Test
  void saysHowFarTheRoundsScatter() {
    assertThat(of(0, 19, 6, 16, 8).scatter()).contains("3 rounds: 0.500 to 1.250");
  }
}

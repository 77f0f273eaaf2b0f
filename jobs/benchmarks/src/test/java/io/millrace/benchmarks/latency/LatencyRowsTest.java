package io.millrace.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.Turn;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LatencyRowsTest {
  private static List<Row> rows(String size, int electrons) {
    Simulation simulation = Simulation.of(size, electrons);
    return LatencyRows.of(
        new Series(
            "any",
            IntStream.rangeClosed(0, 100)
                .mapToObj(i -> new Turn(simulation, 50, i / 80.0, Map.of()))
                .toList(),
            Map.of()));
  }

  @Test
  void tellsOfTheTimeBehindTheLastSector() {
    List<Row> rows = rows("128x128", 500);
    assertThat(rows).extracting(Row::value).satisfies(v -> assertThat(v).hasSize(3));
    assertThat(rows.get(0).value()).isCloseTo(50 / 80.0, within(1e-9));
    assertThat(rows.get(1).value()).isCloseTo(95 / 80.0, within(1e-9));
    assertThat(rows.get(2).value()).isCloseTo(100 / 80.0, within(1e-9));
    assertThat(rows).extracting(Row::met).containsExactly(null, false, null);
  }

  @Test
  void theTargetIsThatOfOneScan() {
    assertThat(rows("64x64", 500)).extracting(Row::target).containsOnlyNulls();
    assertThat(rows("128x128", 50)).extracting(Row::target).containsOnlyNulls();
  }

  @Test
  void aPixelIsThereInHalfASecondAtTheMedianAndTheFirstImageInOneSecondAlways() {
    double[] pixels = IntStream.rangeClosed(0, 100).mapToDouble(i -> i / 200.0).toArray();
    List<Row> rows =
        LatencyRows.of(
            new WatchedScans(
                Simulation.of("64x64", 500).paced(200),
                pixels,
                new double[] {0.01, 0.02, 0},
                new double[] {0.3, 1.1, 0.4},
                new double[] {0.1, 0.3, 0.2}));
    assertThat(rows)
        .extracting(Row::value)
        .usingComparatorForType(Comparator.comparingLong(v -> Math.round(1e6 * v)), Double.class)
        .containsExactly(0.25, 0.475, 0.5, 0.02, 0.4, 1.1, 0.2);
    assertThat(rows)
        .extracting(Row::met)
        .containsExactly(true, null, null, null, null, false, null);
    assertThat(rows.get(0).name())
        .isEqualTo(
            "64x64, 500 electrons, 200 frames/s:"
                + " a frame's last sector sent to its pixel in the browser, median");
  }
}

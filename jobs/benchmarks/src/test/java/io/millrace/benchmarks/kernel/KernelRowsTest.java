package io.millrace.benchmarks.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.millrace.benchmarks.Row;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelRowsTest {
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
            new Samples.Sample(10, 4e9, 8e9),
            new Samples.Sample(10, 1e9, 10e9)));
    assertThat(samples.ratio()).isEqualTo(0.5);
    // Ratios 0.1, 0.5, 0.5, 0.5: the quartiles are 0.4 and 0.5.
    assertThat(samples.spread()).isCloseTo(0.1, offset(1e-12));
    assertThat(samples.framesPerSecond()).isEqualTo(1.25);
    assertThat(samples.limitPerSecond()).isEqualTo(6.25);
  }

  @Test
  void rowsTellRatiosAndWhetherTargetsAreMet() {
    Map<Case, Samples> samples = new LinkedHashMap<>();
    samples.put(PLAIN, new Samples());
    samples.put(CENTROIDS, new Samples());
    samples.get(PLAIN).add(Collections.nCopies(4, new Samples.Sample(1000, 1e9, 2e9)));
    samples.get(CENTROIDS).add(Collections.nCopies(4, new Samples.Sample(1000, 4e9, 16e9)));
    String without = "default, 500 electrons, centroids, of the same without";
    List<Row> rows = KernelCommand.rows(samples, new double[] {90, 105, 120, 135, 150});
    assertThat(rows)
        .containsExactly(
            Row.of("limit: sum of the bytes", 625, "frames/s").ratio(1),
            Row.of("default, 500 electrons", 500, "frames/s").ratio(0.5).spread(0.0).atLeast(0.4),
            Row.of("default, 500 electrons, centroids", 62.5, "frames/s").ratio(0.25).spread(0.0),
            Row.of(without, 62.5, "frames/s").ratio(0.5).spread(0.0).atLeast(0.8),
            Row.of("calibration from 20 frames", 120, "ms").spread(0.125).valueAtMost(100));
    assertThat(rows).extracting(Row::met).containsExactly(null, true, null, false, false);
  }

  /** Those that were set, as ratios on one core. */
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
}

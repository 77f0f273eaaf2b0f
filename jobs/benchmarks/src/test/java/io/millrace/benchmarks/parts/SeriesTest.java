package io.millrace.benchmarks.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class SeriesTest {
  private static final Simulation SCAN = Simulation.of("64x64", 500);

  private static Series series(String name, double... seconds) {
    List<Turn> turns =
        DoubleStream.of(seconds)
            .mapToObj(s -> new Turn(SCAN, s, s / 10, Map.of(Jvm.RECEIVER, 2 * s)))
            .toList();
    return new Series(name, turns, Map.of());
  }

  @Test
  void onlyTurnsOfTheSameRoundAreCompared() {
    // Whatever slowed down a round slowed down both.
    Series limit = series("limit", 1, 10, 2);
    Series other = series("other", 2, 20, 5);
    assertThat(other.ratios(Turn::gigabytesPerSecond, limit, Turn::gigabytesPerSecond))
        .containsExactly(new double[] {0.5, 0.5, 0.4}, within(1e-9));
    assertThat(other.ratios(t -> t.cpuSecondsPerGigabyte(Jvm.RECEIVER), limit, Turn::seconds)[0])
        .isCloseTo(4 / SCAN.gigabytes(), within(1e-9));
  }

  @Test
  void theMedianIsThatOfTheTurns() {
    assertThat(series("any", 1, 10, 2).median(Turn::gigabytesPerSecond))
        .isCloseTo(SCAN.gigabytes() / 2, within(1e-9));
    assertThat(series("any", 1, 10, 2).median(Turn::framesPerSecond))
        .isCloseTo(4160 / 2.0, within(1e-9));
    assertThat(series("any", 1, 10, 2).gigabytes()).isCloseTo(3 * SCAN.gigabytes(), within(1e-9));
  }

  @Test
  void seriesOfUnequalLengthAreNotCompared() {
    assertThatThrownBy(
            () -> series("two", 1, 1).ratios(Turn::seconds, series("one", 1), Turn::seconds))
        .hasMessageContaining("2 rounds of two, 1 of one");
  }
}

package io.millrace.benchmarks.plots;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AxisTest {
  @ParameterizedTest
  @CsvSource({
    "1, 0.2, 1",
    "0.93, 0.2, 1",
    "0.52, 0.1, 0.6",
    "6, 1, 6",
    "6.1, 2, 8",
    "47, 10, 50",
    "262144, 50000, 300000",
    "0.0123, 0.005, 0.015",
    "10, 2, 10",
    "100.5, 20, 120",
  })
  void stepsAreRoundAndReachTheLargest(double max, double step, double end) {
    Axis axis = Axis.linear(max, 0, 100);
    assertThat(axis.ticks().get(0)).isZero();
    assertThat(axis.ticks().get(1)).isEqualTo(step);
    assertThat(axis.ticks().get(axis.ticks().size() - 1)).isEqualTo(end);
    assertThat(axis.ticks()).hasSizeLessThanOrEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"0", "NaN", "-1", "Infinity"})
  void axisIsThereAlsoWithoutAnything(double max) {
    assertThat(Axis.linear(max, 0, 100).high()).isEqualTo(1);
  }

  @Test
  void numbersLieBetweenTheEnds() {
    Axis axis = Axis.linear(10, 300, 100);
    assertThat(axis.at(0)).isEqualTo(300);
    assertThat(axis.at(2.5)).isEqualTo(250);
    assertThat(axis.at(10)).isEqualTo(100);
  }

  @Test
  void factorsAreDistances() {
    Axis axis = Axis.logarithmic(List.of(1.0, 2.0, 4.0, 16.0), 0, 100);
    assertThat(axis.at(1)).isZero();
    assertThat(axis.at(4)).isEqualTo(50);
    assertThat(axis.at(16)).isEqualTo(100);
    assertThat(Axis.logarithmic(List.of(3.0), 0, 100).at(3)).isEqualTo(50);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0|0",
        "0.5|0.5",
        "0.127|0.13",
        "12.34|12.3",
        "20|20",
        "100|100",
        "12345.6|12,346",
        "0.0123|0.0123"
      })
  void textHasThreeDigits(double value, String text) {
    assertThat(Axis.text(value)).isEqualTo(text);
  }
}

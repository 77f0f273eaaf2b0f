package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void medianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    assertThat(Spread.median(4, 1, 3, 2)).isEqualTo(2.5);
  }

  @Test
  void quantilesLieOnTheLineBetweenNeighbours() {
    double[] values = {50, 10, 40, 20, 30};
    assertThat(Spread.quantile(0, values)).isEqualTo(10);
    assertThat(Spread.quantile(0.625, values)).isEqualTo(35);
    assertThat(Spread.quantile(1, values)).isEqualTo(50);
    assertThat(Spread.quantile(0.95, 7)).isEqualTo(7);
  }

  @Test
  void spreadIsHalfTheDistanceOfTheQuartilesAsAShareOfTheMedian() {
    assertThat(Spread.of(10, 20, 30, 40, 50)).isEqualTo((40.0 - 20) / 2 / 30);
    assertThat(Spread.of(10, 20, 30)).as("of too few").isNull();
  }

  @Test
  void variationIsTheStandardDeviationOverTheMean() {
    assertThat(Spread.variation(2, 4, 4, 4, 5, 5, 7, 9)).isEqualTo(Math.sqrt(32 / 7.0) / 5);
  }

  @Test
  void whatIsNearTheMedianIsSoOnBothSides() {
    assertThat(Spread.shareWithin(1.25, 79, 80, 100, 125, 126)).isEqualTo(0.6);
  }

  @Test
  void nothingHasNoQuantile() {
    assertThatThrownBy(() -> Spread.median())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of 0 values");
  }
}

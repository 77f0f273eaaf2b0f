package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RowTest {
  private static final Row RATIO = Row.of("a", 10, "GB/s").ratio(0.8);

  @Test
  void targetIsAboutTheRatioWhereThereIsOne() {
    assertThat(RATIO.atLeast(0.8).met()).isTrue();
    assertThat(RATIO.atLeast(0.81).met()).isFalse();
    assertThat(RATIO.atMost(0.8).met()).isTrue();
    assertThat(RATIO.atMost(0.79).met()).isFalse();
  }

  @Test
  void targetIsAboutTheValueWithoutARatio() {
    assertThat(Row.of("a", 10, "s").atLeast(10).met()).isTrue();
    assertThat(Row.of("a", 10, "s").atMost(9.9).met()).isFalse();
  }

  @Test
  void targetMayBeAboutTheValueAllTheSame() {
    assertThat(RATIO.valueAtLeast(9).met()).isTrue();
    assertThat(RATIO.valueAtMost(9).met()).isFalse();
    assertThat(RATIO.valueAtMost(9).target()).isEqualTo(9.0);
  }

  @Test
  void nothingIsMetWithoutATarget() {
    assertThat(RATIO.met()).isNull();
    assertThat(RATIO.target()).isNull();
  }

  /** A result that could not be had is no success. */
  @Test
  void whatIsNoNumberMeetsNoTarget() {
    assertThat(Row.of("a", Double.NaN, "s").atMost(1).met()).isFalse();
    assertThat(Row.of("a", Double.NaN, "s").atLeast(1).met()).isFalse();
  }
}

package io.millrace.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SequenceGapsTest {
  private final SequenceGaps gaps = new SequenceGaps();

  @Test
  void whatCameBeforeTheFirstMessageIsNotMissing() {
    assertThat(gaps.before("p", 41)).isZero();
    assertThat(gaps.before("p", 42)).isZero();
  }

  @Test
  void missingNumbersAreCountedByPublisher() {
    gaps.before("p", 1);
    gaps.before("q", 7);
    assertThat(gaps.before("p", 5)).isEqualTo(3);
    assertThat(gaps.before("q", 8)).isZero();
    assertThat(gaps.before("p", 6)).isZero();
  }

  @Test
  void messageThatWasOvertakenIsNoGap() {
    gaps.before("p", 1);
    gaps.before("p", 3);
    assertThat(gaps.before("p", 2)).isZero();
    assertThat(gaps.before("p", 4)).isZero();
  }
}

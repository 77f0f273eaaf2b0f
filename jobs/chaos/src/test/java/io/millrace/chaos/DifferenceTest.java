package io.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DifferenceTest {
  private static final int[] SENT = {3, 5, 9};
  private static final int[] NONE = {};

  private static Difference whole(int... counted) {
    return Difference.ofFrame(SENT, SENT, counted, 0);
  }

  @Test
  void theSameEventsAreNoDifference() {
    assertThat(whole(SENT)).isEqualTo(Difference.NONE);
    assertThat(whole(SENT).isNone()).isTrue();
    assertThat(Difference.ofFrame(NONE, NONE, NONE, 0).isNone()).isTrue();
  }

  @Test
  void whatIsNotThereIsLost() {
    assertThat(whole(3, 9)).isEqualTo(new Difference(1, 0, 0, 0, 1));
    assertThat(whole()).isEqualTo(new Difference(3, 0, 0, 0, 3));
  }

  @Test
  void whatWasNotSentIsDoubled() {
    assertThat(whole(3, 4, 5, 9)).isEqualTo(new Difference(0, 1, 0, 0, 0));
    assertThat(whole(4)).isEqualTo(new Difference(3, 1, 0, 0, 3));
  }

  @Test
  void whatIsThereTwiceIsDoubledOnce() {
    assertThat(whole(3, 5, 5, 9)).isEqualTo(new Difference(0, 1, 0, 0, 0));
    assertThat(whole(3, 5, 5, 5, 9)).isEqualTo(new Difference(0, 2, 0, 0, 0));
  }

  /** 9 was sent in the sector that is missing; 8, beside it, is only now a maximum. */
  @Test
  void anEventOfWhatHasArrivedIsNotDoubled() {
    int[] arrived = {3, 5, 8};
    assertThat(Difference.ofFrame(SENT, arrived, arrived, 1))
        .isEqualTo(new Difference(1, 0, 1, 1, 0));
    assertThat(Difference.ofFrame(SENT, arrived, new int[] {3, 5, 7, 8}, 1))
        .isEqualTo(new Difference(1, 1, 1, 1, 0));
  }

  @Test
  void aSectorThatIsMissingIsADifferenceThoughItHadNoEvents() {
    Difference difference = Difference.ofFrame(SENT, SENT, SENT, 2);
    assertThat(difference).isEqualTo(new Difference(0, 0, 2, 1, 0));
    assertThat(difference.isNone()).isFalse();
  }

  /** 5 was in a sector that has arrived, 9 in the one that has not. */
  @Test
  void whatIsLostOfASectorThatHasArrivedIsNotNamed() {
    int[] arrived = {3, 5};
    assertThat(Difference.ofFrame(SENT, arrived, arrived, 1).isNamed()).isTrue();
    assertThat(Difference.ofFrame(SENT, arrived, new int[] {3}, 1))
        .isEqualTo(new Difference(2, 0, 1, 1, 1));
    assertThat(Difference.ofFrame(SENT, arrived, new int[] {3}, 1).isNamed()).isFalse();
    assertThat(whole(3, 4, 5, 9).isNamed()).isFalse();
  }

  @Test
  void framesAddUp() {
    assertThat(whole(3).plus(whole(3, 5, 7, 9)).plus(Difference.doubled(10)))
        .isEqualTo(new Difference(2, 11, 0, 0, 2));
  }
}

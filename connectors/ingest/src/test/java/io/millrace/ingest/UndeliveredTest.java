package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UndeliveredTest {
  @Test
  void saysWhereTheyWere() {
    Undelivered some = new Undelivered(4, new long[] {0, 64, 2});
    assertThat(some.total()).isEqualTo(70);
    assertThat(some).hasToString("unread=4, lane-1=64, lane-2=2");
  }

  @Test
  void saysNothingIfThereAreNone() {
    Undelivered none = new Undelivered(0, new long[] {0, 0});
    assertThat(none.total()).isZero();
    assertThat(none).hasToString("");
  }
}

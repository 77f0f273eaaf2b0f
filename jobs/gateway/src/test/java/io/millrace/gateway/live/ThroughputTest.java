package io.millrace.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThroughputTest {
  private static final long SECOND = 1_000_000_000;

  private final Throughput throughput = new Throughput();

  @Test
  void isWhatCameInTheLastSeconds() {
    throughput.note(0, 0);
    throughput.note(10 * SECOND, 1_000);
    throughput.note(11 * SECOND, 1_500);
    throughput.note(12 * SECOND, 1_600);
    assertThat(throughput.perSecond(12 * SECOND)).isEqualTo(300);
  }

  @Test
  void endsWithTheStream() {
    throughput.note(0, 0);
    throughput.note(SECOND, 100);
    assertThat(throughput.perSecond(5 * SECOND)).isZero();
  }
}

package io.millrace.detector.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatheringTest {
  /** Sixteen is the queue of a lane's pipe: 12 are too many, fewer than 6 too few. */
  private final Gathering gathering = new Gathering(16);

  @ParameterizedTest
  @CsvSource({"100, 8", "700, 8", "1000, 8", "2000, 4", "4800, 2", "10000, 1", "100000, 1"})
  void theTimeFollowsTheRate(int messagesPerSecond, int millis) {
    long nanos = Gathering.SHORTEST;
    for (int turn = 0; turn < 20; turn++) {
      nanos = gathering.nanos((int) Math.max(1, messagesPerSecond * nanos / 1_000_000_000));
    }
    assertThat(nanos).isEqualTo(millis * 1_000_000L);
  }

  @Test
  void aQueueThatMayBeFullShortensIt() {
    for (int turn = 0; turn < 10; turn++) {
      gathering.nanos(1);
    }
    // All that one pipe's queue holds, and nothing from the other pipes.
    assertThat(gathering.nanos(16)).isEqualTo(Gathering.LONGEST / 2);
    assertThat(gathering.nanos(16)).isEqualTo(Gathering.LONGEST / 4);
  }

  @Test
  void silenceTellsNothing() {
    assertThat(gathering.nanos(0)).isEqualTo(Gathering.SHORTEST);
    assertThat(gathering.nanos(1)).isEqualTo(2 * Gathering.SHORTEST);
    assertThat(gathering.nanos(0)).isEqualTo(2 * Gathering.SHORTEST);
  }
}

package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ingest.FreeSpace.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeSpaceTest {
  private Answer answer = new Answer(1_000_000, 20_001);
  private boolean broken;
  private int asked;
  private long now =
      Long.MAX_VALUE - 1; // the clock has any origin, and may pass the largest number

  private final FreeSpace space = new FreeSpace(Path.of("spill"), this::answer, () -> now);

  private Answer answer() throws IOException {
    asked++;
    if (broken) {
      throw new IOException("stale file handle");
    }
    return answer;
  }

  @Test
  void twoPercentOfASmallDiskHaveToBeFree() {
    assertThat(space.hasReserve()).isTrue();
    answer = new Answer(1_000_000, 20_000);
    assertThat(space.askNow()).isFalse();
    assertThat(space.hasReserve()).isFalse();
  }

  @Test
  void oneGigabyteOfALargeDisk() {
    answer = new Answer(20_000_000_000_000L, 1_000_000_001);
    assertThat(space.askNow()).isTrue();
    answer = new Answer(20_000_000_000_000L, 1_000_000_000);
    assertThat(space.askNow()).isFalse();
  }

  @Test
  void isAskedTwiceASecondAtMost() {
    asked = 0;
    answer = new Answer(1_000_000, 0);
    for (int ms = 0; ms < 10_000; ms++) {
      space.hasReserve();
      now += TimeUnit.MILLISECONDS.toNanos(1);
    }
    assertThat(asked).isBetween(19, 20);
    assertThat(space.hasReserve()).as("what it has answered").isFalse();
  }

  @Test
  void oneThatDoesNotAnswerHasNone() {
    broken = true;
    assertThat(space.askNow()).isFalse();
    broken = false;
    assertThat(space.hasReserve()).as("not asked again yet").isFalse();
    now += TimeUnit.MILLISECONDS.toNanos(500);
    assertThat(space.hasReserve()).isTrue();
  }

  @Test
  void asksARealOne(@TempDir Path directory) throws IOException {
    // Whatever it answers: the same when asked again at once.
    FreeSpace real = new FreeSpace(directory);
    assertThat(real.hasReserve()).isEqualTo(real.askNow());
  }
}

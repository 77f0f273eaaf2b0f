package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
  @Test
  void withoutARateEverythingIsDueAtOnce() {
    Pace pace = new Pace(Double.POSITIVE_INFINITY, Duration.ZERO);
    pace.start();
    assertThat(pace.await(0)).isTrue();
    assertThat(pace.await(Long.MAX_VALUE)).isTrue();
  }

  @Test
  void aSectorIsDueWhenItsTurnHasCome() {
    Pace pace = new Pace(1e-3, Duration.ZERO);
    pace.start();
    assertThat(pace.await(0)).isTrue();
    assertThat(pace.await(1)).as("1,000 s later").isFalse();
  }

  @Test
  void nothingIsDueBeforeTheDelayIsOver() {
    Pace pace = new Pace(Double.POSITIVE_INFINITY, Duration.ofHours(1));
    pace.start();
    assertThat(pace.await(0)).isFalse();
  }
}

package io.millrace.benchmarks.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.benchmarks.parts.ScanTimes;
import java.time.Instant;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class DrawnScanTest {
  private static final Offset<Double> NANOSECOND = within(1e-9);
  private static final Instant FIRST = Instant.parse("2026-11-29T10:00:00.0005Z");

  /** Frames at 0, 100 and 200 ms; the later ones are drawn at once, the first one last. */
  private final DrawnScan drawn =
      new DrawnScan(
          new long[] {millisAfterFirst(700), millisAfterFirst(400), millisAfterFirst(400)});

  private static long millisAfterFirst(long millis) {
    return FIRST.toEpochMilli() + millis;
  }

  private static ScanTimes sent(long lastAfterMillis) {
    return new ScanTimes(12, FIRST, FIRST.plusMillis(lastAfterMillis));
  }

  @Test
  void aFrameCountsFromWhenItWasDue() {
    // The producer's clock has microseconds, that of the page milliseconds.
    assertThat(drawn.secondsAfterSent(sent(200), 10)).hasSize(3);
    assertThat(drawn.secondsAfterSent(sent(200), 10)[0]).isCloseTo(0.6995, NANOSECOND);
    assertThat(drawn.secondsAfterSent(sent(200), 10)[1]).isCloseTo(0.2995, NANOSECOND);
    assertThat(drawn.secondsAfterSent(sent(200), 10)[2]).isCloseTo(0.1995, NANOSECOND);
  }

  @Test
  void theFirstImageIsTheFirstPositionThatIsDrawn() {
    assertThat(drawn.secondsToFirstImage(sent(200))).isCloseTo(0.3995, NANOSECOND);
  }

  @Test
  void tellsHowLateTheProducerWas() {
    assertThat(drawn.secondsLate(sent(200), 10)).isCloseTo(0, NANOSECOND);
    assertThat(drawn.secondsLate(sent(301), 10)).isCloseTo(0.101, NANOSECOND);
  }
}

package io.millrace.operators.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.operators.counting.Frames;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PixelHistogramTest {
  private static PixelHistogram of(int... values) {
    PixelHistogram histogram = new PixelHistogram();
    histogram.add(Frames.bytes(values));
    return histogram;
  }

  @Test
  void allValuesAreCounted() {
    PixelHistogram histogram = of(0, 65535, 0, 300);
    assertThat(histogram.pixels()).isEqualTo(4);
    assertThat(histogram.counts()).hasSize(65536);
    assertThat(histogram.counts()[0]).isEqualTo(2);
    assertThat(histogram.counts()[300]).isEqualTo(1);
    assertThat(histogram.counts()[65535]).isEqualTo(1);
  }

  @Test
  void trimmedItIsShort() {
    PixelHistogram trimmed = of(7, 9, 9).trimmed();
    assertThat(trimmed.first()).isEqualTo(7);
    assertThat(trimmed.counts()).containsExactly(1, 0, 2);
    assertThat(new PixelHistogram().trimmed().counts()).isEmpty();
    assertThat(of(7).trimmed().trimmed().first()).isEqualTo(7);
  }

  @Test
  void sumsDoNotDependOnTheOrder() {
    for (long seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      PixelHistogram one = new PixelHistogram();
      PixelHistogram other = new PixelHistogram();
      PixelHistogram[] parts = new PixelHistogram[5];
      for (int i = 0; i < parts.length; i++) {
        parts[i] = of(random.ints(10, 0, 1 + random.nextInt(65536)).toArray());
        one.add(parts[i].trimmed());
      }
      for (int i = parts.length - 1; i >= 0; i--) {
        other.add(parts[i]);
      }
      assertThat(one.trimmed().first()).as("seed %d", seed).isEqualTo(other.trimmed().first());
      assertThat(one.trimmed().counts()).as("seed %d", seed).isEqualTo(other.trimmed().counts());
      assertThat(one.pixels()).as("seed %d", seed).isEqualTo(50);
    }
  }

  @Test
  void valuesOutsideThePixelsRangeAreRefused() {
    assertThatThrownBy(() -> new PixelHistogram(65535, new long[2])).hasMessageContaining("65535");
    assertThatThrownBy(() -> new PixelHistogram(-1, new long[1])).hasMessageContaining("-1");
  }
}

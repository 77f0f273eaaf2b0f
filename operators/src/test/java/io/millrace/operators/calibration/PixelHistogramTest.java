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
  void itReachesFromTheSmallestValueToTheLargest() {
    PixelHistogram histogram = of(7, 9, 9);
    assertThat(histogram.first()).isEqualTo(7);
    assertThat(histogram.counts()).containsExactly(1, 0, 2);
    histogram.add(Frames.bytes(5));
    assertThat(histogram.first()).isEqualTo(5);
    assertThat(histogram.counts()).containsExactly(1, 0, 1, 0, 2);
    assertThat(new PixelHistogram().counts()).isEmpty();
    assertThat(of().counts()).isEmpty();
    PixelHistogram zerosAtItsEnds = new PixelHistogram(4, new long[] {0, 3, 0, 1, 0, 0});
    assertThat(zerosAtItsEnds.first()).isEqualTo(5);
    assertThat(zerosAtItsEnds.counts()).containsExactly(3, 0, 1);
    assertThat(new PixelHistogram(9, new long[3]).counts()).isEmpty();
  }

  /** As the definition has it: one counter for each value that a pixel can have. */
  @Test
  void itIsThatOfTheDefinition() {
    for (long seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      int[] values = random.ints(random.nextInt(500), 0, 1 + random.nextInt(65536)).toArray();
      long[] expected = new long[65536];
      for (int value : values) {
        expected[value]++;
      }
      PixelHistogram found = of(values);
      long[] all = new long[65536];
      System.arraycopy(found.counts(), 0, all, found.first(), found.counts().length);
      assertThat(all).as("seed %d", seed).isEqualTo(expected);
    }
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
        one.add(parts[i]);
      }
      for (int i = parts.length - 1; i >= 0; i--) {
        other.add(parts[i]);
      }
      assertThat(one.first()).as("seed %d", seed).isEqualTo(other.first());
      assertThat(one.counts()).as("seed %d", seed).isEqualTo(other.counts());
      assertThat(one.pixels()).as("seed %d", seed).isEqualTo(50);
    }
  }

  @Test
  void valuesOutsideThePixelsRangeAreRefused() {
    assertThatThrownBy(() -> new PixelHistogram(65535, new long[2])).hasMessageContaining("65535");
    assertThatThrownBy(() -> new PixelHistogram(-1, new long[1])).hasMessageContaining("-1");
  }
}

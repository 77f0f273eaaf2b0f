package io.millrace.operators.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorPlacement;
import io.millrace.operators.calibration.PixelHistogram;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SectorCorrectionsTest {
  private static final int ROWS = 12;
  private static final int COLUMNS = 8;

  /** Histogram over all values, from 0. */
  private static long[] all(PixelHistogram histogram) {
    long[] counts = new long[Pixels.MAX + 1];
    System.arraycopy(histogram.counts(), 0, counts, histogram.first(), histogram.counts().length);
    return counts;
  }

  /** Without the zeros at both ends, of which there are many. */
  private static void assertSame(PixelHistogram found, long[] all, String as) {
    PixelHistogram expected = new PixelHistogram(0, all);
    assertThat(found.first()).as(as).isEqualTo(expected.first());
    assertThat(found.counts()).as(as).isEqualTo(expected.counts());
  }

  private static long[] histogram(Corrections corrections, int... values) {
    DetectorDescription line =
        new DetectorDescription(
            "line", 1, values.length, List.of(new SectorPlacement(0, 0, 1, values.length)));
    return all(SectorCorrections.of(corrections, line, 0).histogram(Frames.bytes(values)));
  }

  private static long[] expected(int... values) {
    long[] counts = new long[Pixels.MAX + 1];
    for (int value : values) {
      counts[value]++;
    }
    return counts;
  }

  /** The value of the pixel j of a frame that a calibration samples. */
  private static int sampled(int raw, Corrections c, int j) {
    double value = raw;
    if (c.dark() != null) {
      value =
          c.gain() == null
              ? raw - Math.signum(c.dark()[j]) * Math.floor(Math.abs(c.dark()[j]))
              : truncated((float) raw - c.dark()[j]);
    }
    if (c.gain() != null) {
      value = (float) value * c.gain()[j];
    }
    return (int) Math.max(0, Math.min(65_535, truncated(value)));
  }

  private static double truncated(double value) {
    return value < 0 ? Math.ceil(value) : Math.floor(value);
  }

  @Test
  void examplesByHand() {
    float[] dark = {2.9f, 2.9f, -2.9f, 0.5f, 40_000};
    float[] gain = {1, 1.5f, 1, 2.25f, 1};
    float[] large = {2, 2, 2, 2, 2};
    boolean[] bad = {false, true, false, false, true};
    int[] raw = {10, 10, 10, 3, 50_000};
    assertThat(histogram(Corrections.NONE, raw)).isEqualTo(expected(raw));
    assertThat(histogram(new Corrections(dark, null, null, null), raw))
        .as("the dark is truncated toward zero, and taken from the value")
        .isEqualTo(expected(8, 8, 12, 3, 10_000));
    assertThat(histogram(new Corrections(null, gain, null, null), raw))
        .isEqualTo(expected(10, 15, 10, 6, 50_000));
    assertThat(histogram(new Corrections(dark, gain, null, null), raw))
        .as("the difference is truncated, then the product: 7.1, 7 * 1.5, 12.9, 2 * 2.25")
        .isEqualTo(expected(7, 10, 12, 4, 10_000));
    assertThat(histogram(new Corrections(null, null, bad, null), raw))
        .isEqualTo(expected(10, 10, 3));
    assertThat(histogram(new Corrections(dark, gain, bad, null), raw))
        .isEqualTo(expected(7, 12, 4));
    assertThat(histogram(new Corrections(dark, null, null, null), 0, 2, 0, 0, 39_999))
        .as("nothing is negative")
        .isEqualTo(expected(0, 0, 2, 0, 0));
    assertThat(histogram(new Corrections(null, large, null, null), 32_767, 32_768, 65_535, 0, 1))
        .as("nothing is larger than a pixel can be")
        .isEqualTo(expected(65_534, 65_535, 65_535, 0, 2));
  }

  /** Any corrections, in each sector of each detector. */
  @Test
  void eachSectorsHistogramIsThatOfTheDefinition() {
    boolean[] seen = new boolean[8];
    for (long seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      byte[] frame = Frames.random(random, ROWS * COLUMNS);
      Corrections any = Frames.corrections(random, ROWS * COLUMNS).withoutRowDark();
      seen[
              (any.dark() == null ? 0 : 1)
                  + (any.gain() == null ? 0 : 2)
                  + (any.badPixels() == null ? 0 : 4)] =
          true;
      for (DetectorDescription plain : Frames.detectors(ROWS, COLUMNS)) {
        DetectorDescription detector = Frames.shuffled(plain, random);
        List<SectorCorrections> sectors = SectorCorrections.of(any, detector);
        assertThat(sectors).hasSize(detector.modules());
        for (int m = 0; m < detector.modules(); m++) {
          SectorPlacement s = detector.sector(m);
          long[] expected = new long[Pixels.MAX + 1];
          for (int row = s.row(); row < s.endRow(); row++) {
            for (int column = s.column(); column < s.endColumn(); column++) {
              int j = row * COLUMNS + column;
              if (any.badPixels() == null || !any.badPixels()[j]) {
                expected[sampled(Pixels.get(frame, j), any, j)]++;
              }
            }
          }
          assertSame(
              sectors.get(m).histogram(Frames.cut(frame, detector, m)),
              expected,
              "seed %d, %s, module %d".formatted(seed, detector.name(), m));
        }
      }
    }
    assertThat(seen).as("combinations of dark, gain and bad pixels").doesNotContain(false);
  }

  /** But for the truncation between a dark and a gain, what is sampled is what is counted. */
  @Test
  void theSectorsTogetherGiveTheCorrectedFrame() {
    for (long seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      byte[] frame = Frames.random(random, ROWS * COLUMNS);
      Corrections any = Frames.corrections(random, ROWS * COLUMNS).withoutRowDark();
      if (any.dark() != null && any.gain() != null) {
        for (int j = 0; j < any.dark().length; j++) {
          any.dark()[j] = (int) any.dark()[j];
        }
      }
      float[] corrected = any.apply(frame, ROWS, COLUMNS, 0);
      long[] expected = new long[Pixels.MAX + 1];
      for (int j = 0; j < corrected.length; j++) {
        if (any.badPixels() == null || !any.badPixels()[j]) {
          expected[(int) Math.max(0, Math.min(Pixels.MAX, corrected[j]))]++;
        }
      }
      for (DetectorDescription detector : Frames.detectors(ROWS, COLUMNS)) {
        PixelHistogram sum = new PixelHistogram();
        for (int m = 0; m < detector.modules(); m++) {
          sum.add(SectorCorrections.of(any, detector, m).histogram(Frames.cut(frame, detector, m)));
        }
        assertSame(sum, expected, "seed %d, %s".formatted(seed, detector.name()));
      }
    }
  }

  @Test
  void aMapOfAnotherDetectorIsNamed() {
    DetectorDescription detector = Frames.grid(ROWS, COLUMNS, 4, 1);
    assertThatThrownBy(
            () -> SectorCorrections.of(new Corrections(null, new float[95], null, null), detector))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the gain map has 95 pixels")
        .hasMessageContaining("12 x 8");
  }
}

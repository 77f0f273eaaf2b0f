package io.millrace.operators.counting;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * What is done to the pixels of a frame before they are compared with thresholds.
 *
 * <p>With {@code f} the raw value of pixel j:
 *
 * <ol>
 *   <li>dark: {@code f - dark[j]}
 *   <li>row dark: {@code f * level / stat}, where stat is the mean or the median of the raw
 *       half-row of the pixel, and level that of the noise. The left half of a row has {@code
 *       columns / 2} pixels, the right one the rest. It is a ratio, despite the name
 *   <li>gain: {@code f * gain[j]}
 *   <li>bad pixels: 0, whatever they say. They are not part of a half-row's statistic either
 * </ol>
 *
 * <p>Without a gain map the values stay integers from 0 to 65,535, and saturate there: the dark is
 * truncated toward zero, with a row dark the difference and the product are. With a gain map they
 * are single-precision numbers, which may be negative. A half-row with {@code stat = 0} (a missing
 * sector) becomes zeros.
 *
 * @param dark value to be subtracted from each pixel of the frame, row-major, in ADU; null for none
 * @param gain factor for each pixel of the frame, row-major, not negative; null for none
 * @param badPixels true for each pixel of the frame that is left out, row-major; null for none
 * @param rowDark the statistic of the row dark; null for none
 */
public record Corrections(float[] dark, float[] gain, boolean[] badPixels, RowDark rowDark)
    implements Serializable {
  /** Raw pixels. */
  public static final Corrections NONE = new Corrections(null, null, null, null);

  /**
   * @throws IllegalArgumentException if a map has a value that is not finite, or the gain one that
   *     is negative
   */
  public Corrections {
    checkFinite("dark", dark);
    checkFinite("gain", gain);
    for (int j = 0; gain != null && j < gain.length; j++) {
      if (gain[j] < 0) {
        throw new IllegalArgumentException(
            "the gain map is negative at pixel %d: %s".formatted(j, gain[j]));
      }
    }
  }

  private static void checkFinite(String name, float[] map) {
    for (int j = 0; map != null && j < map.length; j++) {
      if (!Float.isFinite(map[j])) {
        throw new IllegalArgumentException(
            "the %s map is not finite at pixel %d: %s".formatted(name, j, map[j]));
      }
    }
  }

  /** The same without the row dark: what a calibration samples, when the level is not known. */
  public Corrections withoutRowDark() {
    return rowDark == null ? this : new Corrections(dark, gain, badPixels, null);
  }

  /** The same with more bad pixels; this one stays as it is. */
  public Corrections masking(List<Integer> pixels, int pixelsOfFrame) {
    if (pixels.isEmpty()) {
      return this;
    }
    boolean[] bad =
        badPixels == null ? new boolean[pixelsOfFrame] : Arrays.copyOf(badPixels, pixelsOfFrame);
    pixels.forEach(j -> bad[j] = true);
    return new Corrections(dark, gain, bad, rowDark);
  }

  /**
   * The corrected values of a frame in ADU, row-major.
   *
   * @param pixels raw frame, see {@link Pixels}
   * @param level of the noise in ADU, to which the row dark brings each half-row; not read without
   *     one
   * @throws IllegalArgumentException if the frame or a map is not {@code rows x columns}
   */
  public float[] apply(byte[] pixels, int rows, int columns, double level) {
    checkLength("frame", pixels.length / Short.BYTES, rows, columns);
    float[] frame = new float[rows * columns];
    for (int j = 0; j < frame.length; j++) {
      frame[j] = Pixels.get(pixels, j);
    }
    float[][] ratios = rowDark == null ? null : ratios(frame, rows, columns, level);
    if (dark != null) {
      checkLength("dark map", dark.length, rows, columns);
      for (int j = 0; j < frame.length; j++) {
        // Without gain or row dark the dark itself is truncated, not the difference.
        frame[j] = integral(frame[j] - (gain == null && rowDark == null ? (int) dark[j] : dark[j]));
      }
    }
    if (rowDark != null) {
      for (int j = 0; j < frame.length; j++) {
        float ratio = ratios[j / columns][j % columns < columns / 2 ? 0 : 1];
        frame[j] = ratio == 0 ? 0 : integral(frame[j] * ratio);
      }
    }
    if (gain != null) {
      checkLength("gain map", gain.length, rows, columns);
      for (int j = 0; j < frame.length; j++) {
        frame[j] *= gain[j];
      }
    }
    if (badPixels != null) {
      checkLength("bad-pixel mask", badPixels.length, rows, columns);
      for (int j = 0; j < frame.length; j++) {
        frame[j] = badPixels[j] ? 0 : frame[j];
      }
    }
    return frame;
  }

  /** With a gain map the value itself; otherwise truncated, 0 to 65,535. */
  private float integral(float value) {
    return gain != null ? value : Math.max(0, Math.min(Pixels.MAX, (int) value));
  }

  /** By row and half: {@code level / stat}, 0 where stat is 0. */
  private float[][] ratios(float[] raw, int rows, int columns, double level) {
    float[][] ratios = new float[rows][2];
    for (int row = 0; row < rows; row++) {
      int from = row * columns;
      int middle = from + columns / 2;
      ratios[row][0] = ratio(goodPixels(raw, from, middle), level);
      ratios[row][1] = ratio(goodPixels(raw, middle, from + columns), level);
    }
    return ratios;
  }

  private float[] goodPixels(float[] raw, int from, int to) {
    float[] good = new float[to - from];
    int n = 0;
    for (int j = from; j < to; j++) {
      if (badPixels == null || !badPixels[j]) {
        good[n++] = raw[j];
      }
    }
    return Arrays.copyOf(good, n);
  }

  private float ratio(float[] half, double level) {
    float stat = rowDark == RowDark.MEAN ? mean(half) : median(half);
    return stat > 0 ? (float) level / stat : 0;
  }

  private static float mean(float[] values) {
    float sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static float median(float[] values) {
    if (values.length == 0) {
      return 0;
    }
    Arrays.sort(values);
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }

  private static void checkLength(String name, int pixels, int rows, int columns) {
    if (pixels != rows * columns) {
      throw new IllegalArgumentException(
          "the %s has %d pixels, not %d x %d".formatted(name, pixels, rows, columns));
    }
  }
}

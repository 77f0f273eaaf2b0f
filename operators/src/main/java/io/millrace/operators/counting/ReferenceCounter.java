package io.millrace.operators.counting;

import io.millrace.detector.Calibration;
import io.millrace.detector.Centroids;
import io.millrace.detector.IntList;
import io.millrace.detector.Thresholds;

/**
 * The definition of counting, on an assembled frame. It is what faster forms are held against.
 *
 * <p>With {@code f[j]} the corrected value of pixel j = row * columns + column, in ADU:
 *
 * <pre>
 *   k[j] = f[j]   if background &lt; f[j] &lt; xray, otherwise 0
 *   j is an event  iff  k[j] &gt; k[i] for each of the up to 8 neighbours i of j inside the frame
 * </pre>
 *
 * <p>The comparison is strict, so a plateau of touching equal maxima has no event. The frame does
 * not wrap around; pixels on its edges and corners have fewer neighbours, and can be events. An
 * x-ray is 0, and so does not suppress its neighbours. Sectors play no part: their seams are inside
 * the frame, and a sector that is missing is zeros.
 *
 * @param rows height of the frame in pixels
 * @param columns width of the frame in pixels
 * @param corrections how f follows from the raw pixels
 */
public record ReferenceCounter(int rows, int columns, Corrections corrections) {

  /**
   * The flat indices of the events of a frame, ascending.
   *
   * @param pixels raw frame, see {@link Pixels}
   * @throws IllegalArgumentException if the frame has another size
   */
  public IntList count(byte[] pixels, Thresholds thresholds) {
    return count(pixels, Calibration.given(0, thresholds, null));
  }

  /**
   * The flat indices of the events of a frame of a calibrated scan, ascending.
   *
   * @param pixels raw frame, see {@link Pixels}
   * @param calibration thresholds, level of the noise, and pixels that count as bad in this scan
   * @throws IllegalArgumentException if the frame has another size
   */
  public IntList count(byte[] pixels, Calibration calibration) {
    float[] k = keptValues(pixels, calibration);
    IntList events = new IntList(256);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        if (isMaximum(k, row, column)) {
          events.add(row * columns + column);
        }
      }
    }
    return events;
  }

  /**
   * The sub-pixel positions of these events, in their order.
   *
   * <p>With the sums over the pixels i of an event j = (row, column) and its up to 8 neighbours,
   * and with (dr, dc) the place of i relative to j,
   *
   * <pre>
   *   charge = sum k[i]
   *   y = row + sum k[i] * dr / charge      x = column + sum k[i] * dc / charge
   * </pre>
   *
   * <p>in double precision, then rounded to single precision. The sums do not depend on the order:
   * those of nine pixels are exact, as long as their values differ by less than a factor of 2^25.
   *
   * @param pixels raw frame, see {@link Pixels}
   * @param calibration thresholds, level of the noise, and pixels that count as bad in this scan
   * @throws IllegalArgumentException if the frame has another size
   */
  public Centroids centroids(byte[] pixels, Calibration calibration) {
    float[] k = keptValues(pixels, calibration);
    Centroids centroids = new Centroids(256);
    for (int j : count(pixels, calibration).toArray()) {
      int row = j / columns;
      int column = j % columns;
      double charge = 0;
      double sy = 0;
      double sx = 0;
      for (int r = Math.max(row - 1, 0); r <= Math.min(row + 1, rows - 1); r++) {
        for (int c = Math.max(column - 1, 0); c <= Math.min(column + 1, columns - 1); c++) {
          double value = k[r * columns + c];
          charge += value;
          sy += value * (r - row);
          sx += value * (c - column);
        }
      }
      centroids.add((float) (row + sy / charge), (float) (column + sx / charge), (float) charge);
    }
    return centroids;
  }

  /** k of each pixel. */
  private float[] keptValues(byte[] pixels, Calibration calibration) {
    double level = calibration.level() == null ? Double.NaN : calibration.level();
    float[] k =
        corrections
            .masking(calibration.maskedPixels(), rows * columns)
            .apply(pixels, rows, columns, level);
    for (int j = 0; j < k.length; j++) {
      k[j] = calibration.thresholds().keeps(k[j]) ? k[j] : 0;
    }
    return k;
  }

  private boolean isMaximum(float[] k, int row, int column) {
    int j = row * columns + column;
    for (int r = Math.max(row - 1, 0); r <= Math.min(row + 1, rows - 1); r++) {
      for (int c = Math.max(column - 1, 0); c <= Math.min(column + 1, columns - 1); c++) {
        int i = r * columns + c;
        if (i != j && k[i] >= k[j]) {
          return false;
        }
      }
    }
    return true;
  }
}

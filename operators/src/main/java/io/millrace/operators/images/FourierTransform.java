package io.millrace.operators.images;

import java.util.Arrays;
import org.hipparchus.transform.DftNormalization;
import org.hipparchus.transform.FastFourierTransformer;
import org.hipparchus.transform.TransformType;

/**
 * The discrete Fourier transform of complex numbers, {@code X_k = sum_j x_j e^(-2 pi i j k / n)}.
 *
 * <p>The library transforms lengths n that are powers of two. Any other becomes a convolution,
 * which needs only those (Bluestein, IEEE Trans. Audio Electroacoust. 18, 451 (1970)): with {@code
 * w_j = e^(-pi i j^2 / n)} and {@code 2jk = j^2 + k^2 - (k - j)^2} it is {@code X_k = w_k sum_j
 * (x_j w_j) / w_(k-j)}.
 */
final class FourierTransform {
  private static final int RE = 0;
  private static final int IM = 1;

  private final int n;

  /** Length of what the library transforms. */
  private final int m;

  /** w_j for j = 0 to n - 1. */
  private final double[][] chirp;

  /** The transform of 1 / w_j for j = -(n - 1) to n - 1, negative ones at the end. */
  private final double[][] filter;

  /** The numbers at work. */
  private final double[][] line;

  /** A transform of n numbers. */
  private FourierTransform(int n) {
    this.n = n;
    boolean powerOfTwo = Integer.bitCount(n) == 1;
    m = powerOfTwo ? n : 2 * Integer.highestOneBit(2 * n - 2); // room for 2 n - 1
    line = new double[2][m];
    chirp = new double[2][powerOfTwo ? 0 : n];
    filter = new double[2][powerOfTwo ? 0 : m];
    if (powerOfTwo) {
      return;
    }
    for (int j = 0; j < n; j++) {
      double angle = Math.PI * ((long) j * j % (2L * n)) / n;
      chirp[RE][j] = Math.cos(angle);
      chirp[IM][j] = -Math.sin(angle);
      filter[RE][j] = filter[RE][(m - j) % m] = chirp[RE][j];
      filter[IM][j] = filter[IM][(m - j) % m] = -chirp[IM][j];
    }
    fast(filter, TransformType.FORWARD);
  }

  /** Transforms an image in place, row-major. */
  static void forward(double[] re, double[] im, int rows, int columns) {
    FourierTransform ofRow = new FourierTransform(columns);
    for (int row = 0; row < rows; row++) {
      ofRow.transform(re, im, row * columns, 1);
    }
    FourierTransform ofColumn = new FourierTransform(rows);
    for (int column = 0; column < columns; column++) {
      ofColumn.transform(re, im, column, columns);
    }
  }

  /** Undoes {@link #forward}. */
  static void inverse(double[] re, double[] im, int rows, int columns) {
    forward(im, re, rows, columns); // Exchanged, i turns into 1/i, and the exponent's sign with it.
    for (int i = 0; i < re.length; i++) {
      re[i] /= re.length;
      im[i] /= im.length;
    }
  }

  /** Transforms the n numbers that begin at an index and are a step apart, in place. */
  private void transform(double[] re, double[] im, int first, int step) {
    for (int j = 0; j < n; j++) {
      line[RE][j] = re[first + j * step];
      line[IM][j] = im[first + j * step];
    }
    if (m == n) {
      fast(line, TransformType.FORWARD);
    } else {
      multiply(line, chirp);
      Arrays.fill(line[RE], n, m, 0);
      Arrays.fill(line[IM], n, m, 0);
      fast(line, TransformType.FORWARD);
      multiply(line, filter);
      fast(line, TransformType.INVERSE);
      multiply(line, chirp);
    }
    for (int k = 0; k < n; k++) {
      re[first + k * step] = line[RE][k];
      im[first + k * step] = line[IM][k];
    }
  }

  /** Multiplies as many numbers as there are factors. */
  private static void multiply(double[][] numbers, double[][] factors) {
    for (int j = 0; j < factors[RE].length; j++) {
      double re = numbers[RE][j] * factors[RE][j] - numbers[IM][j] * factors[IM][j];
      numbers[IM][j] = numbers[RE][j] * factors[IM][j] + numbers[IM][j] * factors[RE][j];
      numbers[RE][j] = re;
    }
  }

  private static void fast(double[][] numbers, TransformType type) {
    FastFourierTransformer.transformInPlace(numbers, DftNormalization.STANDARD, type);
  }
}

package io.millrace.operators.images;

import io.millrace.detector.ScanGeometry;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Differential phase contrast: the phase whose slope is the centre of mass.
 *
 * <p>The centre of mass (x: columns, to the right; y: rows, downwards) less its mean over the scan
 * is flipped, then rotated, into the scan's axes:
 *
 * <pre>
 *   cx = cos(r) x - sin(r) y
 *   cy = sin(r) x + cos(r) y      with -y in place of y if flipped
 * </pre>
 *
 * and integrated by Fourier transform, the scan taken as periodic:
 *
 * <pre>
 *   phase = Re IFFT[ (kx F(cx) + ky F(cy)) / (2 pi i (kx^2 + ky^2)) ]
 * </pre>
 *
 * with kx, ky in cycles per scan position and 0 in place of the term k = 0. So its mean is 0, and
 * to the right (downwards) it rises by cx (cy) with each position: its unit is detector pixels
 * times scan positions. A phase in radians is that, times {@code 2 pi}, the step of the scan, and
 * the size of a detector pixel in cycles per length.
 *
 * <p>Where there is no centre of mass, the mean is taken. The flyback column takes no part.
 *
 * @param rotation r in degrees, clockwise in the pictures: 90 leads a shift to the right into one
 *     downwards
 * @param flip whether the detector sees the scan mirrored, up for down
 */
public record DpcPhase(double rotation, boolean flip) implements Serializable {

  /**
   * @throws IllegalArgumentException if the rotation is not finite
   */
  public DpcPhase {
    if (!Double.isFinite(rotation)) {
      throw new IllegalArgumentException("a rotation by %s degrees".formatted(rotation));
    }
  }

  /**
   * Integrates the centre of mass.
   *
   * @param comX mean column by position, pixels; NaN if there is none
   * @param comY mean row by position, pixels; NaN if there is none
   * @return by position; NaN in the flyback column
   */
  public double[] of(double[] comX, double[] comY, ScanGeometry geometry) {
    int rows = geometry.height();
    int columns = geometry.width() - 1;
    double[] phase = new double[geometry.positions()];
    Arrays.fill(phase, Double.NaN);
    if (columns == 0) {
      return phase;
    }
    double[] re = aboutMean(comX, rows, columns);
    double[] im = aboutMean(comY, rows, columns);
    turn(re, im);
    FourierTransform.forward(re, im, rows, columns);
    integrate(re, im, rows, columns);
    FourierTransform.inverse(re, im, rows, columns);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(re, row * columns, phase, geometry.position(0, row), columns);
    }
    return phase;
  }

  /** An image without its last column and less its mean, 0 in place of NaN. */
  private static double[] aboutMean(double[] image, int rows, int columns) {
    double[] values = new double[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = image[i / columns * (columns + 1) + i % columns];
    }
    double mean = Arrays.stream(values).filter(v -> !Double.isNaN(v)).average().orElse(0);
    Arrays.setAll(values, i -> Double.isNaN(values[i]) ? 0 : values[i] - mean);
    return values;
  }

  private void turn(double[] x, double[] y) {
    double cos = Math.cos(Math.toRadians(rotation));
    double sin = Math.sin(Math.toRadians(rotation));
    double sign = flip ? -1 : 1;
    for (int i = 0; i < x.length; i++) {
      double cx = cos * x[i] - sin * sign * y[i];
      y[i] = sin * x[i] + cos * sign * y[i];
      x[i] = cx;
    }
  }

  /**
   * Integrates {@code F(cx + i cy)}, which takes one transform instead of two: {@code (kx - i ky)
   * (F(cx) + i F(cy))} is what the formula has, and i times the transform of a real image (the
   * curl), which leaves with the imaginary part. A wave of two positions has no sign of k, hence no
   * slope: its real part is 0 in the formula too.
   */
  private static void integrate(double[] re, double[] im, int rows, int columns) {
    for (int i = 0; i < re.length; i++) {
      int row = i / columns;
      int column = i % columns;
      double ky = frequency(row, rows);
      double kx = frequency(column, columns);
      double divisor = 2 * Math.PI * (kx * kx + ky * ky);
      // (kx - i ky) / i = -ky - i kx
      double a = i == 0 || 2 * row == rows ? 0 : -ky / divisor;
      double b = i == 0 || 2 * column == columns ? 0 : -kx / divisor;
      double real = a * re[i] - b * im[i];
      im[i] = a * im[i] + b * re[i];
      re[i] = real;
    }
  }

  /** Cycles per sample of the k-th of n terms: 0, 1/n, ... -2/n, -1/n. */
  private static double frequency(int k, int n) {
    return (2 * k < n ? k : k - n) / (double) n;
  }
}

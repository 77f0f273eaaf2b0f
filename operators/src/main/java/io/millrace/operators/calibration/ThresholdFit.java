package io.millrace.operators.calibration;

import io.millrace.detector.Calibration;
import io.millrace.detector.Thresholds;
import java.io.Serializable;
import java.util.Arrays;
import org.hipparchus.exception.MathRuntimeException;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.hipparchus.optim.nonlinear.vector.leastsquares.LeastSquaresBuilder;
import org.hipparchus.optim.nonlinear.vector.leastsquares.LeastSquaresOptimizer.Optimum;
import org.hipparchus.optim.nonlinear.vector.leastsquares.LevenbergMarquardtOptimizer;
import org.hipparchus.optim.nonlinear.vector.leastsquares.MultivariateJacobianFunction;
import org.hipparchus.util.Pair;
import org.hipparchus.util.Precision;

/**
 * Finds the thresholds of a scan from a sample of its pixels.
 *
 * <p>With v the sampled pixel values in ADU:
 *
 * <ol>
 *   <li>mean and stdDev (n - 1) of v
 *   <li>xray = mean + xraySigmas * stdDev
 *   <li>a histogram h with bins of width 1, bin i for the value x = minBin + i, where maxBin =
 *       min(max, int(mean + xray * stdDev)) and minBin = max(min, int(mean - xray * stdDev));
 *       values from maxBin on are left out. (The factor is the threshold itself, so that nearly
 *       always all values but the largest are in.)
 *   <li>the least-squares fit of {@code A exp(-(x - mu)^2 / (2 s^2))} to h, by Levenberg-Marquardt
 *       from (max h, mean, stdDev), with the tolerances of MINPACK's lmder1
 *   <li>background = mu + backgroundSigmas * |s|
 * </ol>
 *
 * @param frames frames to be sampled
 * @param backgroundSigmas width of the noise
 * @param xraySigmas distance of the x-rays
 */
public record ThresholdFit(int frames, double backgroundSigmas, double xraySigmas)
    implements Serializable {
  private static final int MAX_EVALUATIONS = 400;
  private static final double TOLERANCE = Math.sqrt(Math.ulp(1.0));

  /** If one value has a larger share of the pixels than this, there is no noise to be seen. */
  private static final double NEARLY_ALL = 0.95;

  /**
   * Fits.
   *
   * @param scan the detector's scan number
   * @param pixels those of the sampled frames, corrected as they will be for counting
   * @param sampledFrames frames in the sample
   * @throws CalibrationException if the sample gives no usable thresholds: there are no pixels,
   *     nearly all have the same value, the fit does not converge or is not the histogram's peak,
   *     or the thresholds are not {@code 0 <= background < xray}
   */
  public Calibration fit(long scan, PixelHistogram pixels, int sampledFrames)
      throws CalibrationException {
    Attempt attempt = new Attempt(sampledFrames, pixels.pixels());
    if (sampledFrames < 1 || attempt.n < 1) {
      throw attempt.failure("there is no complete frame", null);
    }

    int min = pixels.first();
    int max = min + pixels.counts().length - 1;
    double sum = 0;
    for (int v = min; v <= max; v++) {
      sum += (double) v * pixels.counts()[v - min];
    }
    double mean = sum / attempt.n;
    double squares = 0;
    for (int v = min; v <= max; v++) {
      squares += (v - mean) * (v - mean) * pixels.counts()[v - min];
    }
    double variance = squares / (attempt.n - 1);
    double stdDev = Math.sqrt(variance);
    int mode = mode(pixels);
    double share = pixels.counts()[mode - min] / (double) attempt.n;
    attempt.statistics(mean, stdDev, mode, share);
    if (share > NEARLY_ALL) {
      throw attempt.failure("(nearly) all pixels have the same value", null);
    }

    double xray = mean + xraySigmas * stdDev;
    int maxBin = (int) Math.min(max, mean + xray * stdDev);
    int minBin = (int) Math.max(min, mean - xray * stdDev);
    attempt.bins(minBin, maxBin);
    if (maxBin - minBin < 3) {
      throw attempt.failure("three parameters cannot be fitted to so few bins", null);
    }
    double[] h = new double[maxBin - minBin];
    for (int i = 0; i < h.length; i++) {
      h[i] = pixels.counts()[minBin - min + i];
    }

    Optimum optimum;
    try {
      optimum = leastSquares(h, minBin, mean, stdDev);
    } catch (MathRuntimeException e) {
      throw attempt.failure("the fit does not converge: " + e.getMessage(), e);
    }
    double height = optimum.getPoint().getEntry(0);
    double mu = optimum.getPoint().getEntry(1);
    double s = Math.abs(optimum.getPoint().getEntry(2));
    double background = mu + backgroundSigmas * s;
    attempt.fitted(height, mu, s, optimum.getEvaluations());
    if (!Double.isFinite(height) || !Double.isFinite(background) || !Double.isFinite(xray)) {
      throw attempt.failure("the fit is not finite", null);
    }
    // Since no pixel is negative, neither is the background threshold then.
    if (mu < minBin || mu > maxBin || !(height > 0)) {
      throw attempt.failure("the fitted Gaussian is not the peak of the histogram", null);
    }
    if (background >= xray) {
      throw attempt.failure(
          "the background threshold %.4f is not below the x-ray threshold %.4f"
              .formatted(background, xray),
          null);
    }
    return Calibration.fitted(
        scan,
        new Thresholds(background, xray),
        new Calibration.Fit(
            backgroundSigmas,
            xraySigmas,
            frames,
            sampledFrames,
            attempt.n,
            min,
            max,
            mean,
            variance,
            stdDev,
            minBin,
            h.length,
            height,
            mu,
            s,
            optimum.getCost() / Math.sqrt(h.length) / height,
            optimum.getEvaluations()));
  }

  /** The most frequent value, of several the smallest. */
  private static int mode(PixelHistogram pixels) {
    int most = 0;
    for (int i = 1; i < pixels.counts().length; i++) {
      if (pixels.counts()[i] > pixels.counts()[most]) {
        most = i;
      }
    }
    return pixels.first() + most;
  }

  private static Optimum leastSquares(double[] h, int minBin, double mean, double stdDev) {
    double peak = Arrays.stream(h).max().getAsDouble();
    return new LevenbergMarquardtOptimizer(100, TOLERANCE, TOLERANCE, 0, Precision.SAFE_MIN)
        .optimize(
            new LeastSquaresBuilder()
                .start(new double[] {peak, mean, stdDev})
                .target(h)
                .model(gaussian(minBin, h.length))
                .maxEvaluations(MAX_EVALUATIONS)
                .maxIterations(MAX_EVALUATIONS)
                .build());
  }

  /** Values and derivatives of {@code A exp(-(x - mu)^2 / (2 s^2))} in the bins, at (A, mu, s). */
  private static MultivariateJacobianFunction gaussian(int minBin, int bins) {
    return point -> {
      double height = point.getEntry(0);
      double mu = point.getEntry(1);
      double s = point.getEntry(2);
      double[] values = new double[bins];
      double[][] jacobian = new double[bins][3];
      for (int i = 0; i < bins; i++) {
        double d = (minBin + i - mu) / s;
        double e = Math.exp(-d * d / 2);
        values[i] = height * e;
        jacobian[i][0] = e;
        jacobian[i][1] = height * e * d / s;
        jacobian[i][2] = height * e * d * d / s;
      }
      return new Pair<RealVector, RealMatrix>(
          new ArrayRealVector(values, false), new Array2DRowRealMatrix(jacobian, false));
    };
  }

  /** What has been tried so far, for the message if it fails. */
  private final class Attempt {
    private final long n;
    private boolean mostlyZeros;
    private final StringBuilder tried = new StringBuilder();

    Attempt(int sampledFrames, long n) {
      this.n = n;
      tried.append("%d of %d frames, %,d pixels".formatted(sampledFrames, frames, n));
    }

    void statistics(double mean, double stdDev, int mode, double share) {
      tried.append(
          ", mean %.4f, standard deviation %.4f, most frequent value %d (%.1f %%)"
              .formatted(mean, stdDev, mode, 100 * share));
      mostlyZeros = mode == 0;
    }

    void bins(int minBin, int maxBin) {
      tried.append(
          ", bins from %d to %d, at most %d evaluations"
              .formatted(minBin, maxBin - 1, MAX_EVALUATIONS));
    }

    void fitted(double height, double mu, double s, int evaluations) {
      tried.append(
          ", fitted height %.4g, mean %.4f, width %.4f after %d evaluations"
              .formatted(height, mu, s, evaluations));
    }

    CalibrationException failure(String why, Throwable cause) {
      return new CalibrationException(
          "%s%s. Tried: %s. Give the thresholds, or a calibration of another scan"
              .formatted(
                  why,
                  mostlyZeros
                      ? ", and 0 is the most frequent: is the dark too high, or the gain wrong?"
                      : "",
                  tried),
          cause);
    }
  }
}

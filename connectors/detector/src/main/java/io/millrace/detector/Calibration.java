package io.millrace.detector;

import java.io.Serializable;
import java.util.List;

/**
 * What all counters of a scan have to agree on: its thresholds, where they come from, and the
 * pixels that are masked in this scan. The names of the statistics are those of the counted file.
 *
 * @param scan its {@link ScanKey key}
 * @param thresholds what counting uses
 * @param level centre of the noise in ADU, to which a row dark brings each half-row; null if nobody
 *     needs it
 * @param fit the statistics and the fit that gave thresholds and level; null if they were given
 * @param maskedPixels flat indices of pixels that earlier scans have shown to be hot, and that this
 *     scan leaves out; ascending
 */
public record Calibration(
    long scan, Thresholds thresholds, Double level, Fit fit, List<Integer> maskedPixels)
    implements CalibrationOutcome, Serializable {

  /**
   * Statistics of the sampled pixels in ADU, and the Gaussian that was fitted to their histogram.
   *
   * @param backgroundSigmas background threshold = optimizedMean + backgroundSigmas *
   *     optimizedStdDev
   * @param xraySigmas x-ray threshold = mean + xraySigmas * stdDev
   * @param requestedFrames frames that were asked for
   * @param sampledFrames frames that were used, the first complete ones by number
   * @param pixels values in the sample
   * @param min smallest sampled value
   * @param max largest sampled value
   * @param mean mean of all sampled values
   * @param variance variance (n - 1) of all sampled values
   * @param stdDev its square root
   * @param minBin the value that the first fitted bin of the histogram stands for
   * @param bins bins of the histogram that was fitted, each of width 1
   * @param amplitude height of the fitted Gaussian, in pixels
   * @param optimizedMean centre of the fitted Gaussian
   * @param optimizedStdDev width of the fitted Gaussian, positive
   * @param residual root mean square of (histogram - Gaussian), relative to the Gaussian's height
   * @param evaluations how often the fit evaluated the Gaussian
   */
  public record Fit(
      double backgroundSigmas,
      double xraySigmas,
      int requestedFrames,
      int sampledFrames,
      long pixels,
      double min,
      double max,
      double mean,
      double variance,
      double stdDev,
      int minBin,
      int bins,
      double amplitude,
      double optimizedMean,
      double optimizedStdDev,
      double residual,
      int evaluations)
      implements Serializable {}

  /** Thresholds that were fitted; nothing is masked. */
  public static Calibration fitted(long scan, Thresholds thresholds, Fit fit) {
    return new Calibration(scan, thresholds, fit.optimizedMean(), fit, List.of());
  }

  /** Thresholds that somebody gave; nothing is masked. */
  public static Calibration given(long scan, Thresholds thresholds, Double level) {
    return new Calibration(scan, thresholds, level, null, List.of());
  }

  /** The same with another level of the noise, in ADU. */
  public Calibration atLevel(double given) {
    return new Calibration(scan, thresholds, given, fit, maskedPixels);
  }

  /** The same with these pixels left out. */
  public Calibration masking(List<Integer> pixels) {
    return new Calibration(scan, thresholds, level, fit, List.copyOf(pixels));
  }
}

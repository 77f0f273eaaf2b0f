package io.millrace.detector;

import java.io.Serializable;

/**
 * The thresholds of a scan, and where they come from. The names of the statistics are those of the
 * counted file.
 *
 * @param scan the detector's scan number
 * @param thresholds what counting uses
 * @param fit the statistics and the fit that gave them; null if the thresholds were given
 */
public record Calibration(long scan, Thresholds thresholds, Fit fit)
    implements ScanNotice, Serializable {

  /**
   * Statistics of the sampled pixels in ADU, and the Gaussian that was fitted to their histogram.
   *
   * @param backgroundSigmas background threshold = optimizedMean + backgroundSigmas *
   *     optimizedStdDev
   * @param xraySigmas x-ray threshold = mean + xraySigmas * stdDev
   * @param requestedFrames frames that were asked for
   * @param sampledFrames frames that were used, the first complete ones by number
   * @param min smallest sampled value
   * @param max largest sampled value
   * @param mean mean of all sampled values
   * @param variance variance (n - 1) of all sampled values
   * @param stdDev its square root
   * @param bins bins of the histogram that was fitted
   * @param optimizedMean centre of the fitted Gaussian
   * @param optimizedStdDev width of the fitted Gaussian, positive
   * @param residual root mean square of (histogram - Gaussian), relative to the Gaussian's height
   */
  public record Fit(
      double backgroundSigmas,
      double xraySigmas,
      int requestedFrames,
      int sampledFrames,
      double min,
      double max,
      double mean,
      double variance,
      double stdDev,
      int bins,
      double optimizedMean,
      double optimizedStdDev,
      double residual)
      implements Serializable {}

  /** Thresholds that somebody gave. */
  public static Calibration given(long scan, Thresholds thresholds) {
    return new Calibration(scan, thresholds, null);
  }
}

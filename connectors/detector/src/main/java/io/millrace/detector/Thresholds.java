package io.millrace.detector;

import java.io.Serializable;

/**
 * The open interval of pixel values that are kept: {@code background < value < xray}, in ADU after
 * dark and gain.
 *
 * @param background values up to and including this are noise
 * @param xray values from this on are x-rays
 */
public record Thresholds(double background, double xray) implements Serializable {
  /** Checks that the interval is not empty. */
  public Thresholds {
    if (!(background < xray)) {
      throw new IllegalArgumentException(
          "the x-ray threshold (%s ADU) has to be above the background threshold (%s ADU)"
              .formatted(xray, background));
    }
  }

  /** Whether a value lies between the thresholds. */
  public boolean keeps(double value) {
    return background < value && value < xray;
  }
}

package io.millrace.operators.calibration;

/** No thresholds can be had from a sample; the message says why, and what was tried. */
public final class CalibrationException extends Exception {
  CalibrationException(String message, Throwable cause) {
    super(message, cause);
  }
}

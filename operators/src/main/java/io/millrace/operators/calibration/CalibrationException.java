package io.millrace.operators.calibration;

/** No thresholds can be had from a sample; the message says why, what was tried, what to do. */
public final class CalibrationException extends Exception {
  CalibrationException(String message, Throwable cause) {
    super(message, cause);
  }
}

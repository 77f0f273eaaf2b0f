/**
 * Calibration: the thresholds of a scan, from its first frames.
 *
 * <pre>
 *   sector's bytes ─▶ PixelHistogram ─▶ CalibrationSample ─ first complete frames ─▶ ThresholdFit ─▶ Calibration
 *                                                                                           or ─▶ CalibrationFailure
 * </pre>
 *
 * <p>The histogram of the pixel values is all that the fit needs of a frame, and does not depend on
 * the order of arrival: the thresholds of given frames are always the same.
 */
package io.millrace.operators.calibration;

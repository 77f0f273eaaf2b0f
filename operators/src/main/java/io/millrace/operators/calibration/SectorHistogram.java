package io.millrace.operators.calibration;

/**
 * The pixel values of one sector, on its way from the task that holds the sector to the
 * calibration.
 *
 * @param scan the detector's scan number
 * @param frame the detector's frame number
 * @param module the sector's module
 */
public record SectorHistogram(long scan, long frame, int module, PixelHistogram histogram) {}

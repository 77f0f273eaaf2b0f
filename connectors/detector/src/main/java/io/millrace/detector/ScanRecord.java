package io.millrace.detector;

/**
 * What a result is made of, in this order: the frames of a scan as they are assembled, its images,
 * the histogram of its calibration, and last its report.
 */
public sealed interface ScanRecord permits CountedFrame, ScanImage, SampleHistogram, ScanReport {
  /** The detector's number of the scan. */
  long scan();
}

package io.millrace.detector;

/**
 * What a result is made of, in this order: the frames of a scan as they are assembled, its images
 * and its hot pixels, and last its report.
 */
public sealed interface ScanRecord permits CountedFrame, ScanImage, HotPixelList, ScanReport {
  /** The detector's number of the scan. */
  long scan();
}

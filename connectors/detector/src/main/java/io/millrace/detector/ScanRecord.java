package io.millrace.detector;

/**
 * What a result is made of, in this order: the frames of a scan as they are assembled, the
 * histogram of its calibration, its images and its hot pixels, and last its report.
 */
public sealed interface ScanRecord
    permits CountedFrame, SampleHistogram, ScanImage, HotPixelList, ScanReport {
  /** The {@link ScanKey key} of the scan. */
  long scan();
}

package io.millrace.detector;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The pixel values that a scan's calibration was fitted to: how often each occurs in the sampled
 * frames, corrected as for counting. Goes to the file on a way of its own, since it would be too
 * long for what all counters have to read.
 *
 * @param scan its {@link ScanKey key}
 * @param first the value in ADU that {@code counts[0]} stands for
 * @param counts pixels of value {@code first + i}; bins of width 1
 */
public record SampleHistogram(long scan, int first, long[] counts)
    implements ScanNotice, ScanRecord, Serializable {
  /** Number of sampled pixels. */
  public long pixels() {
    return Arrays.stream(counts).sum();
  }
}

package io.millrace.operators.calibration;

import io.millrace.operators.counting.Pixels;
import java.io.Serializable;
import java.util.Arrays;

/**
 * How often each pixel value, 0 to 65,535 ADU, occurs.
 *
 * <p>Values below {@link #first} and from {@code first + counts.length} on do not occur, so that a
 * {@link #trimmed} histogram, whose ends are not 0, is short: some thousand values for a frame with
 * x-rays, some hundred without.
 */
public final class PixelHistogram implements Serializable {
  private int first;
  private long[] counts;

  /** A histogram of nothing. */
  public PixelHistogram() {
    this(0, new long[0]);
  }

  /**
   * A histogram of these counts; the array is not copied.
   *
   * @param first the value that {@code counts[0]} stands for
   * @throws IllegalArgumentException if values lie outside 0 to 65,535
   */
  public PixelHistogram(int first, long[] counts) {
    if (first < 0 || first + counts.length > Pixels.MAX + 1) {
      throw new IllegalArgumentException(
          "%d pixel values from %d on do not lie in 0 to 65,535".formatted(counts.length, first));
    }
    this.first = first;
    this.counts = counts;
  }

  /** Counts pixels; see {@link Pixels}. */
  public void add(byte[] pixels) {
    cover(0, Pixels.MAX + 1);
    for (int i = 0; i < pixels.length / Short.BYTES; i++) {
      counts[Pixels.get(pixels, i)]++;
    }
  }

  /** Adds the counts of another. */
  public void add(PixelHistogram other) {
    if (other.counts.length > 0) {
      cover(other.first, other.first + other.counts.length);
      for (int i = 0; i < other.counts.length; i++) {
        counts[other.first - first + i] += other.counts[i];
      }
    }
  }

  /** Makes room for the values {@code from <= value < to}. */
  private void cover(int from, int to) {
    if (counts.length == 0) {
      first = from;
      counts = new long[to - from];
    } else if (from < first || to > first + counts.length) {
      int start = Math.min(from, first);
      long[] wider = new long[Math.max(to, first + counts.length) - start];
      System.arraycopy(counts, 0, wider, first - start, counts.length);
      first = start;
      counts = wider;
    }
  }

  /** The same histogram from the smallest value that occurs to the largest. */
  public PixelHistogram trimmed() {
    int from = 0;
    int to = counts.length;
    while (from < to && counts[from] == 0) {
      from++;
    }
    while (to > from && counts[to - 1] == 0) {
      to--;
    }
    return new PixelHistogram(from == to ? 0 : first + from, Arrays.copyOfRange(counts, from, to));
  }

  /** The value that {@code counts()[0]} stands for. */
  public int first() {
    return first;
  }

  /** Pixels of value {@code first + i}; the memory behind the histogram. */
  public long[] counts() {
    return counts;
  }

  /** Number of pixels. */
  public long pixels() {
    return Arrays.stream(counts).sum();
  }
}

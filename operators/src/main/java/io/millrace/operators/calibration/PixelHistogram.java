package io.millrace.operators.calibration;

import io.millrace.operators.counting.Pixels;
import java.io.Serializable;
import java.util.Arrays;

/**
 * How often each pixel value, 0 to 65,535 ADU, occurs.
 *
 * <p>It reaches from the smallest value that occurs to the largest, so it is short: some thousand
 * values for a frame with x-rays, some hundred without. A sector's is made in a tenth of a
 * millisecond and takes a few kilobytes.
 */
public final class PixelHistogram implements Serializable {
  private int first;
  private long[] counts;

  /** A histogram of nothing. */
  public PixelHistogram() {
    this(0, new long[0]);
  }

  /**
   * A histogram of these counts.
   *
   * @param first the value that {@code counts[0]} stands for
   * @param counts not copied, unless there are zeros at its ends
   * @throws IllegalArgumentException if values lie outside 0 to 65,535
   */
  public PixelHistogram(int first, long[] counts) {
    if (first < 0 || first + counts.length > Pixels.MAX + 1) {
      throw new IllegalArgumentException(
          "%d pixel values from %d on do not lie in 0 to 65,535".formatted(counts.length, first));
    }
    int from = 0;
    int to = counts.length;
    while (from < to && counts[from] == 0) {
      from++;
    }
    while (to > from && counts[to - 1] == 0) {
      to--;
    }
    this.first = from == to ? 0 : first + from;
    this.counts = to - from == counts.length ? counts : Arrays.copyOfRange(counts, from, to);
  }

  /** Counts pixels; see {@link Pixels}. */
  public void add(byte[] pixels) {
    int n = pixels.length / Short.BYTES;
    if (n == 0) {
      return;
    }
    // Looking for the ends first costs less than clearing room for all values that could occur.
    int min = Pixels.MAX;
    int max = 0;
    for (int i = 0; i < n; i++) {
      int value = Pixels.get(pixels, i);
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    cover(min, max + 1);
    for (int i = 0; i < n; i++) {
      counts[Pixels.get(pixels, i) - first]++;
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

  /** The smallest value that occurs, which {@code counts()[0]} stands for; 0 if there is none. */
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

package io.millrace.benchmarks;

import java.util.Arrays;

/**
 * The middle of some measurements, and how far they scatter. Outliers move neither, unless it is
 * said.
 */
public final class Spread {
  /** Of fewer measurements the quartiles say nothing. */
  private static final int FEWEST = 4;

  private Spread() {}

  /** The middle value; of an even number the mean of the middle two. */
  public static double median(double... values) {
    return quantile(0.5, values);
  }

  /**
   * The noise of measurements as a share of their median: half the distance from the first to the
   * third quartile. Null, which is unknown, if there are fewer than four.
   */
  public static Double of(double... values) {
    if (values.length < FEWEST) {
      return null;
    }
    return (quantile(0.75, values) - quantile(0.25, values)) / 2 / Math.abs(median(values));
  }

  /** The coefficient of variation: standard deviation (n - 1) over mean. Outliers count. */
  public static double variation(double... values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    return Math.sqrt(squares / (values.length - 1)) / mean;
  }

  /** The share of the values that are within a factor of their median, above and below. */
  public static double shareWithin(double factor, double... values) {
    double median = median(values);
    long within =
        Arrays.stream(values).filter(v -> median / factor <= v && v <= median * factor).count();
    return within / (double) values.length;
  }

  /**
   * The value below which a share of the others lies; between two of them on the straight line.
   *
   * @param q the share, 0 (the smallest) to 1 (the largest); 0.95 is also called p95
   */
  public static double quantile(double q, double... values) {
    if (values.length == 0 || !(q >= 0 && q <= 1)) {
      throw new IllegalArgumentException(
          "quantile %s of %d values; needed: 0 to 1, of at least one".formatted(q, values.length));
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}

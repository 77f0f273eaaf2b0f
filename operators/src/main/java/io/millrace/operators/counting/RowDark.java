package io.millrace.operators.counting;

/** The statistic of a half-row that the row dark levels. */
public enum RowDark {
  /** The mean, summed in single precision in pixel order. */
  MEAN,
  /** The median; of an even number of pixels the mean of the middle two. */
  MEDIAN
}

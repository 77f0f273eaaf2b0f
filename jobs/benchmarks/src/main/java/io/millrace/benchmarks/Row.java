package io.millrace.benchmarks;

/**
 * A line of the table: what was measured, and what it should be.
 *
 * <pre>{@code
 * Row.of("pipeline to the counted file", 1.9, "GB/s").ratio(0.83).spread(0.04).atLeast(0.75)
 * Row.of("calibration from 20 frames", 42, "ms").valueAtMost(100)
 * }</pre>
 *
 * @param name what was measured; unique within a command, and the same in every run, so that runs
 *     can be compared
 * @param value the result
 * @param unit of the value
 * @param ratio the result as a share of the limit's, or of what the name says, measured in the same
 *     run; null if there is nothing to compare with
 * @param bound what it should be; null if nobody set anything
 * @param spread noise of the ratio, or of the value where there is no ratio, as a share of it: half
 *     the interquartile range over the median of the rounds ({@link Spread}); null if unknown
 */
public record Row(
    String name, double value, String unit, Double ratio, Bound bound, Double spread) {
  /**
   * What a number should be.
   *
   * @param target the number itself is as good
   * @param least true if more is better, false if less is
   * @param ofValue true if it is about the value, false if it is about the ratio
   */
  public record Bound(double target, boolean least, boolean ofValue) {}

  /** A result with nothing to compare it with, and no target. */
  public static Row of(String name, double value, String unit) {
    return new Row(name, value, unit, null, null, null);
  }

  /** The same, with the share of the limit's. */
  public Row ratio(double ratio) {
    return new Row(name, value, unit, ratio, bound, spread);
  }

  /** The same, with its noise as a share of it; null if that is unknown. */
  public Row spread(Double spread) {
    return new Row(name, value, unit, ratio, bound, spread);
  }

  /** The same, that should be so much or more: the ratio if there is one by now, else the value. */
  public Row atLeast(double target) {
    return bound(new Bound(target, true, ratio == null));
  }

  /** The same, that should be so much or less: the ratio if there is one by now, else the value. */
  public Row atMost(double target) {
    return bound(new Bound(target, false, ratio == null));
  }

  /** The same, whose value should be so much or more, whatever the ratio. */
  public Row valueAtLeast(double target) {
    return bound(new Bound(target, true, true));
  }

  /** The same, whose value should be so much or less, whatever the ratio. */
  public Row valueAtMost(double target) {
    return bound(new Bound(target, false, true));
  }

  private Row bound(Bound bound) {
    return new Row(name, value, unit, ratio, bound, spread);
  }

  /** What it should be; null if nobody set anything. */
  public Double target() {
    return bound == null ? null : (Double) bound.target;
  }

  /** Whether the target is met; null without one. A result that is no number meets none. */
  public Boolean met() {
    if (bound == null) {
      return null;
    }
    double measured = bound.ofValue ? value : ratio;
    return bound.least ? measured >= bound.target : measured <= bound.target;
  }

  /** The ratio, or the value where there is none: what the spread is about. */
  double result() {
    return ratio == null ? value : ratio;
  }
}

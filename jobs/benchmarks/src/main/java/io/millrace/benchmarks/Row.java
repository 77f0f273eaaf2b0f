package io.millrace.benchmarks;

/**
 * A line of the table.
 *
 * @param name what was measured
 * @param value the result
 * @param unit of the value
 * @param ratio the speed as a share of the limit's, or of what the name says; null if there is
 *     nothing to compare with
 * @param target least ratio; without a ratio, the most that the value may be; null if nobody set
 *     any
 * @param met whether the target is met; null without one
 */
record Row(String name, double value, String unit, Double ratio, Double target, Boolean met) {
  /** A speed; more is better. */
  static Row speed(String name, double framesPerSecond, double ratio, Double target) {
    return new Row(
        name,
        framesPerSecond,
        "frames/s",
        ratio,
        target,
        target == null ? null : (Boolean) (ratio >= target));
  }

  /** A time; less is better. */
  static Row time(String name, double millis, double target) {
    return new Row(name, millis, "ms", null, target, millis < target);
  }
}

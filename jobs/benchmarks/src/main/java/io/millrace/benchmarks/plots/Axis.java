package io.millrace.benchmarks.plots;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where numbers lie between two ends of a picture, and which of them are written there.
 *
 * @param ticks numbers to write, ascending
 * @param low number at the first end
 * @param high number at the other end
 * @param logarithmic whether equal factors are equal distances, rather than equal differences
 * @param from the first end, in pixels
 * @param to the other end, in pixels
 */
record Axis(
    List<Double> ticks, double low, double high, boolean logarithmic, double from, double to) {
  /** At most so many steps from 0 to the end, of numbers as wide as they are high. */
  private static final int MOST_STEPS = 6;

  private static final int LEAST_STEPS = 2;
  private static final int TEXT_DISTANCE = 14;

  /** From 1 to 2, 5, 10, and again, in halves. */
  private static final int[] STEP_FACTORS = {4, 5, 4};

  /** From 0 to a round number that is not less than {@code max}, in steps of 1, 2 or 5. */
  static Axis linear(double max, double from, double to) {
    return linear(max, from, to, MOST_STEPS);
  }

  /** The same across, with only so many numbers that they do not touch. */
  static Axis across(double max, double from, double to) {
    int room = (int) ((to - from) / (Svg.width(text(max)) + TEXT_DISTANCE));
    return linear(max, from, to, Math.max(LEAST_STEPS, Math.min(room, MOST_STEPS)));
  }

  private static Axis linear(double max, double from, double to, int mostSteps) {
    if (!(max > 0 && max < Double.POSITIVE_INFINITY)) {
      max = 1; // nothing to show; the axis is there all the same
    }
    // Whole steps of a power of ten, which has no error of its own: 0.6, not 0.6000000000000001.
    int digits = 1 - (int) Math.floor(Math.log10(max));
    int step = 1;
    for (int f = 0; steps(max, step, digits) > mostSteps; f++) {
      step = step * STEP_FACTORS[f % 3] / 2;
    }
    List<Double> ticks = new ArrayList<>();
    for (int i = 0; i <= steps(max, step, digits); i++) {
      ticks.add(BigDecimal.valueOf((long) i * step, digits).doubleValue());
    }
    return new Axis(List.copyOf(ticks), 0, ticks.get(ticks.size() - 1), false, from, to);
  }

  private static int steps(double max, int step, int digits) {
    return BigDecimal.valueOf(max)
        .scaleByPowerOfTen(digits)
        .divide(BigDecimal.valueOf(step), 0, RoundingMode.CEILING)
        .intValueExact();
  }

  /** With the given numbers, which are greater than 0, at distances of their factors. */
  static Axis logarithmic(List<Double> ticks, double from, double to) {
    double low = ticks.get(0);
    double high = ticks.get(ticks.size() - 1);
    return new Axis(ticks, low, high, true, from, to);
  }

  /** Where a number lies, in pixels. */
  double at(double value) {
    double share;
    if (high == low) {
      share = 0.5;
    } else if (logarithmic) {
      share = Math.log(value / low) / Math.log(high / low);
    } else {
      share = (value - low) / (high - low);
    }
    return from + share * (to - from);
  }

  /** A number as it is written at an axis or a bar: 3 digits, 12,000 rather than 1.20e4. */
  static String text(double value) {
    double size = Math.abs(value);
    String text =
        String.format(
            Locale.ROOT,
            size >= 100
                ? "%,.0f"
                : size >= 10 ? "%.1f" : size >= 0.1 || size == 0 ? "%.2f" : "%.3g",
            value);
    return text.contains(".") && !text.contains("e") ? text.replaceFirst("\\.?0+$", "") : text;
  }
}

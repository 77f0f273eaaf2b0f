package io.millrace.chaos;

import java.time.Duration;
import java.util.Locale;

/** Durations as they are shown: in seconds, rounded to tenths. */
final class Seconds {
  private Seconds() {}

  static double of(Duration duration) {
    return Math.round(duration.toMillis() / 100.0) / 10.0;
  }

  /** With the unit; such as {@code 12.0 s}. */
  static String text(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", of(duration));
  }
}

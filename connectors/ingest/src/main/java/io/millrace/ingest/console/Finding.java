package io.millrace.ingest.console;

import java.util.Locale;

/**
 * A judgement of the doctor.
 *
 * @param grade how it is
 * @param subject what was looked at
 * @param text what was found
 * @param next what to do; empty if it is good
 */
record Finding(Grade grade, String subject, String text, String next) {
  enum Grade {
    /** As it should be. */
    OK,
    /** Works, but not for everything, or not safely. */
    WARNING,
    /** Does not work. */
    PROBLEM;

    /** As people write it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String subject, String text) {
    return new Finding(Grade.OK, subject, text, "");
  }

  static Finding warning(String subject, String text, String next) {
    return new Finding(Grade.WARNING, subject, text, next);
  }

  static Finding problem(String subject, String text, String next) {
    return new Finding(Grade.PROBLEM, subject, text, next);
  }

  /** A line, and one more for what to do. */
  String lines() {
    String line = "%-9s%-16s%s%n".formatted(grade, subject, text);
    return next.isEmpty() ? line : line + "%25s%s%n".formatted("", next);
  }
}

package io.millrace.gateway.session;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What people are told while they wait: a line at a time, with the time. */
record TimedLines(PrintWriter out) {
  void say(String text) {
    out.printf("%s  %s%n", Instant.now().truncatedTo(ChronoUnit.SECONDS), text);
    out.flush();
  }
}

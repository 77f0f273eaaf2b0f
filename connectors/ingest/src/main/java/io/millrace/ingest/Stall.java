package io.millrace.ingest;

import java.time.Duration;
import java.time.Instant;

/**
 * That something has to wait for somebody else.
 *
 * @param what who takes nothing, and where; a sentence without its end
 * @param since since when
 */
record Stall(String what, Instant since) {
  /** After so long people should hear of it. */
  static final Duration WORTH_TELLING = Duration.ofSeconds(5);

  /** It begins now. */
  static Stall now(String what) {
    return new Stall(what, Instant.now());
  }

  boolean isWorthTelling() {
    return Duration.between(since, Instant.now()).compareTo(WORTH_TELLING) >= 0;
  }

  /** For people; the same for as long as it lasts. */
  @Override
  public String toString() {
    return "%s since %s".formatted(what, since);
  }
}

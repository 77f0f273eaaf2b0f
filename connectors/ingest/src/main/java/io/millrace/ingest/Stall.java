package io.millrace.ingest;

import java.time.Duration;
import java.time.Instant;

/**
 * That something has to wait for somebody else.
 *
 * @param by who takes nothing, and where
 * @param since since when
 */
record Stall(String by, Instant since) {
  /** After so long people should hear of it. */
  static final Duration WORTH_TELLING = Duration.ofSeconds(5);

  /** Somebody takes nothing from now on. */
  static Stall now(String by) {
    return new Stall(by, Instant.now());
  }

  boolean isWorthTelling() {
    return Duration.between(since, Instant.now()).compareTo(WORTH_TELLING) >= 0;
  }

  /** For people; the same for as long as it lasts. */
  @Override
  public String toString() {
    return "%s has taken nothing since %s".formatted(by, since);
  }
}

package io.millrace.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Rounds as they may have been. */
final class Rounds {
  private static final Instant BEGAN = Instant.parse("2026-11-28T20:00:00.123Z");

  private Rounds() {}

  static Fault fault(Victim victim, Deed deed, int seconds) {
    return new Fault(victim, deed, 0.5, Duration.ofSeconds(seconds));
  }

  static Round whole(int number, Fault fault, int recoverySeconds) {
    return round(number, fault, Difference.NONE, "complete", recoverySeconds, "");
  }

  static Round lossy(int number, Fault fault, long lost, int recoverySeconds) {
    return round(
        number, fault, new Difference(lost, 2, 40, 10, 0), "incomplete", recoverySeconds, "");
  }

  /** The producer was killed for good: so many events of those that are lost are not named. */
  static Round forsaken(int number, long unnamed) {
    Round round = lossy(number, fault(Victim.PRODUCER, Deed.KILL, 3), 100, 1);
    return new Round(
        number,
        number,
        BEGAN,
        round.fault(),
        round.strike(),
        round.recovery(),
        new Difference(100, 0, 40, 10, unnamed),
        "incomplete",
        round.files(),
        true,
        "");
  }

  static Round hanging(int number, Fault fault) {
    return new Round(
        number,
        number,
        BEGAN,
        Optional.of(fault),
        Optional.of(new Strike("aggregator-1", 4711, 0, Duration.ofMillis(8_040))),
        Optional.empty(),
        Difference.NONE,
        "",
        List.of(),
        false,
        "the scan has not ended after 300 s");
  }

  private static Round round(
      int number, Fault fault, Difference difference, String state, int recovery, String hang) {
    return new Round(
        number,
        number,
        BEGAN,
        Optional.of(fault),
        Optional.of(new Strike(fault.victim() + "-1", 4711, 0, Duration.ofMillis(8_040))),
        Optional.of(Duration.ofSeconds(recovery)),
        difference,
        state,
        List.of(Path.of("/counted/FOURD_%d.h5".formatted(number))),
        false,
        hang);
  }
}

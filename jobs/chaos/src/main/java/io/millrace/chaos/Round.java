package io.millrace.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What came of one round.
 *
 * @param number from 1; 0 is the undisturbed one
 * @param scan its number
 * @param began when the producer was started
 * @param fault what was planned; empty if undisturbed
 * @param strike what was done; empty if nothing was
 * @param recovery from the fault to the first new frame behind the standstill that it caused; empty
 *     if none came
 * @param difference of the scan's file and what was sent
 * @param state of the scan in ZooKeeper: complete, incomplete, failed; empty if it has no end
 * @param files the scan's counted files: one, if all is well
 * @param hang why the round was given up; empty if the scan has ended
 */
record Round(
    int number,
    long scan,
    Instant began,
    Optional<Fault> fault,
    Optional<Strike> strike,
    Optional<Duration> recovery,
    Difference difference,
    String state,
    List<Path> files,
    String hang) {
  private static final String COMPLETE = "complete";

  boolean hangs() {
    return !hang.isEmpty();
  }

  /** Nothing was lost, nothing doubled, and ZooKeeper says so. */
  boolean isWhole() {
    return !hangs() && difference.isNone() && state.equals(COMPLETE) && files.size() == 1;
  }

  /**
   * The recovery without the time that was taken from the system: of a pause of 10 s, what came
   * after the 10 s.
   */
  Optional<Duration> ownRecovery() {
    Duration outage = fault.map(Fault::outage).orElse(Duration.ZERO);
    return recovery.map(whole -> whole.compareTo(outage) > 0 ? whole.minus(outage) : Duration.ZERO);
  }

  /** One line for people. */
  String line() {
    String what = fault.isEmpty() ? done() : done() + "; " + recovered();
    return "%s  round %d  %s; %s".formatted(Chaos.time(began), number, what, result());
  }

  /** What was done to whom, and when. */
  String done() {
    if (fault.isEmpty()) {
      return "undisturbed";
    }
    return strike
        .map(
            s ->
                "%s (%s, process %d) %s into the scan"
                    .formatted(fault.get(), s.whom(), s.pid(), Seconds.text(s.intoScan())))
        .orElse(fault.get() + ": did not come to it");
  }

  private String recovered() {
    if (strike.isEmpty()) {
      return "nothing to recover from";
    }
    if (recovery.isEmpty()) {
      return "no frame was counted after it";
    }
    String whole = "frames again after " + Seconds.text(recovery.get());
    return fault.get().outage().isZero()
        ? whole
        : "%s, without the %s %s"
            .formatted(whole, fault.get().deed(), Seconds.text(ownRecovery().get()));
  }

  /** What came of the scan. */
  String result() {
    if (hangs()) {
      return "HANGS: " + hang;
    }
    if (isWhole()) {
      return "whole";
    }
    String text =
        "lost %,d events and doubled %,d, %,d frames lack %,d sectors, %s"
            .formatted(
                difference.lost(),
                difference.doubled(),
                difference.framesMissing(),
                difference.sectorsMissing(),
                state);
    return files.size() == 1 ? text : text + ", %d files".formatted(files.size());
  }
}

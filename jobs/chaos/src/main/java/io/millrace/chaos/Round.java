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
 * @param forsaken nobody started the part again, with what it had in its memory
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
    boolean forsaken,
    String hang) {
  private static final String COMPLETE = "complete";
  private static final String INCOMPLETE = "incomplete";

  boolean hangs() {
    return !hang.isEmpty();
  }

  /** Nothing was lost, nothing doubled, and ZooKeeper says so; what was planned, was done. */
  boolean isWhole() {
    return isStruck()
        && !hangs()
        && difference.isNone()
        && state.equals(COMPLETE)
        && files.size() == 1;
  }

  /**
   * All that can be asked for: whole, or if a part did not come back, exactly what the file names
   * is missing.
   */
  boolean isGood() {
    return isWhole()
        || forsaken
            && !hangs()
            && difference.isNamed()
            && state.equals(INCOMPLETE)
            && files.size() == 1;
  }

  /** A round in which nothing was done, though it was planned, says nothing about faults. */
  private boolean isStruck() {
    return fault.isEmpty() || strike.isPresent();
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
                    .formatted(what(), s.whom(), s.pid(), Seconds.text(s.intoScan())))
        .orElse(fault.get() + ": did not come to it");
  }

  private String what() {
    return forsaken ? "kill %s for good".formatted(fault.get().victim()) : fault.get().toString();
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
    if (!isStruck() && difference.isNone()) {
      return "the fault did not come in time";
    }
    String text =
        "lost %,d events and doubled %,d, %,d frames lack %,d sectors, %s"
            .formatted(
                difference.lost(),
                difference.doubled(),
                difference.framesMissing(),
                difference.sectorsMissing(),
                state);
    if (forsaken) {
      text +=
          isGood()
              ? "; exactly what the file names"
              : ", %,d of them in sectors that are there".formatted(difference.unnamed());
    }
    return files.size() == 1 ? text : text + ", %d files".formatted(files.size());
  }
}

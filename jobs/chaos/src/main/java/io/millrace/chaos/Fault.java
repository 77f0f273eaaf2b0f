package io.millrace.chaos;

import java.time.Duration;

/**
 * One part is hit once, in mid-scan.
 *
 * @param victim who
 * @param deed how
 * @param at when: the share of the time that the scan takes undisturbed
 * @param length of the pause, or of the time without connections; for a kill, the time until
 *     somebody starts the part again
 */
record Fault(Victim victim, Deed deed, double at, Duration length) {

  /**
   * The time that is taken from the system, whatever it does. That until a killed part is started
   * again is not: others can take over meanwhile.
   */
  Duration outage() {
    return deed == Deed.KILL ? Duration.ZERO : length;
  }

  /** For people; such as {@code pause aggregator for 12.0 s}. */
  @Override
  public String toString() {
    return switch (deed) {
      case KILL -> "kill %s, start it again after %s".formatted(victim, Seconds.text(length));
      case PAUSE -> "pause %s for %s".formatted(victim, Seconds.text(length));
      case CUT -> "cut %s off for %s".formatted(victim, Seconds.text(length));
    };
  }
}

package io.millrace.gateway.facility;

import java.util.List;

/**
 * How a facility is.
 *
 * @param health whether it takes jobs
 * @param notes what it says to people, such as when a maintenance ends
 */
public record FacilityStatus(Health health, List<String> notes) {
  /** Whether jobs can be submitted. */
  public enum Health {
    /** As it should be. */
    ACTIVE,
    /** It takes jobs, and something is not as it should be. */
    DEGRADED,
    /** It takes none, as on a day of maintenance. */
    UNAVAILABLE,
    /** It says something that we do not know, which is no reason not to try. */
    UNKNOWN
  }

  /** Copies the notes. */
  public FacilityStatus {
    notes = List.copyOf(notes);
  }
}

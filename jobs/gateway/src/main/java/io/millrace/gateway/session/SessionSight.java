package io.millrace.gateway.session;

/**
 * What a session is at, for people.
 *
 * @param step where it is
 * @param text one line; for an end that was not good, what to look at
 */
public record SessionSight(Step step, String text) {
  /** Where a session is on its way. */
  public enum Step {
    /** The facility does not know the job yet. */
    SUBMITTED,
    /** It waits for nodes. */
    QUEUED,
    /** It has nodes, and its processes come up. */
    STARTING,
    /** A scan can begin, or is under way. */
    READY,
    /** No new scan begins. */
    DRAINING,
    /** It is over, as it should be. */
    ENDED,
    /** It is over, and something went wrong. */
    FAILED;

    /** Whether nothing more comes. */
    public boolean isOver() {
      return this == ENDED || this == FAILED;
    }
  }
}

package io.millrace.gateway.facility;

import java.time.Duration;

/**
 * How long a facility is waited for.
 *
 * @param answer to one request, until all of it is there
 * @param call with all its further tries
 * @param firstPause before the second try; each further one is twice as long
 * @param longestPause before any try, unless the facility asks for a longer one
 * @param submit of a job with all that belongs to it: until its id is known
 * @param task until the facility's own work for a submit counts as stuck
 * @param unseen for a job to be seen that may have been submitted: so long it may take until the
 *     facility knows it
 */
public record Patience(
    Duration answer,
    Duration call,
    Duration firstPause,
    Duration longestPause,
    Duration submit,
    Duration task,
    Duration unseen) {
  /** What a facility needs that is used by thousands. */
  public static final Patience USUAL =
      new Patience(
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofMillis(500),
          Duration.ofSeconds(10),
          Duration.ofMinutes(5),
          Duration.ofMinutes(1),
          Duration.ofSeconds(30));

  /**
   * For a Slurm that is asked itself, and is being restarted or has more to do than it can. It has
   * no tasks: a submit is answered with the job.
   */
  static final Patience SLURM =
      new Patience(
          Duration.ofSeconds(60),
          Duration.ofMinutes(2),
          Duration.ofMillis(500),
          Duration.ofSeconds(10),
          Duration.ofMinutes(2),
          Duration.ZERO,
          Duration.ofSeconds(5));

  /** Between tries, as long as there is use in another one. */
  Pauses pauses(Duration within) {
    return new Pauses(firstPause, longestPause, within);
  }
}

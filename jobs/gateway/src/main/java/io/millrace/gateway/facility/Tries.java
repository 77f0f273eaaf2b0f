package io.millrace.gateway.facility;

import java.time.Duration;
import java.util.Optional;

/**
 * Tries again what may succeed at another try, with pauses that become longer.
 *
 * @param within after this time there is no other try
 * @param firstPause before the second try; each further one is twice as long
 * @param longestPause before any try
 * @param unseen for a job to be seen that may have been submitted, before it is submitted again
 */
record Tries(Duration within, Duration firstPause, Duration longestPause, Duration unseen) {
  /** For a Slurm that is being restarted, or has more to do than it can. */
  static final Tries USUAL =
      new Tries(
          Duration.ofMinutes(2),
          Duration.ofMillis(500),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5));

  /** Something to ask for. */
  @FunctionalInterface
  interface Call<T> {
    /** Asks, once. */
    T make() throws FacilityException, InterruptedException;
  }

  /**
   * Asks for what may be asked for twice.
   *
   * @throws LostAnswer if there is no answer in time; the last one
   */
  <T> T asking(Call<T> call) throws FacilityException, InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    Duration pause = firstPause;
    while (true) {
      try {
        return call.make();
      } catch (LostAnswer e) {
        if (System.nanoTime() + pause.toNanos() > end) {
          throw e;
        }
        Thread.sleep(pause.toMillis());
        pause = longer(pause);
      }
    }
  }

  /**
   * Submits a job, exactly once: when the answer is lost, the job is looked for by its name before
   * it is submitted again.
   *
   * @param name of the job, and of no other
   * @param submit gives the job's id
   * @param find gives the job of that name; asks as often as it needs
   * @throws FacilityException if there is no answer in time; then nobody knows whether there is a
   *     job
   */
  String submitting(String name, Call<String> submit, Call<Optional<Job>> find)
      throws FacilityException, InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    Duration pause = firstPause;
    while (true) {
      LostAnswer lost;
      try {
        return submit.make();
      } catch (LostAnswer e) {
        lost = e;
      }
      try {
        Optional<Job> job = seen(find);
        if (job.isPresent()) {
          return job.get().id();
        }
      } catch (FacilityException e) {
        lost.addSuppressed(e);
        throw unknown(name, lost);
      }
      if (System.nanoTime() + pause.toNanos() > end) {
        throw unknown(name, lost);
      }
      Thread.sleep(pause.toMillis());
      pause = longer(pause);
    }
  }

  /** What was heard may be done a little later. */
  private Optional<Job> seen(Call<Optional<Job>> find)
      throws FacilityException, InterruptedException {
    long end = System.nanoTime() + unseen.toNanos();
    while (true) {
      Optional<Job> job = find.make();
      if (job.isPresent() || System.nanoTime() + firstPause.toNanos() > end) {
        return job;
      }
      Thread.sleep(firstPause.toMillis());
    }
  }

  private static FacilityException unknown(String name, LostAnswer lost) {
    return new FacilityException(
        "nobody knows whether job %s was submitted; look for it by its name before you start another: %s"
            .formatted(name, lost.getMessage()),
        lost);
  }

  private Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(longestPause) < 0 ? twice : longestPause;
  }
}

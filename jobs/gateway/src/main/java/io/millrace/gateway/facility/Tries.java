package io.millrace.gateway.facility;

import java.util.Optional;

/** Tries again what may succeed at another try. */
record Tries(Patience patience) {
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
    Pauses pauses = patience.pauses(patience.call());
    while (true) {
      try {
        return call.make();
      } catch (LostAnswer e) {
        if (!pauses.pause()) {
          throw e;
        }
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
    Pauses pauses = patience.pauses(patience.submit());
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
      if (!pauses.pause()) {
        throw unknown(name, lost);
      }
    }
  }

  /** What was heard may be done a little later. */
  private Optional<Job> seen(Call<Optional<Job>> find)
      throws FacilityException, InterruptedException {
    Pauses pauses = new Pauses(patience.firstPause(), patience.firstPause(), patience.unseen());
    while (true) {
      Optional<Job> job = find.make();
      if (job.isPresent() || !pauses.pause()) {
        return job;
      }
    }
  }

  private static FacilityException unknown(String name, LostAnswer lost) {
    return new FacilityException(
        "nobody knows whether job %s was submitted; look for it by its name before you start another: %s"
            .formatted(name, lost.getMessage()),
        lost);
  }
}

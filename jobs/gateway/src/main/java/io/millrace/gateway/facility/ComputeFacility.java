package io.millrace.gateway.facility;

import java.time.Instant;
import java.util.Optional;

/**
 * A place that runs batch jobs. Implementations try again what may succeed at a second try (a
 * time-out, a broken connection, a server that is busy or being restarted) for a bounded time; what
 * then fails is a {@link FacilityException} that names what, where and what to do.
 *
 * <p>For use by one thread at a time.
 */
public interface ComputeFacility extends AutoCloseable {
  /** What is known of the facility's health, now. */
  FacilityStatus status() throws FacilityException, InterruptedException;

  /**
   * Submits a job, exactly once: its name is unlike that of any other, and when an answer is lost
   * the job is looked for by that name before it is submitted again.
   *
   * @param name the job's; letters, digits, dots, dashes and underscores
   * @param script all of it; begins with {@code #!}
   * @return the job's id
   * @throws SubmitRefused if the facility will not take it; says why in the facility's words
   */
  String submit(String name, String script) throws FacilityException, InterruptedException;

  /**
   * What became of a job.
   *
   * @return empty if the facility does not know it, as right after it was submitted
   */
  Optional<Job> get(String id) throws FacilityException, InterruptedException;

  /**
   * The job of that name, if there is one that was submitted in the last days: the last one.
   *
   * @param name as it was submitted
   */
  Optional<Job> find(String name) throws FacilityException, InterruptedException;

  /** Ends a job: TERM, and after the facility's grace KILL. Nothing if it has ended. */
  void cancel(String id) throws FacilityException, InterruptedException;

  /**
   * Writes a file there, or replaces it.
   *
   * @param path absolute; its folder is there
   */
  void put(String path, byte[] content) throws FacilityException, InterruptedException;

  /**
   * Reads the end of a file there.
   *
   * @param path absolute
   * @param bytes at most so many
   * @return empty if there is no such file
   */
  Optional<String> tail(String path, int bytes) throws FacilityException, InterruptedException;

  /** When what this signs in with ends; empty if it does not, or nobody says. */
  default Optional<Instant> credentialExpiry() throws FacilityException, InterruptedException {
    return Optional.empty();
  }

  /** Lets go of what it holds here; jobs outlive it. */
  @Override
  default void close() {
    // As a rule nothing.
  }
}

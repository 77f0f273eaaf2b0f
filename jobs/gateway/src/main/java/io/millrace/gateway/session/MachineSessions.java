package io.millrace.gateway.session;

import io.millrace.allocation.SessionOrders;
import io.millrace.gateway.facility.ComputeFacility;
import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.facility.FacilityStatus;
import io.millrace.gateway.facility.Job;
import io.millrace.gateway.facility.JobState;
import io.millrace.gateway.facility.SubmitRefused;
import io.millrace.gateway.machine.BatchScript;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.machine.SessionRequest;
import io.millrace.gateway.session.SessionSight.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sessions on one machine: the steps from asking for one to its end, which the commands and the
 * gateway take alike. For use by one thread at a time.
 *
 * @param facility who takes the jobs
 * @param machine its profile
 */
public record MachineSessions(ComputeFacility facility, MachineProfile machine)
    implements AutoCloseable {

  /**
   * Signs in.
   *
   * @throws FacilityException if what that needs is not there, such as a key
   * @throws IOException if the machine is this one, and its folder cannot be made
   */
  public static MachineSessions open(MachineProfile machine) throws FacilityException, IOException {
    switch (machine.facility().kind()) {
      case LOCAL, SLURM -> Files.createDirectories(Path.of(machine.folder()));
      default -> {
        // It is there, or the facility says that it is not.
      }
    }
    return new MachineSessions(Facilities.open(machine), machine);
  }

  /**
   * Sees whether the facility takes jobs.
   *
   * @param walltime that one is to have
   * @return what people should know nevertheless
   * @throws FacilityException if it takes none
   */
  public List<String> requireHealth(Duration walltime)
      throws FacilityException, InterruptedException {
    List<String> notes = new ArrayList<>();
    FacilityStatus status = facility.status();
    if (status.health() == FacilityStatus.Health.UNAVAILABLE) {
      throw new FacilityException(
          "%s takes no jobs now: %s".formatted(machine.name(), String.join("; ", status.notes())));
    }
    if (status.health() != FacilityStatus.Health.ACTIVE) {
      notes.add(
          "%s is %s: %s"
              .formatted(machine.name(), status.health(), String.join("; ", status.notes())));
    }
    Optional<Instant> expiry = facility.credentialExpiry();
    if (expiry.isPresent() && expiry.get().isBefore(Instant.now().plus(walltime))) {
      notes.add(
          "the key for %s ends at %s, before the session may"
              .formatted(machine.name(), expiry.get()));
    }
    return notes;
  }

  /**
   * A name that no job has had: the session's, or another if that is to go on.
   *
   * @param resume whether it goes on
   * @throws SubmitRefused if there was one of that name, or none that could go on
   */
  public String newJob(String session, boolean resume)
      throws FacilityException, InterruptedException {
    SessionJobs jobs = new SessionJobs(facility, machine, session);
    SessionJobs.Last last = jobs.last();
    if (resume && last.number() < 0) {
      throw new SubmitRefused(
          "%s knows of no session %s that could go on".formatted(machine.name(), session));
    }
    if (last.job().isPresent() && last.job().get().state().phase() != JobState.Phase.ENDED) {
      throw new SubmitRefused(
          "session %s is under way on %s: job %s is %s; 'millrace session stop' ends it, or choose another name"
              .formatted(session, machine.name(), last.job().get().id(), last.job().get().state()));
    }
    if (!resume && last.number() >= 0) {
      throw new SubmitRefused(
          "session %s was on %s before; choose another name, or 'millrace session start --resume'"
              .formatted(session, machine.name()));
    }
    return jobs.again(last.number() + 1);
  }

  /**
   * Submits the job of a session.
   *
   * @param job name of it
   * @return its id
   */
  public String submit(String job, SessionRequest request)
      throws FacilityException, InterruptedException {
    return facility.submit(job, BatchScript.of(machine, job, request));
  }

  /**
   * Begins to watch a job.
   *
   * @param job name of it
   * @param id of it
   * @param now when it was submitted, or is looked at first
   */
  public SessionWatch watch(String session, String job, String id, Instant now) {
    return new SessionWatch(facility, machine, session, job, id, now);
  }

  /**
   * Ends a session: lets the scans under way end, if it has begun.
   *
   * @param job its last own job, which has not ended
   * @param atOnce whether scans are not waited for
   */
  public void end(String session, Job job, boolean atOnce)
      throws FacilityException, InterruptedException {
    if (atOnce || job.state().phase() == JobState.Phase.QUEUED) {
      facility.cancel(job.id());
    } else {
      facility.put(machine.folderOf(session) + "/" + SessionOrders.DRAIN, new byte[0]);
    }
  }

  /**
   * Whether a session is at a step for too long. READY ends with the walltime, and SUBMITTED when
   * the job stays unknown.
   *
   * @return what it is too late for; empty if it is not
   */
  public static Optional<String> late(MachineProfile machine, Step step, Duration since) {
    int minutes =
        switch (step) {
          case QUEUED -> machine.queueMinutes();
          // Its own deadline comes first, and its end says more.
          case STARTING -> machine.startMinutes() + 5;
          case DRAINING -> machine.drainMinutes() + machine.mostMinutes();
          default -> Integer.MAX_VALUE;
        };
    return since.toMinutes() >= minutes
        ? Optional.of("%s for %d min".formatted(step, since.toMinutes()))
        : Optional.empty();
  }

  @Override
  public void close() {
    facility.close();
  }
}

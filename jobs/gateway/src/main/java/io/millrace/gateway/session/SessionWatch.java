package io.millrace.gateway.session;

import io.millrace.allocation.SessionReport;
import io.millrace.gateway.facility.ComputeFacility;
import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.facility.Job;
import io.millrace.gateway.facility.JobState;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.session.SessionSight.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Puts together what the facility says of a job and what the job says itself. Asked again and
 * again; between two looks nothing is assumed but that time passes.
 */
public final class SessionWatch {
  private static final int LOG_BYTES = 3_000;

  /** Slurm's reasons of jobs that wait for ever: limits that they are above themselves. */
  private static final Pattern NEVER =
      Pattern.compile(
          "^(PartitionNodeLimit|PartitionTimeLimit|PartitionConfig|QOSMax\\w*PerJob\\w*)");

  /**
   * Right after it was submitted a job may be unknown, and so it may be when a facility hiccups.
   */
  static final Duration UNKNOWN_TIMEOUT = Duration.ofMinutes(3);

  /** A report is written each 5 s; the clocks there and here may differ by as much again. */
  static final Duration SILENCE_TIMEOUT = Duration.ofMinutes(2);

  private final ComputeFacility facility;
  private final MachineProfile machine;
  private final String session;
  private final String name;
  private final String id;
  private Instant known;
  private Instant running;
  private Instant stale;
  private Instant written;
  private Instant writtenChanged;

  /**
   * @param name of the job, after which its log is named
   * @param id of the job
   * @param now when it was submitted, or is looked at first
   */
  SessionWatch(
      ComputeFacility facility,
      MachineProfile machine,
      String session,
      String name,
      String id,
      Instant now) {
    this.facility = facility;
    this.machine = machine;
    this.session = session;
    this.name = name;
    this.id = id;
    this.known = now;
  }

  /** Takes a look. */
  public SessionSight look(Instant now) throws FacilityException, InterruptedException {
    Optional<Job> found = facility.get(id);
    if (found.isEmpty()) {
      return Duration.between(known, now).compareTo(UNKNOWN_TIMEOUT) > 0
          ? failed(
              "%s has not known job %s for %d s", machine.name(), id, UNKNOWN_TIMEOUT.toSeconds())
          : new SessionSight(
              Step.SUBMITTED, "%s does not know job %s yet".formatted(machine.name(), id));
    }
    known = now;
    Job job = found.get();
    return switch (job.state().phase()) {
      case QUEUED -> {
        running = null;
        // A job that is put back to the queue left a report, which is not that of its next start.
        stale = report().map(SessionReport::written).orElse(null);
        yield new SessionSight(
            Step.QUEUED,
            "job %s waits for %d nodes%s%s"
                .formatted(
                    id,
                    job.nodes(),
                    job.reason().isEmpty() ? "" : ": " + job.reason(),
                    NEVER.matcher(job.reason()).find()
                        ? "; it will not run so: stop it, and ask for fewer nodes, less time or another QOS"
                        : ""));
      }
      case RUNNING -> running(job, now);
      case ENDED -> ended(job);
    };
  }

  private SessionSight running(Job job, Instant now)
      throws FacilityException, InterruptedException {
    if (running == null) {
      running = now;
    }
    Optional<SessionReport> read = report().filter(r -> !r.written().equals(stale));
    if (read.isEmpty()) {
      return Duration.between(running, now).toMinutes() >= machine.startMinutes()
          ? failed(
              "job %s is %s and has not said anything for %d min; the end of its log:%n%s",
              id, job.state(), machine.startMinutes(), log())
          : new SessionSight(Step.STARTING, "job %s is %s".formatted(id, job.state()));
    }
    SessionReport report = read.get();
    if (!report.written().equals(written)) {
      written = report.written();
      writtenChanged = now;
    }
    // By this clock, since the other one may be wrong.
    boolean silent = Duration.between(writtenChanged, now).compareTo(SILENCE_TIMEOUT) > 0;
    if (silent && !report.state().isOver()) {
      return failed(
          "job %s is %s and has been silent since %s; the end of its log:%n%s",
          id, job.state(), report.written(), log());
    }
    return switch (report.state()) {
      case STARTING ->
          new SessionSight(
              Step.STARTING,
              "%d of %d TaskManagers; %s"
                  .formatted(report.taskManagers(), report.taskManagersWanted(), report.reason()));
      case READY, STREAMING ->
          new SessionSight(
              Step.READY,
              "%s%s"
                  .formatted(
                      report.state() == SessionReport.State.READY
                          ? "ready: press acquire"
                          : "streaming",
                      report.reason().isEmpty() ? "" : " (" + report.reason() + ")"));
      case DRAINING -> new SessionSight(Step.DRAINING, "draining: " + report.reason());
      // Its processes are being ended; the job's end says the rest.
      case ENDED -> new SessionSight(Step.DRAINING, "its processes end");
      case FAILED -> new SessionSight(Step.DRAINING, "it has failed: " + report.reason());
    };
  }

  private SessionSight ended(Job job) throws FacilityException, InterruptedException {
    Optional<SessionReport> report = report();
    boolean well =
        report.isPresent()
            ? report.get().state() == SessionReport.State.ENDED
            : job.state() == JobState.COMPLETED;
    if (well) {
      return new SessionSight(Step.ENDED, "job %s is %s".formatted(id, job.state()));
    }
    String why =
        report.isPresent() && report.get().state() == SessionReport.State.FAILED
            ? report.get().reason()
            : job.reason();
    return failed(
        "job %s is %s%s; the end of its log, %s:%n%s",
        id, job.state(), why.isEmpty() ? "" : ": " + why, machine.logOf(name), log());
  }

  /** The job's own word; empty while it has none, and that of an earlier job lies there yet. */
  public Optional<SessionReport> report() throws FacilityException, InterruptedException {
    return new SessionJobs(facility, machine, session)
        .report()
        .filter(r -> r.batchJob().equals(name));
  }

  private String log() throws FacilityException, InterruptedException {
    return facility.tail(machine.logOf(name), LOG_BYTES).orElse("(there is none)");
  }

  private static SessionSight failed(String text, Object... values) {
    return new SessionSight(Step.FAILED, text.formatted(values));
  }
}

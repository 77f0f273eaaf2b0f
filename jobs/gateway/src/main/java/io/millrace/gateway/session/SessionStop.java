package io.millrace.gateway.session;

import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.facility.Job;
import io.millrace.gateway.facility.JobState;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.session.SessionSight.Step;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Ends a session at a facility. */
@Command(
    name = "stop",
    description =
        "Ends a session on the nodes of a facility: lets the scans under way end, and then its job. Needs no"
            + " ZooKeeper.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the session is over, as it should be; with --now, its job has ended",
      "1:there is no such session, it is not over after --wait, or it has failed",
      "2:an option is unknown or has an impossible value"
    })
public final class SessionStop implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private NamedSession named;

  @Option(
      names = "--now",
      description =
          "cancel the job; 'session start --resume' goes on where it was, with what producers retain")
  private boolean atOnce;

  @Option(names = "--wait", defaultValue = "15m", paramLabel = "TIME", description = "for its end")
  private Duration wait;

  @Option(
      names = "--poll",
      defaultValue = "2s",
      paramLabel = "TIME",
      description = "how often to ask the facility")
  private Duration poll;

  @Override
  public Integer call() throws IOException, InterruptedException {
    String session = named.name(spec);
    MachineProfile machine = named.machine();
    try (MachineSessions sessions = MachineSessions.open(machine)) {
      Job job =
          new SessionJobs(sessions.facility(), machine, session)
              .last()
              .job()
              .orElseThrow(
                  () ->
                      new FacilityException(
                          "%s has no job of session %s".formatted(machine.name(), session)));
      TimedLines out = new TimedLines(spec.commandLine().getOut());
      JobState.Phase phase = job.state().phase();
      if (phase != JobState.Phase.ENDED) {
        sessions.end(session, job, atOnce);
        out.say(
            phase == JobState.Phase.QUEUED || atOnce
                ? "job %s is cancelled".formatted(job.id())
                : "job %s is asked to drain".formatted(job.id()));
      }
      int status = await(sessions, session, job, phase == JobState.Phase.QUEUED, out);
      if (status == 0 && !atOnce) {
        out.say("what is left is yours: end the aggregator and the producers of " + session);
      }
      return status;
    } catch (FacilityException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private int await(
      MachineSessions sessions, String session, Job job, boolean queued, TimedLines out)
      throws FacilityException, InterruptedException {
    Instant deadline = Instant.now().plus(wait);
    SessionWatch watch = sessions.watch(session, job.name(), job.id(), Instant.now());
    SessionSight last = null;
    while (true) {
      SessionSight sight = watch.look(Instant.now());
      // What it was at before it heard of this is no news.
      if (!sight.equals(last) && sight.step() != Step.READY) {
        last = sight;
        out.say("%s: %s".formatted(sight.step(), sight.text()));
      }
      if (sight.step().isOver()) {
        return sight.step() == Step.ENDED || atOnce || queued ? 0 : 1;
      }
      if (Instant.now().isAfter(deadline)) {
        throw new FacilityException(
            "session %s is not over after %d s; --now cancels its job"
                .formatted(session, wait.toSeconds()));
      }
      Thread.sleep(poll.toMillis());
    }
  }
}

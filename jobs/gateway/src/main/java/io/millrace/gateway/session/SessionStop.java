package io.millrace.gateway.session;

import io.millrace.gateway.facility.ComputeFacility;
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
    try (ComputeFacility facility = Facilities.open(machine)) {
      Job job =
          new SessionJobs(facility, machine, session)
              .last()
              .job()
              .orElseThrow(
                  () ->
                      new FacilityException(
                          "%s has no job of session %s".formatted(machine.name(), session)));
      if (job.state().phase() == JobState.Phase.ENDED) {
        return await(facility, machine, session, job);
      }
      if (atOnce || job.state().phase() == JobState.Phase.QUEUED) {
        facility.cancel(job.id());
      } else {
        facility.put(machine.folderOf(session) + "/drain", new byte[0]);
      }
      return await(facility, machine, session, job);
    } catch (FacilityException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private int await(ComputeFacility facility, MachineProfile machine, String session, Job job)
      throws FacilityException, InterruptedException {
    Instant deadline = Instant.now().plus(wait);
    TimedLines out = new TimedLines(spec.commandLine().getOut());
    SessionWatch watch =
        new SessionWatch(facility, machine, session, job.name(), job.id(), Instant.now());
    SessionSight last = null;
    while (true) {
      SessionSight sight = watch.look(Instant.now());
      if (!sight.equals(last)) {
        last = sight;
        out.say("%s: %s".formatted(sight.step(), sight.text()));
      }
      if (sight.step().isOver()) {
        return sight.step() == Step.ENDED || atOnce ? 0 : 1;
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

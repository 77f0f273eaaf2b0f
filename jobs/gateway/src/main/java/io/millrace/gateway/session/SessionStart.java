package io.millrace.gateway.session;

import io.millrace.allocation.SessionReport;
import io.millrace.gateway.facility.ComputeFacility;
import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.facility.FacilityStatus;
import io.millrace.gateway.facility.JobState;
import io.millrace.gateway.machine.BatchScript;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.machine.SessionRequest;
import io.millrace.gateway.session.SessionSight.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** From nothing to a session that is ready. */
@Command(
    name = "start",
    description =
        "Starts a session on the nodes of a facility: submits its batch job, tells what becomes of it, and"
            + " returns when a scan can begin.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the session is ready; with --follow, it has ended as it should",
      "1:it has failed, or is not ready in time, and then it is cancelled; the last lines say why",
      "2:an option is unknown or has an impossible value"
    })
public final class SessionStart implements Callable<Integer> {
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  @Spec private CommandSpec spec;

  @Mixin private MachineOptions machineOptions;

  @Option(names = "--nodes", defaultValue = "1", paramLabel = "N", description = "compute nodes")
  private int nodes;

  @Option(
      names = "--walltime",
      defaultValue = "1h",
      paramLabel = "TIME",
      description = "how long it may take, in whole minutes such as 90m")
  private Duration walltime;

  @Option(
      names = "--session",
      paramLabel = "NAME",
      description = "its name, which no other has had; not given, one is made from the time")
  private String session;

  @Option(
      names = "--job",
      paramLabel = "OPTION",
      description = "an option for the counting job, such as --job=--centroids; may be repeated")
  private List<String> jobOptions = List.of();

  @Option(
      names = "--poll",
      defaultValue = "2s",
      paramLabel = "TIME",
      description = "how often to ask the facility")
  private Duration poll;

  @Option(
      names = "--resume",
      description =
          "go on with the --session whose job was cancelled or ran out of time: from its last checkpoint, if its"
              + " ZooKeeper is the same")
  private boolean resume;

  @Option(names = "--follow", description = "stay until the session is over")
  private boolean follow;

  @Option(names = "--print-script", description = "print the batch script, and submit nothing")
  private boolean printScript;

  @Override
  public Integer call() throws IOException, InterruptedException {
    TimedLines out = new TimedLines(spec.commandLine().getOut());
    MachineProfile machine = machineOptions.load();
    String name = session == null ? "session-" + NAME.format(Instant.now()) : session;
    SessionRequest request = new SessionRequest(name, nodes, walltime, jobOptions);
    try {
      if (resume && session == null) {
        throw new IllegalArgumentException("--resume needs the --session that is to go on");
      }
      request.check(machine);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    if (printScript) {
      spec.commandLine().getOut().print(BatchScript.of(machine, name, request));
      spec.commandLine().getOut().flush();
      return 0;
    }
    switch (machine.facility().kind()) {
      case LOCAL, SLURM -> Files.createDirectories(Path.of(machine.folder()));
      default -> {
        // It is there, or the facility says that it is not.
      }
    }
    try (ComputeFacility facility = Facilities.open(machine)) {
      requireHealth(facility, machine, out);
      String job = jobName(new SessionJobs(facility, machine, name));
      String id = facility.submit(job, BatchScript.of(machine, job, request));
      out.say("session %s is job %s on %s".formatted(name, id, machine.name()));
      SessionWatch watch = new SessionWatch(facility, machine, name, job, id, Instant.now());
      try {
        return watch(facility, machine, name, id, watch, out);
      } catch (FacilityException e) {
        throw new FacilityException(
            "%s; job %s is left as it is: millrace session stop ends it"
                .formatted(e.getMessage(), id),
            e);
      }
    } catch (FacilityException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void requireHealth(ComputeFacility facility, MachineProfile machine, TimedLines out)
      throws FacilityException, InterruptedException {
    FacilityStatus status = facility.status();
    if (status.health() == FacilityStatus.Health.UNAVAILABLE) {
      throw new FacilityException(
          "%s takes no jobs now: %s".formatted(machine.name(), String.join("; ", status.notes())));
    }
    if (status.health() != FacilityStatus.Health.ACTIVE) {
      out.say(
          "%s is %s: %s"
              .formatted(machine.name(), status.health(), String.join("; ", status.notes())));
    }
    Optional<Instant> expiry = facility.credentialExpiry();
    if (expiry.isPresent() && expiry.get().isBefore(Instant.now().plus(walltime))) {
      out.say(
          "the key for %s ends at %s, before the session may"
              .formatted(machine.name(), expiry.get()));
    }
  }

  /** A name that no job has had: the session's, or another if that is to go on. */
  private String jobName(SessionJobs jobs) throws FacilityException, InterruptedException {
    String machine = jobs.machine().name();
    SessionJobs.Last last = jobs.last();
    if (resume && last.number() < 0) {
      throw new FacilityException(
          "%s knows of no session %s that could go on".formatted(machine, jobs.session()));
    }
    if (!resume && last.number() >= 0) {
      throw new FacilityException(
          "session %s was on %s before; choose another name, or --resume"
              .formatted(jobs.session(), machine));
    }
    if (last.job().isPresent() && last.job().get().state().phase() != JobState.Phase.ENDED) {
      throw new FacilityException(
          "session %s is under way on %s: job %s is %s"
              .formatted(jobs.session(), machine, last.job().get().id(), last.job().get().state()));
    }
    return jobs.again(last.number() + 1);
  }

  private int watch(
      ComputeFacility facility,
      MachineProfile machine,
      String name,
      String id,
      SessionWatch watch,
      TimedLines out)
      throws FacilityException, InterruptedException {
    Instant stepSince = Instant.now();
    SessionSight last = null;
    while (true) {
      Instant now = Instant.now();
      SessionSight sight = watch.look(now);
      if (!sight.equals(last)) {
        out.say("%s: %s".formatted(sight.step(), sight.text()));
        if (last == null || last.step() != sight.step()) {
          stepSince = now;
          if (sight.step() == Step.READY) {
            describe(watch, name, out);
          }
        }
        last = sight;
      }
      if (sight.step() == Step.FAILED) {
        // Nothing if it has ended; else it would hold its nodes to its walltime.
        facility.cancel(id);
        return 1;
      }
      if (sight.step() == Step.ENDED) {
        return 0;
      }
      if (sight.step() == Step.READY && !follow) {
        return 0;
      }
      Optional<String> late = late(machine, sight.step(), Duration.between(stepSince, now));
      if (late.isPresent()) {
        facility.cancel(id);
        out.say("FAILED: %s: %s; job %s is cancelled".formatted(late.get(), sight.text(), id));
        return 1;
      }
      Thread.sleep(poll.toMillis());
    }
  }

  /** Every step but READY has a deadline; that one ends with the walltime. */
  private static Optional<String> late(MachineProfile machine, Step step, Duration since) {
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

  private static void describe(SessionWatch watch, String name, TimedLines out)
      throws FacilityException, InterruptedException {
    Optional<SessionReport> read = watch.report();
    if (read.isPresent()) {
      SessionReport report = read.get();
      out.say("Flink's dashboard: %s".formatted(report.dashboard()));
      if (report.endsBy() != null) {
        out.say("it ends at %s".formatted(report.endsBy().truncatedTo(ChronoUnit.SECONDS)));
      }
      out.say(
          "producers: scripts/millrace producer --session %s --zookeeper %s"
              .formatted(name, report.zooKeeper()));
    }
  }
}

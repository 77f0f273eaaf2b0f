package io.millrace.gateway.session;

import io.millrace.allocation.SessionReport;
import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.machine.BatchScript;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.machine.SessionRequest;
import io.millrace.gateway.session.SessionSight.Step;
import java.io.IOException;
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
    try (MachineSessions sessions = MachineSessions.open(machine)) {
      sessions.requireHealth(walltime).forEach(out::say);
      String job = sessions.newJob(name, resume);
      String id = sessions.submit(job, request);
      out.say("session %s is job %s on %s".formatted(name, id, machine.name()));
      try {
        return watch(sessions, name, id, sessions.watch(name, job, id, Instant.now()), out);
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

  private int watch(
      MachineSessions sessions, String name, String id, SessionWatch watch, TimedLines out)
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
            describe(sessions.machine(), watch, name, out);
          }
        }
        last = sight;
      }
      if (sight.step() == Step.FAILED) {
        // Nothing if it has ended; else it would hold its nodes to its walltime.
        sessions.facility().cancel(id);
        return 1;
      }
      if (sight.step() == Step.ENDED) {
        return 0;
      }
      if (sight.step() == Step.READY && !follow) {
        return 0;
      }
      Optional<String> late =
          MachineSessions.late(sessions.machine(), sight.step(), Duration.between(stepSince, now));
      if (late.isPresent()) {
        sessions.facility().cancel(id);
        out.say("FAILED: %s: %s; job %s is cancelled".formatted(late.get(), sight.text(), id));
        return 1;
      }
      Thread.sleep(poll.toMillis());
    }
  }

  private static void describe(
      MachineProfile machine, SessionWatch watch, String name, TimedLines out)
      throws FacilityException, InterruptedException {
    Optional<SessionReport> read = watch.report();
    if (read.isPresent()) {
      SessionReport report = read.get();
      out.say("Flink's dashboard: %s".formatted(report.dashboard()));
      if (report.endsBy() != null) {
        out.say("it ends at %s".formatted(report.endsBy().truncatedTo(ChronoUnit.SECONDS)));
      }
      out.say("files: %s".formatted(machine.output()));
      out.say("state: scripts/millrace status --zookeeper %s".formatted(report.zooKeeper()));
      out.say(
          "producers: scripts/millrace producer --session %s --zookeeper %s"
              .formatted(name, report.zooKeeper()));
    }
  }
}

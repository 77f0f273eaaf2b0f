package io.millrace.gateway.session;

import io.millrace.allocation.SessionOrders;
import io.millrace.allocation.SessionReport;
import io.millrace.gateway.facility.ComputeFacility;
import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.facility.Job;
import io.millrace.gateway.facility.JobState;
import io.millrace.gateway.machine.BatchScript;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.machine.SessionRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Gives a session more nodes, or fewer. A batch job cannot grow, so more nodes are another job,
 * {@code NAME.more-1} and so on; fewer are those given back first, and then nodes of the session's
 * own job left idle.
 */
@Command(
    name = "scale",
    description =
        "Gives a running session more nodes, or fewer. The scan under way goes on: each change costs it some"
            + " seconds from the last checkpoint on, in which its producers keep their sectors (--retain).",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the nodes are asked for; 'millrace status' shows the TaskManagers as they come and go",
      "1:there is no such session, or the facility does not do it; the message says why",
      "2:an option is unknown or has an impossible value"
    })
public final class SessionScale implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private NamedSession named;

  @Option(
      names = "--nodes",
      required = true,
      paramLabel = "N",
      description = "compute nodes in all")
  private int nodes;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    String session = named.name(spec);
    MachineProfile machine = named.machine();
    try {
      SessionRequest.checkNodes(machine, nodes);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    try (ComputeFacility facility = Facilities.open(machine)) {
      SessionJobs jobs = new SessionJobs(facility, machine, session);
      Job own = jobs.last().job().orElse(null);
      if (own == null || own.state().phase() != JobState.Phase.RUNNING) {
        throw new FacilityException(
            "%s has no running job of session %s".formatted(machine.name(), session));
      }
      int used = Math.min(nodes, own.nodes());
      facility.put(
          machine.folderOf(session) + "/" + SessionOrders.NODES,
          Integer.toString(used).getBytes(StandardCharsets.UTF_8));
      out.printf("job %s uses %d of its %d nodes%n", own.id(), used, own.nodes());
      scaleOthers(jobs, nodes - used, out);
      out.flush();
      return 0;
    } catch (FacilityException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Those that came last go first. */
  private static void scaleOthers(SessionJobs jobs, int wanted, PrintWriter out)
      throws FacilityException, InterruptedException {
    List<Job> others =
        jobs.more().stream().filter(job -> job.state().phase() != JobState.Phase.ENDED).toList();
    int there = others.stream().mapToInt(Job::nodes).sum();
    for (int i = others.size() - 1; i >= 0 && there > wanted; i--) {
      Job last = others.get(i);
      jobs.facility().cancel(last.id());
      there -= last.nodes();
      out.printf("job %s gives its %d nodes back%n", last.id(), last.nodes());
    }
    if (there < wanted) {
      SessionRequest request =
          new SessionRequest(jobs.session(), wanted - there, timeLeft(jobs), List.of());
      String name = jobs.nextMore();
      String script;
      try {
        script = BatchScript.joining(jobs.machine(), name, request);
      } catch (IllegalArgumentException e) {
        throw new FacilityException(e.getMessage(), e);
      }
      String id = jobs.facility().submit(name, script);
      out.printf("job %s is submitted for %d more nodes%n", id, wanted - there);
    }
  }

  /** As long as the session has, and a minute more, in which it ends. */
  private static Duration timeLeft(SessionJobs jobs)
      throws FacilityException, InterruptedException {
    Duration most = Duration.ofMinutes(jobs.machine().mostMinutes());
    return jobs.report()
        .map(SessionReport::endsBy)
        .map(end -> Duration.between(Instant.now(), end).plusMinutes(1))
        .filter(left -> left.compareTo(most) < 0)
        .orElse(most);
  }
}

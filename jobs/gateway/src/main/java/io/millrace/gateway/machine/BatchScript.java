package io.millrace.gateway.machine;

import io.millrace.allocation.SessionOrders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The batch script of a session: sbatch's options, the environment, and the one program that does
 * the rest. All that a person or a profile has said is checked before, and stands between quotes.
 */
public final class BatchScript {
  /** Slurm may send it up to a minute early, and enforces the limit some seconds late. */
  private static final Duration SIGNAL_SLACK = Duration.ofSeconds(30);

  private BatchScript() {}

  /**
   * Writes that of a session.
   *
   * @param job name of the batch job: the session's, or another when the session goes on
   * @throws IllegalArgumentException if the request is impossible on the machine
   */
  public static String of(MachineProfile machine, String job, SessionRequest request) {
    request.check(machine);
    List<String> lines = head(machine, job, request.nodes(), request.walltime());
    lines.add(
        """

        # Near the walltime comes USR1: the scans under way end, and no new one begins. To the end comes TERM, which the
        # program is told; the session stays as it is then, for another job.
        mkdir -p %1$s
        # An earlier job of this session may have been drained near its walltime, or scaled.
        rm -f %1$s/%2$s %1$s/%3$s
        drain() {
          : >%1$s/%2$s
        }
        trap drain USR1"""
            .formatted(
                ShellWord.quote(machine.folderOf(request.session())),
                SessionOrders.DRAIN,
                SessionOrders.NODES));
    List<String> words = program(machine, request.session());
    words.add("--batch-job=" + job);
    words.add("--walltime=" + request.walltime().toMinutes() + "m");
    words.add("--output=" + machine.output());
    if (!machine.zookeeper().isEmpty()) {
      words.add("--zookeeper=" + machine.zookeeper());
    }
    words.add("--interfaces=" + String.join(",", machine.interfaces()));
    words.add("--most-lanes=" + machine.mostNodes() * machine.lanesPerNode());
    words.add("--start-timeout=" + machine.startMinutes() + "m");
    words.add("--drain-notice=" + machine.drainMinutes() + "m");
    request.jobOptions().forEach(option -> words.add("--job=" + option));
    return script(lines, words);
  }

  /**
   * Writes that of more nodes for a session that runs.
   *
   * @param job name of the batch job
   * @param request with the session's name, and how many nodes for how long
   * @throws IllegalArgumentException if the request is impossible on the machine
   */
  public static String joining(MachineProfile machine, String job, SessionRequest request) {
    request.check(machine);
    List<String> lines = head(machine, job, request.nodes(), request.walltime());
    // It leaves when the session ends, and not before: those last minutes are for scans.
    lines.add("trap : USR1");
    List<String> words = program(machine, request.session());
    words.add("--join");
    return script(lines, words);
  }

  private static List<String> head(
      MachineProfile machine, String job, int nodes, Duration walltime) {
    List<String> lines = new ArrayList<>();
    lines.add("#!/bin/bash");
    for (String option : options(machine, job, nodes, walltime)) {
      lines.add("#SBATCH --" + option);
    }
    lines.add("# For a session of Millrace, made from the machine profile " + machine.name() + ".");
    lines.add("set -uo pipefail");
    machine
        .environment()
        .forEach((name, value) -> lines.add("export " + name + "=" + ShellWord.quote(value)));
    return lines;
  }

  private static List<String> options(
      MachineProfile machine, String job, int nodes, Duration walltime) {
    List<String> options = new ArrayList<>();
    options.add("job-name=" + job);
    options.add("nodes=" + nodes);
    options.add("ntasks-per-node=1");
    options.add("time=" + walltime.toMinutes());
    options.add("chdir=" + machine.folder());
    options.add("output=" + machine.logOf(job));
    // A job that is put back to the queue goes on in the same file.
    options.add("open-mode=append");
    // One node lost is not the end.
    options.add("no-kill");
    options.add(
        "signal=B:USR1@"
            + Duration.ofMinutes(machine.drainMinutes()).plus(SIGNAL_SLACK).toSeconds());
    machine
        .batch()
        .forEach((option, value) -> options.add(value == null ? option : option + "=" + value));
    return options;
  }

  private static List<String> program(MachineProfile machine, String session) {
    return new ArrayList<>(
        List.of(
            machine.millrace() + "/scripts/millrace",
            "allocation",
            "--session=" + session,
            "--folder=" + machine.folderOf(session),
            "--local=" + machine.local(),
            "--lanes-per-node=" + machine.lanesPerNode(),
            "--task-manager-memory=" + machine.taskManagerMemory()));
  }

  /** A signal ends the wait of a shell, and not the program. */
  private static String script(List<String> lines, List<String> program) {
    lines.add("program= told=");
    lines.add("trap 'told=yes; [[ -z $program ]] || kill -s TERM \"$program\" 2>/dev/null' TERM");
    lines.add(String.join(" \\\n  ", program.stream().map(ShellWord::quote).toList()) + " &");
    lines.add(
        """
        program=$!
        [[ -z $told ]] || kill -s TERM "$program" 2>/dev/null
        while kill -0 "$program" 2>/dev/null; do
          wait "$program"
        done
        wait "$program"
        exit $?
        """);
    return String.join("\n", lines);
  }
}

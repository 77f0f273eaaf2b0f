package io.millrace.gateway.machine;

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
   * Writes it.
   *
   * @throws IllegalArgumentException if the request is impossible on the machine
   */
  public static String of(MachineProfile machine, SessionRequest request) {
    request.check(machine);
    List<String> lines = new ArrayList<>();
    lines.add("#!/bin/bash");
    for (String option : options(machine, request)) {
      lines.add("#SBATCH --" + option);
    }
    lines.add("# A session of Millrace, made from the machine profile " + machine.name() + ".");
    lines.add("set -uo pipefail");
    machine
        .environment()
        .forEach((name, value) -> lines.add("export " + name + "=" + ShellWord.quote(value)));
    lines.add(
        """

        # Near the walltime comes USR1, and to the end TERM. Either lets the scans under way end, and no new one begin:
        # the first by a file, for which there is time, the other by TERM, for which there is little.
        drain() {
          mkdir -p %1$s && : >%1$s/drain
        }
        trap drain USR1
        trap 'kill -s TERM "$supervisor" 2>/dev/null' TERM
        """
            .formatted(ShellWord.quote(machine.folderOf(request.session())))
            .stripTrailing());
    lines.add(program(machine, request) + " &");
    lines.add(
        """
        supervisor=$!
        # A signal ends the wait, and not the program.
        while kill -0 "$supervisor" 2>/dev/null; do
          wait "$supervisor"
        done
        wait "$supervisor"
        exit $?""");
    return String.join("\n", lines) + "\n";
  }

  private static List<String> options(MachineProfile machine, SessionRequest request) {
    List<String> options = new ArrayList<>();
    options.add("job-name=" + request.session());
    options.add("nodes=" + request.nodes());
    options.add("ntasks-per-node=1");
    options.add("time=" + request.walltime().toMinutes());
    options.add("chdir=" + machine.folder());
    options.add("output=" + machine.logOf(request.session()));
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

  private static String program(MachineProfile machine, SessionRequest request) {
    List<String> words = new ArrayList<>();
    words.add(machine.millrace() + "/scripts/millrace");
    words.add("allocation");
    words.add("--session=" + request.session());
    words.add("--folder=" + machine.folderOf(request.session()));
    words.add("--output=" + machine.output());
    if (!machine.zookeeper().isEmpty()) {
      words.add("--zookeeper=" + machine.zookeeper());
    }
    words.add("--interfaces=" + String.join(",", machine.interfaces()));
    words.add("--local=" + machine.local());
    words.add("--lanes-per-node=" + machine.lanesPerNode());
    words.add("--task-manager-memory=" + machine.taskManagerMemory());
    words.add("--start-timeout=" + machine.startMinutes() + "m");
    words.add("--drain-notice=" + machine.drainMinutes() + "m");
    request.jobOptions().forEach(option -> words.add("--job=" + option));
    return String.join(" \\\n  ", words.stream().map(ShellWord::quote).toList());
  }
}

package io.millrace.gateway.machine;

import java.time.Duration;
import java.util.List;

/**
 * What a person asks for.
 *
 * @param session its name, unlike that of any other: the job's name, too
 * @param nodes how many
 * @param walltime how long, in whole minutes
 * @param jobOptions for the counting job
 */
public record SessionRequest(
    String session, int nodes, Duration walltime, List<String> jobOptions) {
  private static final int LONGEST_NAME = 64;

  /** Copies the options. */
  public SessionRequest {
    jobOptions = List.copyOf(jobOptions);
  }

  /** Whether a session can be named so. */
  public static boolean isName(String name) {
    return name.length() <= LONGEST_NAME && name.matches("[A-Za-z0-9][A-Za-z0-9._-]*");
  }

  /**
   * @throws IllegalArgumentException if a session cannot have so many nodes there
   */
  public static void checkNodes(MachineProfile machine, int nodes) {
    if (nodes < 1 || nodes > machine.mostNodes()) {
      throw new IllegalArgumentException(
          "a session on %s has 1 to %d nodes, not %d"
              .formatted(machine.name(), machine.mostNodes(), nodes));
    }
  }

  /**
   * Says what is impossible on a machine.
   *
   * @throws IllegalArgumentException if something is
   */
  public void check(MachineProfile machine) {
    if (!isName(session)) {
      throw new IllegalArgumentException(
          "a session is named with up to %d letters, digits, dots, dashes and underscores, not '%s'"
              .formatted(LONGEST_NAME, session));
    }
    checkNodes(machine, nodes);
    long minutes = walltime.toMinutes();
    if (minutes < machine.drainMinutes() + 1L || minutes > machine.mostMinutes()) {
      throw new IllegalArgumentException(
          "a session on %s takes %d to %d minutes, of which the last %d are for its end, not %d"
              .formatted(
                  machine.name(),
                  machine.drainMinutes() + 1,
                  machine.mostMinutes(),
                  machine.drainMinutes(),
                  minutes));
    }
    for (String option : jobOptions) {
      if (!option.matches("(?s)--[a-z][a-z-]*(=.*)?")) {
        throw new IllegalArgumentException(
            "an option for the job is --name or --name=value, not '%s'".formatted(option));
      }
      ShellWord.quote(option);
    }
  }
}

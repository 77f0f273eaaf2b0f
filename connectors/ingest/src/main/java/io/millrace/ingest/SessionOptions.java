package io.millrace.ingest;

import io.millrace.coordination.SessionAddress;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options of a process that takes part in a session. */
class SessionOptions {
  @Option(
      names = "--zookeeper",
      required = true,
      paramLabel = "HOST:PORT",
      description = "take part in a session: the ZooKeeper in which its parts find each other")
  private String zooKeeper;

  @Option(
      names = "--session",
      paramLabel = "NAME",
      description = "name of the session (default: default)")
  private String session = "default";

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      description =
          "how long to wait for ZooKeeper, and for another part that is needed (default: 60s)")
  private Duration wait = Duration.ofSeconds(60);

  /**
   * Where the session is.
   *
   * @throws ParameterException if there can be none of this name
   */
  final SessionAddress address(CommandSpec command) {
    if (wait.isZero()) {
      throw new ParameterException(command.commandLine(), "--wait has to be above 0");
    }
    try {
      return new SessionAddress(zooKeeper, session, wait);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--session: " + e.getMessage(), e);
    }
  }
}

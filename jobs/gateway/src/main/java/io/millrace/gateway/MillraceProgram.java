package io.millrace.gateway;

import io.millrace.allocation.AllocationCommand;
import io.millrace.gateway.session.SessionScale;
import io.millrace.gateway.session.SessionStart;
import io.millrace.gateway.session.SessionStop;
import io.millrace.ingest.Millrace;
import io.millrace.ingest.console.ConsoleLog;
import picocli.CommandLine;

/** The program {@code millrace} with all its commands: also those that need a compute facility. */
public final class MillraceProgram {
  private MillraceProgram() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    ConsoleLog.quieten(args);
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return Millrace.commandLine(
        command -> {
          command.addSubcommand("allocation", new AllocationCommand());
          command.addSubcommand("gateway", new GatewayCommand());
          command
              .getSubcommands()
              .get("session")
              .addSubcommand("start", new SessionStart())
              .addSubcommand("stop", new SessionStop())
              .addSubcommand("scale", new SessionScale());
        });
  }
}

package io.millrace.ingest;

import io.millrace.ingest.console.ConsoleLog;
import io.millrace.ingest.console.DoctorCommand;
import io.millrace.ingest.console.ScanCommand;
import io.millrace.ingest.console.SessionCommand;
import io.millrace.ingest.console.StatusCommand;
import java.io.IOException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * The program on the receiving servers and at the facility's edge, and the operator's at any place
 * that reaches ZooKeeper.
 */
@Command(
    name = "millrace",
    description = "Leads a detector's sectors to the compute nodes, and shows how that goes.",
    mixinStandardHelpOptions = true,
    versionProvider = Millrace.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      StatusCommand.class,
      SessionCommand.class,
      ScanCommand.class,
      DoctorCommand.class,
      ProducerCommand.class,
      ReplayCommand.class,
      AggregatorCommand.class,
      ZooKeeperCommand.class,
      KeysCommand.class
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:all was done",
      "1:it could not be done; the message says why and what to do",
      "2:an option is unknown or has an impossible value",
      "143:ended by SIGTERM"
    })
public final class Millrace {
  private Millrace() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    ConsoleLog.quieten(args);
    System.exit(commandLine().execute(args));
  }

  /** The whole command line, as {@link #main} runs it. */
  public static CommandLine commandLine() {
    return commandLine(command -> {});
  }

  /**
   * The same with more commands.
   *
   * @param additions adds them
   */
  public static CommandLine commandLine(Consumer<CommandLine> additions) {
    CommandLine command = new CommandLine(new Millrace());
    additions.accept(command);
    return Arguments.in(command)
        .setParameterExceptionHandler(Millrace::explain)
        .setExecutionExceptionHandler(Millrace::fail);
  }

  private static int explain(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    command.getErr().println(e.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr());
    command.getErr().printf("See '%s --help'.%n", command.getCommandSpec().qualifiedName());
    return CommandLine.ExitCode.USAGE;
  }

  private static int fail(Exception e, CommandLine command, CommandLine.ParseResult arguments) {
    // Not a field: who logs nothing has not settled yet what is logged.
    Logger log = LoggerFactory.getLogger(Millrace.class);
    // Errors of the outside world explain themselves; any other is a mistake of ours.
    if (e instanceof IOException) {
      log.debug("failed", e);
    } else {
      log.error("this should not have happened", e);
    }
    command.getErr().println(e.getMessage());
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Reads the version from the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Millrace.class.getPackage().getImplementationVersion();
      return new String[] {"millrace " + (version == null ? "(not packaged)" : version)};
    }
  }
}

package io.millrace.benchmarks;

import io.millrace.benchmarks.checkpoints.CheckpointsCommand;
import io.millrace.benchmarks.curve.CurveCommand;
import io.millrace.benchmarks.file.FileCommand;
import io.millrace.benchmarks.files.FilesCommand;
import io.millrace.benchmarks.kernel.KernelCommand;
import io.millrace.benchmarks.latency.LatencyCommand;
import io.millrace.benchmarks.live.ViewersCommand;
import io.millrace.benchmarks.model.ModelCommand;
import io.millrace.benchmarks.pipeline.PipelineCommand;
import io.millrace.benchmarks.scaling.ScalingCommand;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program behind {@code scripts/bench}. */
@Command(
    name = "scripts/bench",
    description = "Measures how fast the parts are.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      KernelCommand.class,
      PipelineCommand.class,
      ScalingCommand.class,
      FilesCommand.class,
      LatencyCommand.class,
      ViewersCommand.class,
      CheckpointsCommand.class,
      FileCommand.class,
      CurveCommand.class,
      ModelCommand.class
    })
public final class Bench {
  private Bench() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The whole command line, as {@link #main} runs it. */
  static CommandLine commandLine() {
    return new CommandLine(new Bench()).setExecutionExceptionHandler(Bench::fail);
  }

  private static int fail(Exception e, CommandLine command, CommandLine.ParseResult arguments) {
    // Errors of the outside world explain themselves; any other is a mistake of ours.
    if (e instanceof IOException) {
      command.getErr().println(e.getClass().getSimpleName() + ": " + e.getMessage());
    } else if (e instanceof RunFailure) {
      command.getErr().println("bench: " + e.getMessage());
    } else {
      e.printStackTrace(command.getErr());
    }
    return CommandLine.ExitCode.SOFTWARE;
  }
}

package io.millrace.ingest;

import io.millrace.sockets.CurveKeys;
import io.millrace.sockets.KeyFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace keys}: makes the files with which the parts encrypt and know each other. */
@Command(
    name = "keys",
    description =
        "Makes new CURVE keys for an aggregator and those who connect to it. Overwrites nothing.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the files are written, for their owner only",
      "1:a file is there already, others may write into the directory, or it cannot be written",
      "2:an option is unknown or has an impossible value"
    })
final class KeysCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--directory",
      required = true,
      paramLabel = "DIR",
      description = "where to; made for its owner only if it is not there")
  private Path directory;

  @Override
  public Integer call() throws IOException {
    Map<String, Path> files = KeyFolder.create(directory.toAbsolutePath().normalize());
    PrintWriter out = spec.commandLine().getOut();
    out.printf("Written, for their owner only:%n");
    files.values().forEach(file -> out.printf("  %s%n", file));
    out.printf(
        """
        Next: copy %s to the aggregator's machine, %s to the receiving servers
        and %s to the nodes of Flink, by a way that nobody else reads (scp -p), and start each with
          export %s=FILE
        (scripts/flink start passes it on to the TaskManagers). All on one machine: take %s.
        What has keys refuses what has none, so start all parts again.
        """,
        KeyFolder.AGGREGATOR,
        KeyFolder.PRODUCER,
        KeyFolder.LANES,
        CurveKeys.VARIABLE,
        files.get(KeyFolder.ALL));
    out.flush();
    return 0;
  }
}

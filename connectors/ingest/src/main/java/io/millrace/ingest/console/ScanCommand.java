package io.millrace.ingest.console;

import io.millrace.coordination.Scan;
import io.millrace.coordination.Scans;
import io.millrace.coordination.ZooKeeperConnection;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace scan}: looks at the scans of a session. */
@Command(
    name = "scan",
    description = "Lists the scans of a session, or shows one.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {ScanCommand.ListAll.class, ScanCommand.Show.class})
public final class ScanCommand {

  /** What both need, and do with it. */
  private abstract static class OnScans implements Callable<Integer> {
    @Spec CommandSpec spec;
    @Mixin SessionOptions options;

    @Option(names = "--json", description = "print one JSON object")
    boolean json;

    abstract void run(Scans scans, PrintWriter out) throws IOException;

    @Override
    public Integer call() throws IOException {
      ZooKeeperOptions zooKeeper = options.zooKeeper;
      zooKeeper.check(options.session, spec);
      PrintWriter out = spec.commandLine().getOut();
      try (ZooKeeperConnection connection = zooKeeper.open()) {
        run(new Scans(connection, options.session), out);
      }
      out.flush();
      return 0;
    }
  }

  @Command(
      name = "list",
      description =
          "Lists the scans of a session, the newest first: those under way, and the last that have"
              + " ended.",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      showDefaultValues = true)
  static final class ListAll extends OnScans {
    @Override
    void run(Scans scans, PrintWriter out) throws IOException {
      List<Scan> all = scans.list();
      if (json) {
        out.println(ConsoleJson.ofScans(all));
      } else if (all.isEmpty()) {
        out.printf("Session %s has no scan yet.%n", options.session);
      } else {
        out.print(StatusText.table(all));
      }
    }
  }

  @Command(
      name = "show",
      description = "Shows one scan.",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      showDefaultValues = true)
  static final class Show extends OnScans {
    @Parameters(
        paramLabel = "SCAN",
        description =
            "its id, such as 7-20261125T134500123Z; or the detector's number, and then the newest"
                + " scan of that number")
    private String wanted;

    @Override
    void run(Scans scans, PrintWriter out) throws IOException {
      Scan scan =
          find(scans)
              .orElseThrow(
                  () ->
                      new IOException(
                          "session %s has no scan %s; scripts/millrace scan list --session %s shows all"
                              .formatted(options.session, wanted, options.session)));
      if (json) {
        out.println(ConsoleJson.of(scan));
      } else {
        print(scan, out);
      }
    }

    private Optional<Scan> find(Scans scans) throws IOException {
      // Not asked for by its id, because not everything that is given can be part of a path.
      return scans.list().stream()
          .filter(s -> s.id().equals(wanted) || Long.toString(s.number()).equals(wanted))
          .findFirst();
    }

    private static void print(Scan scan, PrintWriter out) {
      line(out, "id", scan.id());
      line(out, "session", scan.session());
      line(out, "number", Long.toString(scan.number()));
      line(out, "started", scan.started().toString());
      line(out, "state", scan.state().toString());
      line(out, "since", scan.changed() == null ? "" : scan.changed().toString());
      line(out, "positions", StatusText.positions(scan));
      if (scan.complete() + scan.incomplete() + scan.absent() > 0) {
        line(
            out,
            "frames",
            "%s complete, %s incomplete, %s absent"
                .formatted(
                    Wording.count(scan.complete()),
                    Wording.count(scan.incomplete()),
                    Wording.count(scan.absent())));
      }
      line(out, "file", scan.file() == null ? "" : scan.file());
      line(out, "reason", scan.reason());
    }

    private static void line(PrintWriter out, String name, String value) {
      if (!value.isEmpty()) {
        out.printf("%-10s  %s%n", name, value);
      }
    }
  }
}

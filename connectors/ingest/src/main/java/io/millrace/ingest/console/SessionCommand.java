package io.millrace.ingest.console;

import io.millrace.coordination.Scan;
import io.millrace.coordination.Scans;
import io.millrace.coordination.Session;
import io.millrace.coordination.Sessions;
import io.millrace.coordination.ZooKeeperConnection;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace session}: makes, opens, drains, closes and lists sessions. */
@Command(
    name = "session",
    description = "Creates, opens, drains, closes and lists sessions.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      SessionCommand.Create.class,
      SessionCommand.Open.class,
      SessionCommand.Drain.class,
      SessionCommand.Close.class,
      SessionCommand.ListAll.class
    },
    footer = {
      "",
      "A session is created, open, draining, closed, and never goes back. A job or",
      "an aggregator that finds no session of its name opens one."
    })
public final class SessionCommand {

  /** What all of them need, and do with it. */
  private abstract static class OnSessions implements Callable<Integer> {
    @Spec CommandSpec spec;
    @Mixin ZooKeeperOptions zooKeeper;

    abstract void run(ZooKeeperConnection connection, PrintWriter out)
        throws IOException, InterruptedException;

    @Override
    public Integer call() throws IOException, InterruptedException {
      check();
      PrintWriter out = spec.commandLine().getOut();
      try (ZooKeeperConnection connection = zooKeeper.open()) {
        run(connection, out);
      } finally {
        out.flush();
      }
      return 0;
    }

    void check() {}
  }

  /** Those that are given a name. */
  private abstract static class OnOneSession extends OnSessions {
    @Parameters(paramLabel = "NAME", description = "letters, digits, dots, dashes, underscores")
    String name;

    @Override
    void check() {
      zooKeeper.check(name, spec);
    }
  }

  @Command(
      name = "create",
      description = "Takes a name, and keeps what the parts of the session should know.",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      showDefaultValues = true)
  static final class Create extends OnOneSession {
    @Option(
        names = "--parameter",
        paramLabel = "KEY=VALUE",
        description = "kept with the session; may be repeated")
    private Map<String, String> parameters = new TreeMap<>();

    @Override
    void run(ZooKeeperConnection connection, PrintWriter out) throws IOException {
      Session created = new Sessions(connection).create(name, parameters);
      out.printf("session %s is created; it takes scans when it is open%n", created.name());
    }
  }

  @Command(
      name = "open",
      description = "Lets a session take scans; creates it if it is not there.",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      showDefaultValues = true)
  static final class Open extends OnOneSession {
    @Override
    void run(ZooKeeperConnection connection, PrintWriter out) throws IOException {
      Session open = new Sessions(connection).open(name);
      out.printf("session %s is open since %s%n", open.name(), Wording.time(open.changed()));
    }
  }

  @Command(
      name = "drain",
      description =
          "Takes no new scan, and waits until those under way have ended. The job that serves the"
              + " session finishes then, by itself.",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      showDefaultValues = true,
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:no scan is under way any more (or --wait is 0s)",
        "1:some are after --wait, or ZooKeeper does not answer; the session stays draining",
        "2:an option is unknown or has an impossible value"
      })
  static final class Drain extends OnOneSession {
    private static final long LOOK_MILLIS = 500;
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(5);

    @Option(
        names = "--wait",
        defaultValue = "10m",
        paramLabel = "TIME",
        description = "for the scans under way; 0s does not wait")
    private Duration wait;

    @Override
    void run(ZooKeeperConnection connection, PrintWriter out)
        throws IOException, InterruptedException {
      Session draining = new Sessions(connection).drain(name);
      out.printf("session %s is draining since %s%n", name, Wording.time(draining.changed()));
      if (!wait.isZero()) {
        await(new Scans(connection, name), out);
      }
    }

    private void await(Scans scans, PrintWriter out) throws IOException, InterruptedException {
      long deadline = System.nanoTime() + wait.toNanos();
      long report = System.nanoTime();
      while (true) {
        String waitsFor;
        try {
          List<Scan> underWay = scans.underWay();
          if (underWay.isEmpty()) {
            out.printf("session %s is drained: no scan is under way%n", name);
            return;
          }
          waitsFor = describe(underWay);
        } catch (IOException e) {
          // It may be back before the deadline.
          waitsFor = "ZooKeeper: " + e.getMessage();
        }
        long now = System.nanoTime();
        if (now - deadline >= 0) {
          throw new IOException(
              "session %s is draining still, after %s, and waits for %s; scripts/millrace status --session %s shows why, and draining again waits on"
                  .formatted(name, Wording.duration(wait), waitsFor, name));
        }
        if (now - report >= 0) {
          report = now + REPORT_NANOS;
          out.printf(
              "waiting for %s; for %s more%n",
              waitsFor, Wording.duration(Duration.ofNanos(deadline - now)));
          out.flush();
        }
        Thread.sleep(LOOK_MILLIS);
      }
    }

    private static String describe(List<Scan> underWay) {
      return Wording.list(
          underWay.stream()
              .map(
                  s ->
                      "scan %s (%s for %s)"
                          .formatted(
                              s.id(),
                              s.state(),
                              Wording.duration(Duration.between(s.changed(), Instant.now()))))
              .toList());
    }
  }

  @Command(
      name = "close",
      description =
          "Ends a session at once. Scans under way are given up and marked FAILED. 'drain' first"
              + " lets them end.",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      showDefaultValues = true)
  static final class Close extends OnOneSession {
    @Override
    void run(ZooKeeperConnection connection, PrintWriter out) throws IOException {
      List<Scan> givenUp = new Scans(connection, name).underWay();
      new Sessions(connection).close(name);
      out.printf("session %s is closed%n", name);
      for (Scan scan : givenUp) {
        out.printf("given up: scan %s, which was %s%n", scan.id(), scan.state());
      }
    }
  }

  @Command(
      name = "list",
      description = "Lists all sessions, the newest first, and the last ones that were closed.",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      showDefaultValues = true)
  static final class ListAll extends OnSessions {
    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Override
    void run(ZooKeeperConnection connection, PrintWriter out) throws IOException {
      List<Session> sessions = new Sessions(connection).list();
      if (json) {
        out.println(ConsoleJson.ofSessions(sessions));
      } else if (sessions.isEmpty()) {
        out.println("No session yet.");
      } else {
        Table table = new Table("session", "state", "since", "job", "parameters");
        sessions.forEach(s -> StatusText.row(table, s));
        out.print(table);
      }
    }
  }
}

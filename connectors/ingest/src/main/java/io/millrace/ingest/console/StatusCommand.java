package io.millrace.ingest.console;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace status}: what is there, what it is at, and what is wrong. */
@Command(
    name = "status",
    description = "Shows sessions, members, scans, and what is wrong.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    footer = {
      "",
      "A counter that grows is shown as a rate, any other as a number. Problems come",
      "last, each with the next step below it."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all is well",
      "1:there are problems, or ZooKeeper does not answer",
      "2:an option is unknown or has an impossible value"
    })
public final class StatusCommand implements Callable<Integer> {
  /** Between the two looks that rates are made of. Members write twice a second at most. */
  private static final Duration RATES_OVER = Duration.ofSeconds(2);

  /** The same while watching, where it costs no time. */
  private static final Duration WATCHED_RATES_OVER = Duration.ofSeconds(5);

  private static final Duration REDRAW = Duration.ofSeconds(1);
  private static final String HOME_AND_CLEAR = "\033[H\033[2J";

  @Spec private CommandSpec spec;
  @Mixin private ZooKeeperOptions zooKeeper;

  @Option(
      names = "--session",
      paramLabel = "NAME",
      description = "show only this one; all if not given")
  private String session;

  @Option(names = "--watch", description = "show it again every second, until Ctrl-C")
  private boolean watch;

  @Option(
      names = "--json",
      description = "print one JSON object on a line; with --watch, one each second")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    if (session != null) {
      zooKeeper.check(session, spec);
    }
    try (Observer observer = new Observer(zooKeeper.address, zooKeeper.timeout, session)) {
      if (watch) {
        watch(observer);
      }
      Status status = once(observer);
      print(status);
      return status.isWell() ? 0 : 1;
    }
  }

  private Status once(Observer observer) throws InterruptedException {
    Look first = null;
    try {
      first = observer.look();
      if (!first.hasCounters()) {
        return Status.of(zooKeeper.address, first, first);
      }
      Thread.sleep(RATES_OVER.toMillis());
      return Status.of(zooKeeper.address, first, observer.look());
    } catch (IOException e) {
      return Status.unreachable(zooKeeper.address, Instant.now(), e.getMessage(), first);
    }
  }

  /** Never returns: who watches ends it with Ctrl-C. */
  private void watch(Observer observer) throws InterruptedException {
    // Oldest first.
    Deque<Look> looks = new ArrayDeque<>();
    boolean terminal = System.console() != null && !json;
    while (true) {
      Status status;
      try {
        Look now = observer.look();
        looks.add(now);
        while (Duration.between(looks.getFirst().at(), now.at()).compareTo(WATCHED_RATES_OVER)
            > 0) {
          looks.removeFirst();
        }
        status = Status.of(zooKeeper.address, looks.getFirst(), now);
      } catch (IOException e) {
        status =
            Status.unreachable(zooKeeper.address, Instant.now(), e.getMessage(), looks.peekLast());
      }
      if (terminal) {
        spec.commandLine().getOut().print(HOME_AND_CLEAR);
      }
      print(status);
      Thread.sleep(REDRAW.toMillis());
    }
  }

  private void print(Status status) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(ConsoleJson.of(status));
    } else {
      out.print(StatusText.of(status));
      if (watch) {
        out.println();
      }
    }
    out.flush();
  }
}

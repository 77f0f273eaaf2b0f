package io.millrace.chaos;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.Thresholds;
import io.millrace.parts.Ports;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Hits the running system, and counts what is lost.
 *
 * <p>In order: the whole system; one scan undisturbed, which has to be whole; then a scan a round,
 * with a fault in its middle. After a round that hangs the system is started anew. Whatever was
 * started is stopped in the end, also on Ctrl-C.
 */
@Command(
    name = "scripts/chaos",
    description =
        "Kills, pauses and cuts off parts of the running system in mid-scan, and compares what was"
            + " counted, event for event, with what was sent.",
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:nothing was lost (with --for-good: but what the files name), nothing doubled, and nothing"
          + " hung",
      "1:something was, or the system could not be started; the last lines tell",
      "2:an option is unknown or impossible"
    })
public final class Chaos implements Callable<Integer> {
  private static final long FREE_DISK_BYTES = 2_000_000_000;

  /** What is done to whom cannot be read off the system; so it is no fault of it. */
  private static final int UNDISTURBED = 0;

  @Spec CommandSpec spec;

  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  boolean help;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "8",
      description =
          "Scans with a fault. The first ones hit each part once. Default: ${DEFAULT-VALUE}.")
  int rounds;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Of the faults and of the camera. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Option(
      names = "--parts",
      paramLabel = "LIST",
      split = ",",
      defaultValue = "taskmanager,jobmanager,aggregator,producer,zookeeper",
      description = "Whom to hit. Default: ${DEFAULT-VALUE}.")
  List<String> parts;

  @Option(
      names = "--faults",
      paramLabel = "LIST",
      split = ",",
      defaultValue = "kill,pause,cut",
      description =
          "How. Only connections with the aggregator are cut: the producer's, or (for the"
              + " aggregator) the lanes'. Default: ${DEFAULT-VALUE}.")
  List<String> faults;

  @Option(
      names = "--longest-pause",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "Pauses are up to so long. 30 s more, and the parts give a scan up; what has lost"
              + " something, ends then. Default: ${DEFAULT-VALUE}.")
  int longestPause;

  @Option(
      names = "--for-good",
      description =
          "A killed producer is not started again. What was only in its memory is lost then, and"
              + " the file has to name exactly that.")
  boolean forGood;

  @Option(
      names = "--scan",
      paramLabel = "WxH",
      defaultValue = "16x16",
      description = "Positions, without the flyback column. Default: ${DEFAULT-VALUE}.")
  String scan;

  @Option(
      names = "--rate",
      paramLabel = "FRAMES/S",
      defaultValue = "10",
      description = "How fast they are sent. Default: ${DEFAULT-VALUE}.")
  double rate;

  @Option(
      names = "--background",
      paramLabel = "ADU",
      defaultValue = "28.5",
      description = "Background threshold. Default: ${DEFAULT-VALUE}.")
  double background;

  @Option(
      names = "--xray",
      paramLabel = "ADU",
      defaultValue = "1088",
      description = "X-ray threshold. Default: ${DEFAULT-VALUE}.")
  double xray;

  @Option(
      names = "--deadline",
      paramLabel = "SECONDS",
      description =
          "A scan that has not ended so long after its producer was started hangs. Default: what"
              + " it may need at most.")
  Integer deadline;

  @Option(
      names = "--producer",
      paramLabel = "OPTION",
      description =
          "An option for the producers that does not change the frames, such as"
              + " --producer=--stall-timeout=5m. Repeat.")
  List<String> producerOptions = List.of();

  @Option(
      names = "--aggregator",
      paramLabel = "OPTION",
      description = "An option for the aggregator. Repeat.")
  List<String> aggregatorOptions = List.of();

  @Option(
      names = "--job",
      paramLabel = "OPTION",
      description = "An option for the counting job. Repeat.")
  List<String> jobOptions = List.of();

  @Option(names = "--json", paramLabel = "FILE", description = "Write what came of it as JSON.")
  Path json;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write what came of it as a page, such as docs/RELIABILITY.md.")
  Path report;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where the counted files go. Default: counted in the run folder.")
  Path output;

  @Option(
      names = "--rest-port",
      paramLabel = "PORT",
      defaultValue = "8081",
      description =
          "Flink's dashboard and REST API; the second JobManager's at PORT + 1."
              + " Default: ${DEFAULT-VALUE}.")
  int restPort;

  @Option(
      names = "--zookeeper-port",
      paramLabel = "PORT",
      defaultValue = "2181",
      description = "ZooKeeper. Default: ${DEFAULT-VALUE}.")
  int zookeeperPort;

  @Option(
      names = "--producer-port",
      paramLabel = "PORT",
      defaultValue = "5560",
      description = "Where the aggregator takes module m: at PORT + m. Default: ${DEFAULT-VALUE}.")
  int producerPort;

  @Option(
      names = "--lane-port",
      paramLabel = "PORT",
      defaultValue = "5600",
      description = "First port of the lanes. Default: ${DEFAULT-VALUE}.")
  int lanePort;

  private final Path root = Path.of(System.getProperty("millrace.root", ".")).toAbsolutePath();
  private final Ports ports = new Ports();
  private Settings settings;
  private FaultPlan plan;
  private Set<Victim> victims;
  private Path run;
  private int systems;
  private long scans;
  private volatile boolean interrupted;
  private volatile boolean over;

  /** The one that runs, or did last; null before the first. */
  private volatile RunningSystem system;

  /** Runs it. */
  public static void main(String... args) {
    Chaos chaos = new Chaos();
    CommandLine command = new CommandLine(chaos);
    command.setParameterExceptionHandler(
        (mistake, arguments) -> {
          System.err.println("chaos: " + mistake.getMessage() + "; see scripts/chaos --help");
          return CommandLine.ExitCode.USAGE;
        });
    command.setExecutionExceptionHandler(
        (failure, c, parsed) -> {
          chaos.explain(failure);
          return CommandLine.ExitCode.SOFTWARE;
        });
    System.exit(command.execute(args));
  }

  /** As it is shown. */
  static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private void explain(Exception failure) {
    if (interrupted) {
      return; // Ctrl-C ended the parts as well; that they failed is no news.
    }
    if (failure instanceof RunFailure) {
      System.err.println("chaos: " + failure.getMessage());
    } else {
      System.err.println("chaos: this should not happen; please report it");
      failure.printStackTrace();
    }
  }

  @Override
  public Integer call() throws RunFailure, InterruptedException, IOException {
    run = runFolder();
    settings = checkOptions();
    checkMachine();
    Runtime.getRuntime().addShutdownHook(new Thread(this::interrupt, "stop"));
    Tally tally;
    try {
      tally = new Tally(rounds(), victims);
    } finally {
      over = true;
      if (system != null) {
        system.close();
      }
    }
    return report(tally) ? 0 : 1;
  }

  private Settings checkOptions() {
    try {
      victims = choose("--parts", parts, Victim.values(), Victim.class);
      Set<Deed> deeds = choose("--faults", faults, Deed.values(), Deed.class);
      require(rounds >= 1, "--rounds: at least 1 is needed");
      require(longestPause >= 1, "--longest-pause: at least 1 s is needed");
      require(deadline == null || deadline >= 1, "--deadline: at least 1 s is needed");
      require(rate > 0 && rate < Double.POSITIVE_INFINITY, "--rate has to be above 0");
      require(
          background >= 0 && background < xray,
          "--xray has to be above --background, and both not negative");
      Duration pause = Duration.ofSeconds(longestPause);
      plan = FaultPlan.of(seed, rounds, victims, deeds, pause);
      DetectorDescription detector = DetectorDescription.load("4d-camera");
      ports
          .take("--rest-port", restPort, Settings.JOB_MANAGERS)
          .take("--zookeeper-port", zookeeperPort, 1)
          .take("--producer-port", producerPort, detector.modules() + 1)
          .take("--lane-port", lanePort, Settings.LANES * detector.modules() + 1);
      return new Settings(
          root,
          (output == null ? run.resolve("counted") : output).toAbsolutePath(),
          detector,
          new Thresholds(background, xray),
          scan,
          frames(),
          rate,
          seed,
          pause,
          Duration.ofSeconds(deadline == null ? 0 : deadline),
          forGood,
          restPort,
          zookeeperPort,
          producerPort,
          lanePort,
          producerOptions,
          aggregatorOptions,
          jobOptions);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private static void require(boolean possible, String message) {
    if (!possible) {
      throw new IllegalArgumentException(message);
    }
  }

  private static <E extends Enum<E>> Set<E> choose(
      String option, List<String> names, E[] all, Class<E> type) {
    Set<E> chosen = EnumSet.noneOf(type);
    for (String name : names) {
      chosen.add(
          Arrays.stream(all)
              .filter(e -> e.toString().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "%s: '%s' is none of %s".formatted(option, name, Arrays.toString(all)))));
    }
    require(!chosen.isEmpty(), option + " is empty");
    return chosen;
  }

  private int frames() {
    Matcher size = Pattern.compile("([1-9]\\d{0,3})x([1-9]\\d{0,3})").matcher(scan);
    require(size.matches(), "--scan is of the form 16x16, not " + scan);
    return ScanGeometry.withFlyback(
            Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2)))
        .positions();
  }

  private Path runFolder() {
    String base =
        System.getenv().getOrDefault("MILLRACE_RUN", root.resolve(".millrace").toString());
    return Path.of(base).toAbsolutePath().resolve("chaos-" + ProcessHandle.current().pid());
  }

  private void checkMachine() throws RunFailure {
    try {
      Files.createDirectories(run);
      Files.createDirectories(settings.output());
      long needed = FREE_DISK_BYTES + (long) settings.frames() * settings.detector().frameBytes();
      long free = Files.getFileStore(run).getUsableSpace();
      if (free < needed) {
        throw new RunFailure(
            "%s has only %d MB left, and %d are needed; free some, or set MILLRACE_RUN"
                .formatted(run, free / 1_000_000, needed / 1_000_000));
      }
    } catch (IOException e) {
      throw new RunFailure("the folders for the run and its results cannot be made", e);
    }
    ports.requireFree();
  }

  /** All rounds, behind one that is undisturbed. */
  private List<Round> rounds() throws RunFailure, InterruptedException {
    say("logs and counted files are in " + run);
    startSystem();
    requireUndisturbed(round(UNDISTURBED, Optional.empty()));
    List<Round> all = new ArrayList<>();
    for (Fault fault : plan.faults()) {
      if (!all.isEmpty() && all.get(all.size() - 1).hangs()) {
        say("starting the system anew");
        system.close();
        startSystem();
      }
      all.add(round(all.size() + 1, Optional.of(fault)));
    }
    return all;
  }

  private Round round(int number, Optional<Fault> fault) throws InterruptedException {
    scans++;
    Round round =
        new Trial(settings, system, number, scans, fault).run(run.resolve("raw-" + scans));
    System.out.println(round.line());
    return round;
  }

  /** If that is not whole, nothing that is lost later says anything about faults. */
  private static void requireUndisturbed(Round round) throws RunFailure {
    if (!round.isWhole()) {
      throw new RunFailure("the undisturbed scan is not whole: " + round.result());
    }
  }

  /** With folders of its own, so that nothing of the last one is taken up. */
  private void startSystem() throws RunFailure, InterruptedException {
    systems++;
    RunningSystem next = new RunningSystem(settings, run.resolve("system-" + systems));
    system = next;
    if (interrupted) {
      throw new RunFailure("interrupted");
    }
    next.start();
    say("the system runs; the dashboard is at http://localhost:%d".formatted(restPort));
  }

  private static void say(String what) {
    System.out.printf("%s  %s%n", time(Instant.now()), what);
  }

  private boolean report(Tally tally) throws RunFailure {
    List<Duration> recoveries = tally.recoveries();
    Function<Optional<Duration>, String> text = d -> d.map(Seconds::text).orElse("none");
    say(tally.verdict());
    say(
        "recovery without pauses and cuts: median %s, worst %s"
            .formatted(text.apply(Tally.median(recoveries)), text.apply(Tally.worst(recoveries))));
    try {
      if (json != null) {
        new ObjectMapper()
            .writerWithDefaultPrettyPrinter()
            .writeValue(json.toFile(), tally.json(seed));
      }
      if (report != null) {
        new ReliabilityPage(command(), System.getProperty("millrace.commit", "unknown"), settings)
            .write(report, tally);
      }
    } catch (IOException e) {
      throw new RunFailure("the result cannot be written", e);
    }
    return tally.isReliable();
  }

  private String command() {
    return "scripts/chaos "
        + spec.commandLine().getParseResult().originalArgs().stream()
            .collect(Collectors.joining(" "));
  }

  /** Ctrl-C, SIGTERM, or the end of this process after all is stopped. */
  private void interrupt() {
    if (over) {
      return;
    }
    interrupted = true;
    System.err.println("chaos: interrupted; stopping what was started");
    if (system != null) {
      system.close();
    }
  }
}

package io.millrace.demo;

import io.millrace.detector.Calibration;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.raw.RawDataset;
import io.millrace.detector.raw.RawVersion;
import io.millrace.detector.wire.Lanes;
import io.millrace.hdf5.CountedFile;
import io.millrace.hdf5.CountedFileName;
import io.millrace.hdf5.SessionId;
import io.millrace.operators.images.CalibrationPlot;
import io.millrace.operators.images.Picture;
import io.millrace.parts.FlinkCluster;
import io.millrace.parts.JobManagers;
import io.millrace.parts.Part;
import io.millrace.parts.Parts;
import io.millrace.parts.Ports;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Streams one scan through the whole system and leaves its file and pictures.
 *
 * <p>In order: ZooKeeper, a Flink cluster, the aggregator, the job, one producer a module; then it
 * watches the job until it has finished. Whatever was started is stopped in the end, also on
 * Ctrl-C.
 */
@Command(
    name = "scripts/demo",
    description =
        "Streams one scan through the whole system on this machine: simulated, or from .data files.",
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:every frame is accounted for",
      "1:something failed; what, stands in the last lines",
      "2:an option is unknown or impossible"
    })
public final class Demo implements Callable<Integer> {
  private static final Duration START_DEADLINE = Duration.ofSeconds(60);

  /** With the page: whose members it shows. */
  private static final String SESSION = "demo";

  private static final Duration SILENCE_DEADLINE = Duration.ofSeconds(120);

  /** Slots of the TaskManager, as conf/flink/config.yaml has them. */
  private static final int SLOTS = 4;

  private static final Duration POLL = Duration.ofMillis(250);
  private static final long FREE_DISK_BYTES = 500_000_000;

  @Spec CommandSpec spec;

  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  boolean help;

  @Option(
      names = "--scan",
      paramLabel = "WxH",
      defaultValue = "64x64",
      description =
          "Positions of the simulated scan, without the flyback column. Default: ${DEFAULT-VALUE}.")
  String scan;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      description = "Stream the .data files of this directory instead.")
  Path input;

  @Option(
      names = "--version",
      paramLabel = "3|4|5",
      defaultValue = "5",
      description = "Version of the .data files. Default: ${DEFAULT-VALUE}.")
  int version;

  @Option(
      names = "--scan-number",
      paramLabel = "N",
      description =
          "Which scan of the directory, if it holds several; the simulated scan's number.")
  Long scanNumber;

  @Option(
      names = "--camera",
      paramLabel = "NAME|FILE",
      defaultValue = "4d-camera",
      description = "Description of the camera. Default: ${DEFAULT-VALUE}.")
  String camera;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "demo-output",
      description = "Where the file and the pictures go. Default: ${DEFAULT-VALUE}.")
  Path output;

  @Option(
      names = "--background",
      paramLabel = "ADU",
      description = "Background threshold. With --xray; without both, the scan is calibrated.")
  Double background;

  @Option(names = "--xray", paramLabel = "ADU", description = "X-ray threshold.")
  Double xray;

  @Option(
      names = "--json",
      description = "Print the summary as one JSON object on the last line of standard output.")
  boolean json;

  @Option(
      names = "--keep",
      description = "Leave the cluster, ZooKeeper and the aggregator up, and say where they are.")
  boolean keep;

  @Option(
      names = "--gateway",
      description =
          "Show the scan on the gateway's page while it runs, and leave the page up until Ctrl-C.")
  boolean showGateway;

  @Option(
      names = "--lanes",
      paramLabel = "N",
      defaultValue = "2",
      description = "Lanes between aggregator and cluster. Default: ${DEFAULT-VALUE}.")
  int lanes;

  @Option(
      names = "--job-managers",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Flink's JobManagers; with 2, one stands by and takes the job over if the other dies."
              + " Default: ${DEFAULT-VALUE}.")
  int jobManagers;

  @Option(
      names = "--job",
      paramLabel = "OPTION",
      description = "An option for the counting job, such as --job=--calibration-frames=8. Repeat.")
  List<String> jobOptions = List.of();

  @Option(
      names = "--producer",
      paramLabel = "OPTION",
      description = "An option for the producers, such as --producer=--lose-sectors=0.01. Repeat.")
  List<String> producerOptions = List.of();

  @Option(
      names = "--rest-port",
      paramLabel = "PORT",
      defaultValue = "8081",
      description =
          "Flink's dashboard and REST API; the n-th JobManager's at PORT + n - 1."
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
      description =
          "Where the aggregator listens; module m at PORT + m. Default: ${DEFAULT-VALUE}.")
  int producerPort;

  @Option(
      names = "--lane-port",
      paramLabel = "PORT",
      defaultValue = "5600",
      description = "First port of the lanes. Default: ${DEFAULT-VALUE}.")
  int lanePort;

  @Option(
      names = "--gateway-port",
      paramLabel = "PORT",
      defaultValue = "8765",
      description = "The gateway's page. Default: ${DEFAULT-VALUE}.")
  int gatewayPort;

  @Option(
      names = "--live-port",
      paramLabel = "PORT",
      defaultValue = "5570",
      description = "Where the job tells the gateway of its scans. Default: ${DEFAULT-VALUE}.")
  int livePort;

  private final Path root = Path.of(System.getProperty("millrace.root", ".")).toAbsolutePath();
  private final Ports ports = new Ports();
  private Parts parts;
  private volatile boolean interrupted;
  private PrintStream out = System.out;
  private long expectedFrames;
  private int id;
  private Set<Uncounted> earlier;
  private Path run;
  private FlinkCluster flink;
  private Gateway gateway;

  /** Runs the demo. */
  public static void main(String... args) {
    Demo demo = new Demo();
    CommandLine command = new CommandLine(demo);
    command.setParameterExceptionHandler(
        (mistake, arguments) -> {
          System.err.println("demo: " + mistake.getMessage() + "; see scripts/demo --help");
          return CommandLine.ExitCode.USAGE;
        });
    command.setExecutionExceptionHandler(
        (failure, c, parsed) -> {
          demo.explain(failure);
          return CommandLine.ExitCode.SOFTWARE;
        });
    System.exit(command.execute(args));
  }

  @Override
  public Integer call() throws RunFailure, InterruptedException, IOException {
    DetectorDescription detector = checkOptions();
    checkMachine(detector);
    prepareFolders();
    Runtime.getRuntime().addShutdownHook(new Thread(this::interrupt, "stop"));
    boolean succeeded = false;
    try {
      out.println("Starting ZooKeeper, Flink and the aggregator ...");
      startServices();
      id = takeId();
      earlier = Uncounted.in(output);
      String job = submit();
      out.println("Streaming; the dashboard is at http://localhost:" + restPort);
      startProducers(detector);
      watch(job);
      succeeded = counted() && report(detector);
      if (gateway != null && succeeded && !keep) {
        out.println("The page stays up until Ctrl-C: " + gateway.entrance());
        gateway.stayUp();
      }
      return succeeded ? 0 : 1;
    } finally {
      if (keep && succeeded) {
        leaveRunning();
      } else {
        stop();
      }
    }
  }

  private void explain(Exception failure) {
    if (interrupted) {
      return; // Ctrl-C ended the parts as well; that they failed is no news.
    }
    if (failure instanceof RunFailure) {
      System.err.println("demo: " + failure.getMessage());
    } else {
      System.err.println("demo: this should not happen; please report it");
      failure.printStackTrace();
    }
  }

  private DetectorDescription checkOptions() {
    if ((background == null) != (xray == null)) {
      throw new ParameterException(spec.commandLine(), "--background and --xray go together");
    }
    if (background != null && !(background >= 0 && background < xray)) {
      throw new ParameterException(
          spec.commandLine(),
          "--xray (%s ADU) has to be above --background (%s ADU), and both not negative"
              .formatted(xray, background));
    }
    if (input != null && spec.commandLine().getParseResult().hasMatchedOption("--scan")) {
      throw new ParameterException(
          spec.commandLine(),
          "--scan is the size of a simulated scan, and --input gives files; --scan-number picks one"
              + " of several scans");
    }
    if (scanNumber != null && (scanNumber < 0 || scanNumber > 0xffff_ffffL)) {
      throw new ParameterException(
          spec.commandLine(), "--scan-number has to be 0 to 4294967295, not " + scanNumber);
    }
    try {
      expectedFrames = simulatedFrames();
      DetectorDescription detector = DetectorDescription.load(camera);
      RawVersion rawVersion = RawVersion.of(version);
      if (input != null) {
        rawVersion.requireFits(detector);
      }
      Lanes.at("tcp://127.0.0.1:" + lanePort, lanes, detector.modules());
      if (jobManagers < 1) {
        throw new IllegalArgumentException(
            "--job-managers %d: at least 1 is needed".formatted(jobManagers));
      }
      if (showGateway) {
        ports.take("--gateway-port", gatewayPort, 1).take("--live-port", livePort, 1);
      }
      ports
          .take("--rest-port", restPort, jobManagers)
          .take("--zookeeper-port", zookeeperPort, 1)
          .take("--producer-port", producerPort, detector.modules())
          .take("--lane-port", lanePort, lanes * detector.modules());
      return detector;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private long simulatedFrames() {
    Matcher size = Pattern.compile("([1-9]\\d{0,4})x([1-9]\\d{0,4})").matcher(scan);
    if (!size.matches()) {
      throw new IllegalArgumentException("--scan is of the form 64x64, not " + scan);
    }
    try {
      return ScanGeometry.withFlyback(
              Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2)))
          .positions();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--scan %s: %s".formatted(scan, e.getMessage()), e);
    }
  }

  private void checkMachine(DetectorDescription detector) throws RunFailure {
    if (input != null) {
      checkInput(detector);
    }
    try {
      Files.createDirectories(output);
      if (!Files.isWritable(output)) {
        throw new RunFailure(
            "%s cannot be written; give another --output".formatted(output.toAbsolutePath()));
      }
      long free = Files.getFileStore(output).getUsableSpace();
      if (free < FREE_DISK_BYTES) {
        throw new RunFailure(
            "%s has only %d MB left, and the demo needs %d; free some, or give another --output"
                .formatted(output.toAbsolutePath(), free / 1_000_000, FREE_DISK_BYTES / 1_000_000));
      }
    } catch (IOException e) {
      throw new RunFailure(
          "the output directory %s cannot be made (is a file in the way?); give another --output"
              .formatted(output.toAbsolutePath()),
          e);
    }
    ports.requireFree();
  }

  /** Looks through the input, so that what is wrong is said before anything starts. */
  private void checkInput(DetectorDescription detector) throws RunFailure {
    Set<Integer> modules =
        IntStream.range(0, detector.modules()).boxed().collect(Collectors.toSet());
    try {
      RawDataset dataset =
          RawDataset.open(
              List.of(input.toAbsolutePath()),
              RawVersion.of(version),
              detector,
              modules,
              scanNumber == null ? OptionalLong.empty() : OptionalLong.of(scanNumber));
      dataset.problems().forEach(problem -> System.err.println("demo: " + problem));
      long most = modules.stream().mapToLong(dataset::sectors).max().orElseThrow();
      expectedFrames = Math.max(most, dataset.geometry().positions());
    } catch (IOException e) {
      throw new RunFailure(
          "the input cannot be streamed (see --input, --version and --scan-number)", e);
    }
  }

  private void prepareFolders() throws RunFailure {
    String base =
        System.getenv().getOrDefault("MILLRACE_RUN", root.resolve(".millrace").toString());
    run = Path.of(base).resolve("demo-" + ProcessHandle.current().pid());
    parts = new Parts(root, run);
  }

  private void startServices() throws RunFailure, InterruptedException {
    Part zookeeper =
        parts.start(
            "zookeeper",
            List.of(
                parts.script("millrace"),
                "zookeeper",
                "--port=" + zookeeperPort,
                "--data=" + run.resolve("zookeeper")));
    List<String> aggregating =
        new ArrayList<>(
            List.of(
                parts.script("millrace"),
                "aggregator",
                "--listen=tcp://127.0.0.1:" + producerPort,
                "--lane-address=tcp://127.0.0.1:" + lanePort,
                "--lanes=" + lanes,
                "--camera=" + camera));
    if (showGateway) {
      aggregating.addAll(inSession());
    }
    Part aggregator = parts.start("aggregator", aggregating);
    JobManagers highlyAvailable =
        new JobManagers(restPort, jobManagers, "127.0.0.1:" + zookeeperPort);
    flink = FlinkCluster.start(parts, "", highlyAvailable, Map.of(), List.of());
    flink.awaitStart();
    zookeeper.awaitOutput("ready", START_DEADLINE);
    if (showGateway) {
      gateway = Gateway.start(parts, run, output, gatewayPort, livePort, zookeeperPort);
      gateway.awaitStart();
      out.println("The page is at " + gateway.entrance());
    }
    aggregator.awaitOutput("ready", START_DEADLINE);
  }

  /** The page shows who takes part, which a session knows. */
  private List<String> inSession() {
    return List.of("--zookeeper=127.0.0.1:" + zookeeperPort, "--session=" + SESSION);
  }

  private int takeId() throws RunFailure {
    try {
      return SessionId.take(output);
    } catch (IOException e) {
      throw new RunFailure("%s gives no number for the files' names".formatted(output), e);
    }
  }

  private String submit() throws RunFailure, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--output=" + output.toAbsolutePath(),
                "--id=" + id,
                "--camera=" + camera,
                "--scans=1"));
    if (background != null) {
      arguments.add("--background=" + background);
      arguments.add("--xray=" + xray);
    }
    if (gateway == null) {
      arguments.add("--lanes-at=tcp://127.0.0.1:" + lanePort);
      arguments.add("--lanes=" + lanes);
      arguments.add("--zookeeper=127.0.0.1:" + zookeeperPort);
    } else {
      arguments.addAll(inSession());
      arguments.add("--live=" + gateway.live());
    }
    arguments.addAll(jobOptions);
    return flink.submit(
        Math.min(lanes, SLOTS),
        root.resolve("jobs/counting/target/millrace-counting.jar"),
        arguments);
  }

  private void startProducers(DetectorDescription detector) throws RunFailure {
    for (int m = 0; m < detector.modules(); m++) {
      List<String> command =
          new ArrayList<>(
              List.of(
                  parts.script("millrace"), "producer", "--modules=" + m, "--camera=" + camera));
      if (showGateway) {
        command.addAll(inSession());
      } else {
        command.add("--aggregator=tcp://127.0.0.1:" + producerPort);
      }
      if (input == null) {
        command.add("--simulate=" + scan);
        if (scanNumber != null) {
          command.add("--scan-number=" + scanNumber);
        }
      } else {
        command.add("--input=" + input.toAbsolutePath());
        command.add("--version=" + version);
        if (scanNumber != null) {
          command.add("--scan=" + scanNumber);
        }
      }
      command.addAll(producerOptions);
      parts.start("producer-" + m, command);
    }
  }

  /** Shows the progress until the job has finished. */
  private void watch(String job) throws RunFailure, InterruptedException {
    Progress progress = new Progress(out, !json && System.console() != null, expectedFrames);
    Map<String, Long> metrics = new LinkedHashMap<>();
    long lastChange = System.nanoTime();
    try {
      while (true) {
        if (flink.requireJobWell(job).equals("FINISHED")) {
          progress.end();
          return;
        }
        parts.requireAllWell();
        flink.requireTaskManagers();
        Map<String, Long> now = new LinkedHashMap<>();
        now.put("complete", flink.rest().sum(job, "ledger.framesComplete"));
        now.put("incomplete", flink.rest().sum(job, "ledger.framesIncomplete"));
        now.put("bytes", flink.rest().sum(job, "Source__lanes.numBytesIn"));
        if (!now.equals(metrics)) {
          metrics = now;
          lastChange = System.nanoTime();
        }
        progress.show(now.get("complete"), now.get("incomplete"), now.get("bytes"));
        if (System.nanoTime() - lastChange > SILENCE_DEADLINE.toNanos()) {
          throw new RunFailure(
              "nothing has moved for %d s; see the logs in %s"
                  .formatted(SILENCE_DEADLINE.toSeconds(), run));
        }
        Thread.sleep(POLL.toMillis());
      }
    } catch (IOException e) {
      throw flink.notAnswering(e);
    }
  }

  /** Whether the scan was counted; if not, says why and where its sectors are. */
  private boolean counted() throws IOException {
    for (Uncounted scan : Uncounted.in(output)) {
      if (!earlier.contains(scan)) {
        System.err.println("demo: " + scan.text());
        if (json) {
          out.println(scan.json());
        }
        return false;
      }
    }
    return true;
  }

  /** Draws the pictures and prints the summary; returns whether every frame is accounted for. */
  private boolean report(DetectorDescription detector) throws RunFailure {
    try (Stream<Path> files = Files.list(output)) {
      Path file =
          files
              .filter(f -> CountedFileName.id(f).orElse(-1) == id)
              .filter(f -> f.toString().endsWith(".h5"))
              .filter(f -> !f.toString().endsWith("_flat.h5"))
              .findFirst()
              .orElseThrow(
                  () ->
                      new RunFailure(
                          "the job has finished but left no file in %s; see the logs in %s"
                              .formatted(output.toAbsolutePath(), run)))
              .toAbsolutePath();
      try (CountedFile counted = new CountedFile(file)) {
        List<Path> pictures = new ArrayList<>();
        String stem = file.getFileName().toString().replaceFirst("\\.h5$", "");
        for (String image : counted.imageNames()) {
          draw(
              file.resolveSibling(stem + "_" + image + ".png"),
              picture -> Picture.write(counted.image(image), picture),
              pictures);
        }
        plotCalibration(counted, file.resolveSibling(stem + "_calibration.png"), pictures);
        Summary summary = new Summary(counted, file, pictures, detector);
        out.println(summary.text());
        if (!summary.accountedFor()) {
          System.err.printf(
              "demo: not every frame is accounted for: %s; see the logs in %s%n",
              summary.unaccounted(), run);
        }
        if (json) {
          out.println(summary.json());
        }
        return summary.accountedFor();
      }
    } catch (IOException e) {
      throw new RunFailure("the result in %s cannot be read".formatted(output), e);
    }
  }

  private interface Drawing {
    void write(Path picture) throws IOException;
  }

  /** A picture that cannot be drawn, for want of fonts perhaps, costs nothing but itself. */
  private static void draw(Path picture, Drawing drawing, List<Path> pictures) {
    try {
      drawing.write(picture);
      pictures.add(picture);
    } catch (IOException e) {
      System.err.printf("demo: %s is not drawn: %s%n", picture.getFileName(), e.getMessage());
    }
  }

  /** If the scan was calibrated. */
  private static void plotCalibration(CountedFile counted, Path picture, List<Path> pictures) {
    Optional<Calibration.Fit> fit = counted.fit();
    Optional<SampleHistogram> histogram = counted.histogram();
    if (fit.isEmpty() || histogram.isEmpty()) {
      return;
    }
    Calibration calibration = Calibration.fitted(counted.scan(), counted.thresholds(), fit.get());
    draw(picture, file -> CalibrationPlot.write(calibration, histogram.get(), file), pictures);
  }

  private void leaveRunning() {
    parts.leave();
    System.err.printf(
        """
        Left running:
        %s  Flink        http://localhost:%d   (MILLRACE_RUN=%s scripts/flink stop ends it)
          ZooKeeper    127.0.0.1:%d
          aggregator   producers at tcp://127.0.0.1:%d, lanes at tcp://127.0.0.1:%d
          logs         %s
        All but Flink ends with: kill %s
        """,
        gateway == null ? "" : "  page         %s%n".formatted(gateway.entrance()),
        restPort,
        run,
        zookeeperPort,
        producerPort,
        lanePort,
        run,
        parts.all().stream()
            .filter(Part::isAlive)
            .map(part -> Long.toString(part.pid()))
            .collect(Collectors.joining(" ")));
  }

  /** Ctrl-C, SIGTERM, or the end of this process after all is stopped. */
  private void interrupt() {
    if (!parts.isClosed()) {
      interrupted = true;
      System.err.println("demo: interrupted; stopping what was started");
      stop();
    }
  }

  /** A TaskManager that was killed cannot remove what it had begun to write. */
  private void removePieces() {
    if (id == 0) {
      return;
    }
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.toList()) {
        if (CountedFileName.id(file).orElse(0) == id && file.toString().endsWith(".part")) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      System.err.println("demo: an unfinished .part file is left in " + output.toAbsolutePath());
    }
  }

  /** Stops all that was started. Once. */
  private void stop() {
    if (!parts.isClosed()) {
      parts.close();
      removePieces(); // now that nobody writes any more
    }
  }
}

package io.millrace.ingest;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.raw.RawDataset;
import io.millrace.detector.raw.RawVersion;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace producer}: sends a scan, simulated or from raw files, or writes it to files. */
@Command(
    name = "producer",
    description = "Sends the sectors of a scan to the aggregator.",
    customSynopsis = {
      "millrace producer --simulate COLSxROWS --aggregator ADDRESS [OPTIONS]",
      "       millrace producer --simulate COLSxROWS --acquire --aggregator ADDRESS [OPTIONS]",
      "       millrace producer --simulate COLSxROWS --write DIR [OPTIONS]",
      "       millrace producer --simulate COLSxROWS --acquire --write DIR [OPTIONS]",
      "       millrace producer --input DIR --aggregator ADDRESS [OPTIONS]",
      "       millrace producer (--simulate COLSxROWS | --input DIR) --zookeeper HOST:PORT [OPTIONS]",
      "       millrace producer --input DIR --write DIR [OPTIONS]"
    },
    sortOptions = false,
    showDefaultValues = true,
    footer = {
      "",
      "Examples:",
      "  millrace producer --simulate 64x64 --aggregator tcp://127.0.0.1:5560",
      "  millrace producer --input /data/scan7 --modules 2 --aggregator tcp://edge:5560",
      "  millrace producer --input /data/scan7 --modules 2 --zookeeper zk1:2181 --session night",
      "  millrace producer --simulate 16x16 --lose-sectors 0.01 --write /data/test"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:everything was handed to the network (or written, and the disk has it)",
      "1:no aggregator, nobody takes the sectors, unusable files, no ZooKeeper, or the session takes"
          + " no more scans or has another producer of a module",
      "2:an option is unknown or has an impossible value"
    })
final class ProducerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this help")
  private boolean help;

  @Option(
      names = "--camera",
      defaultValue = "4d-camera",
      paramLabel = "NAME",
      description = "name or .yaml file of the detector description")
  private DetectorDescription detector;

  @Option(
      names = "--modules",
      paramLabel = "LIST",
      description = "modules of this server, such as 2 or 0-3; all if not given")
  private Arguments.Modules modules;

  @Mixin private MetricsOptions metrics;

  @ArgGroup(multiplicity = "1")
  private Source from;

  private static final class Source {
    @ArgGroup(exclusive = false, heading = "%nA simulated camera:%n")
    private Simulation simulation;

    @ArgGroup(exclusive = false, heading = "%nOr raw files:%n")
    private RawFiles raw;
  }

  private static final class Simulation {
    @Option(
        names = "--simulate",
        required = true,
        paramLabel = "COLSxROWS",
        description = "positions of the scan, to which a flyback column is added")
    private Arguments.Raster raster;

    @Option(
        names = "--scan-number",
        paramLabel = "N",
        description = "the scan's number (default: 1)")
    private long scan = 1;

    @Option(
        names = "--electrons",
        paramLabel = "N",
        description = "average number in a frame (default: 500)")
    private double electrons = 500;

    @Option(
        names = "--hot-pixels",
        paramLabel = "N",
        description = "pixels that are lit in most frames, the same in every scan (default: 0)")
    private int hotPixels = 0;

    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "of everything that is random (default: 1)")
    private long seed = 1;

    @Option(
        names = "--repeat",
        paramLabel = "N",
        description = "take N frames beforehand and repeat them; 0 takes each when it is due")
    private int repeat = 0;

    @Option(
        names = "--acquire",
        description =
            "start a scan whenever a line comes on standard input, instead of one at once; the scan"
                + " numbers count up. When a scan is sent, its times are told in a line of JSON.")
    private boolean acquire;

    @Option(
        names = "--lose-sectors",
        paramLabel = "SHARE",
        description = "share of the sectors that are never sent")
    private double loseSectors = 0;

    @Option(
        names = "--lose-frames",
        paramLabel = "SHARE",
        description = "share of the frames of which nothing is sent")
    private double loseFrames = 0;

    @Option(
        names = "--duplicate",
        paramLabel = "SHARE",
        description = "share of the sectors that are sent twice")
    private double duplicate = 0;

    @Option(
        names = "--reorder",
        paramLabel = "WINDOW",
        description = "random order within windows of so many frames")
    private int reorder = 1;
  }

  private static final class RawFiles {
    @Option(
        names = "--input",
        required = true,
        paramLabel = "DIR",
        split = ",",
        description = "one or more directories")
    private List<Path> directories;

    @Option(
        names = "--version",
        paramLabel = "N",
        description = "3 (frames), 4 (column sectors) or 5 (row sectors; default)")
    private int version = 5;

    @Option(names = "--scan", paramLabel = "N", description = "which scan, if there are several")
    private Long scan;
  }

  @ArgGroup(multiplicity = "0..1")
  private Target to;

  private static final class Target {
    @ArgGroup(exclusive = false, heading = "%nTo the network:%n")
    private Network network;

    @ArgGroup(exclusive = false, heading = "%nOr to raw files:%n")
    private Directory files;
  }

  private static final class Network extends NetworkOptions {
    @ArgGroup(exclusive = false)
    private Lag lag;
  }

  private static final class Lag {
    @Option(
        names = "--slow-module",
        required = true,
        paramLabel = "M",
        description = "a module that lags")
    private int module;

    @Option(names = "--delay", paramLabel = "TIME", description = "how much later it begins")
    private Duration delay = Duration.ZERO;

    @Option(names = "--slow-rate", paramLabel = "FRAMES/S", description = "how fast it is")
    private double rate = Double.POSITIVE_INFINITY;
  }

  private static final class Directory {
    @Option(
        names = "--write",
        required = true,
        paramLabel = "DIR",
        description = "a file a module, of version 5 (or 4 for column sectors)")
    private Path path;
  }

  @ArgGroup(exclusive = false, heading = "%nIn a session:%n")
  private SessionOptions session;

  @Override
  public Integer call() throws IOException {
    if (to == null) {
      to = new Target();
    }
    if (to.files == null && to.network == null) {
      to.network = new Network();
    }
    check();
    if (to.network == null) {
      put(this::write);
      return 0;
    }
    Uplink.during(
        uplink ->
            metrics.during(
                "producer", uplink::counters, () -> put(scans -> uplink.send(scans, this::pace))),
        detector,
        numbers(),
        to.network,
        Optional.ofNullable(session).map(s -> s.address(spec)));
    return 0;
  }

  /** What is done with scans, by module. */
  private interface Way {
    void put(Map<Integer, ModuleScans> scans) throws IOException;
  }

  private void put(Way way) throws IOException {
    if (from.raw != null) {
      try (RawScan scan = new RawScan(openFiles())) {
        way.put(single(scan.modules()));
      }
    } else if (from.simulation.acquire) {
      acquire(simulated(), way);
    } else {
      way.put(single(simulated()));
    }
  }

  private static Map<Integer, ModuleScans> single(List<? extends SectorSource> sources) {
    Map<Integer, ModuleScans> scans = new LinkedHashMap<>();
    sources.forEach(source -> scans.put(source.module(), ModuleScans.of(source)));
    return scans;
  }

  private List<SimulatedSectors> simulated() {
    Simulation s = from.simulation;
    ScanGeometry geometry = s.raster.geometry();
    Faults faults = new Faults(s.seed, s.scan, s.loseSectors, s.loseFrames, s.duplicate, s.reorder);
    List<SimulatedSectors> modulesOfScan = new ArrayList<>();
    for (int m : numbers()) {
      SimulatedCamera camera =
          new SimulatedCamera(detector, m, geometry, s.scan, s.electrons, s.hotPixels, s.seed);
      modulesOfScan.add(new SimulatedSectors(camera, detector, geometry, m, faults, s.repeat));
    }
    return modulesOfScan;
  }

  private RawDataset openFiles() throws IOException {
    return RawDataset.open(
        from.raw.directories,
        RawVersion.of(from.raw.version),
        detector,
        numbers(),
        from.raw.scan == null ? OptionalLong.empty() : OptionalLong.of(from.raw.scan));
  }

  /** Puts scans as they are asked for; the given ones are the pattern for them. */
  private void acquire(List<SimulatedSectors> patterns, Way way) throws IOException {
    Acquisition acquisition = new Acquisition(from.simulation.scan, System.out);
    Map<Integer, ModuleScans> scans = new LinkedHashMap<>();
    for (SimulatedSectors pattern : patterns) {
      scans.put(pattern.module(), acquisition.module(pattern::of));
    }
    Thread button =
        new Thread(
            () -> acquisition.follow(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
            "acquire");
    button.setDaemon(true); // it may wait for a line when the outputs have failed
    button.start();
    way.put(scans);
  }

  private void write(Map<Integer, ModuleScans> scans) throws IOException {
    Files.createDirectories(to.files.path);
    List<ModuleOutput> outputs = new ArrayList<>();
    scans
        .values()
        .forEach(s -> outputs.add(new ModuleWriter(s, to.files.path, detector.sectorBytes())));
    new Producer(outputs, "written", detector.sectorBytes()).run();
  }

  private Pace pace(int module) {
    Network n = to.network;
    return n.lag != null && n.lag.module == module
        ? new Pace(Math.min(n.rate(), n.lag.rate), n.lag.delay)
        : new Pace(n.rate(), Duration.ZERO);
  }

  private Set<Integer> numbers() {
    return modules == null
        ? IntStream.range(0, detector.modules()).boxed().collect(Collectors.toSet())
        : modules.numbers();
  }

  private void check() {
    for (int m : numbers()) {
      require(
          m < detector.modules(),
          "--modules: detector %s has modules 0 to %d, not %d"
              .formatted(detector.name(), detector.modules() - 1, m));
    }
    if (from.simulation != null) {
      Simulation s = from.simulation;
      require(0 <= s.scan && s.scan <= 0xffff_ffffL, "--scan-number has to be 0 to 4294967295");
      require(s.electrons >= 0 && s.electrons <= 100_000, "--electrons has to be 0 to 100000");
      require(s.hotPixels >= 0 && s.hotPixels <= 10_000, "--hot-pixels has to be 0 to 10000");
      require(s.repeat >= 0, "--repeat has to be 0 or more");
      require(s.reorder >= 1, "--reorder has to be 1 or more");
      requireShare("--lose-sectors", s.loseSectors);
      requireShare("--lose-frames", s.loseFrames);
      requireShare("--duplicate", s.duplicate);
    } else {
      try {
        RawVersion.of(from.raw.version).requireFits(detector);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage(), e);
      }
    }
    require(
        to.network != null || session == null,
        "--zookeeper is for what is sent to the network, not for --write");
    if (to.network != null) {
      Network n = to.network;
      require(
          n.hasAddress() || session != null,
          "where to? --aggregator ADDRESS, or --zookeeper HOST:PORT to find it there, or --write"
              + " DIR");
      n.check(spec, detector);
      n.checkRetention(spec, session != null, numbers().size());
      if (n.lag != null) {
        require(
            numbers().contains(n.lag.module),
            "--slow-module has to be one of the modules " + numbers());
        require(n.lag.rate > 0, "--slow-rate has to be above 0");
        require(
            !n.lag.delay.isZero() || n.lag.rate < Double.POSITIVE_INFINITY,
            "--slow-module needs --delay or --slow-rate or both");
      }
    }
  }

  private void requireShare(String option, double share) {
    require(0 <= share && share <= 1, option + " is a share of all, 0 to 1");
  }

  private void require(boolean possible, String message) {
    if (!possible) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}

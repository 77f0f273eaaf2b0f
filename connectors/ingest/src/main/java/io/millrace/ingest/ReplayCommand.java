package io.millrace.ingest;

import io.millrace.coordination.SessionAddress;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.raw.RawDataset;
import io.millrace.detector.raw.RawScans;
import io.millrace.detector.raw.RawVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace replay}: sends all scans that lie in directories of raw files. */
@Command(
    name = "replay",
    description = {
      "Sends all scans whose raw files lie in a directory, one after the other, the lowest number"
          + " first: what a producer has put aside, or a receiving server has written.",
      "",
      "Not from a directory into which somebody writes at the same time."
    },
    customSynopsis = {
      "millrace replay DIR... --aggregator ADDRESS [OPTIONS]",
      "       millrace replay DIR... --zookeeper HOST:PORT [OPTIONS]"
    },
    sortOptions = false,
    showDefaultValues = true,
    footer = {
      "",
      "Examples:",
      "  millrace replay /data/spill --zookeeper zk1:2181 --session night --remove",
      "  millrace replay /data/monday --modules 2 --aggregator tcp://edge:5560 --rate 400"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every usable record was handed to the network; what is not usable is named in the log",
      "1:no aggregator, nobody takes the sectors, a scan without a usable record, no ZooKeeper, or"
          + " the session takes no more scans or has another producer of a module",
      "2:an option is unknown or has an impossible value"
    })
final class ReplayCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ReplayCommand.class);

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "DIR",
      arity = "1..*",
      description = "one or more directories; directories in them are not looked into")
  private List<Path> directories;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this help")
  private boolean help;

  @Option(
      names = "--remove",
      description =
          "delete the files of a scan when all of it was sent. Files of which not every record was"
              + " good stay, and are named.")
  private boolean remove;

  @Option(
      names = "--camera",
      defaultValue = "4d-camera",
      paramLabel = "NAME",
      description = "name or .yaml file of the detector description")
  private DetectorDescription detector;

  @Option(
      names = "--modules",
      paramLabel = "LIST",
      description = "send only these modules, such as 2 or 0-3; all that have files if not given")
  private Arguments.Modules modules;

  @Option(
      names = "--version",
      defaultValue = "5",
      paramLabel = "N",
      description = "3 (frames), 4 (column sectors) or 5 (row sectors)")
  private int version;

  @ArgGroup(exclusive = false, heading = "%nTo the network:%n")
  private NetworkOptions network;

  @ArgGroup(exclusive = false, heading = "%nIn a session:%n")
  private SessionOptions session;

  @Override
  public Integer call() throws IOException {
    if (network == null) {
      network = new NetworkOptions();
    }
    check();
    Optional<SessionAddress> address = Optional.ofNullable(session).map(s -> s.address(spec));
    RawScans scans = RawScans.in(directories, RawVersion.of(version), detector, wanted());
    scans.problems().forEach(p -> LOG.warn("{}", p));
    if (scans.numbers().isEmpty()) {
      throw new IOException(
          "there is no usable file in %s%s; check --modules and the names of the files"
              .formatted(
                  directories,
                  scans.problems().isEmpty() ? " of the modules " + wanted() : " (see above)"));
    }
    Uplink.during(uplink -> replay(scans, uplink), detector, scans.modules(), network, address);
    return 0;
  }

  private void replay(RawScans scans, Uplink uplink) throws IOException {
    LOG.info("{} scans: {}", scans.numbers().size(), scans.numbers());
    List<String> unusable = new ArrayList<>();
    for (long number : scans.numbers()) {
      RawDataset scan;
      try {
        scan = scans.open(number);
      } catch (IOException e) {
        // The others are as good as if it were not there.
        LOG.error("{}; it is left out", e.getMessage());
        unusable.add(e.getMessage());
        continue;
      }
      send(scan, uplink);
    }
    if (!unusable.isEmpty()) {
      throw new IOException(
          "%d of %d scans were sent; %s"
              .formatted(
                  scans.numbers().size() - unusable.size(),
                  scans.numbers().size(),
                  String.join("; ", unusable)));
    }
  }

  private void send(RawDataset dataset, Uplink uplink) throws IOException {
    SpentFiles files = new SpentFiles(dataset);
    try (RawScan scan = new RawScan(dataset)) {
      Map<Integer, ModuleScans> sources = new LinkedHashMap<>();
      scan.modules().forEach(s -> sources.put(s.module(), ModuleScans.of(s)));
      uplink.send(sources, module -> new Pace(network.rate(), Duration.ZERO));
    }
    arrived(files);
  }

  /**
   * What is done when a scan has arrived: it is acknowledged, with --retain; without, that is taken
   * for granted when the network has all of it.
   */
  private void arrived(SpentFiles files) throws IOException {
    if (remove) {
      files.delete();
    }
  }

  private Set<Integer> all() {
    return IntStream.range(0, detector.modules())
        .boxed()
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Set<Integer> wanted() {
    return modules == null ? all() : modules.numbers();
  }

  private void check() {
    for (int m : wanted()) {
      require(
          m < detector.modules(),
          "--modules: detector %s has modules 0 to %d, not %d"
              .formatted(detector.name(), detector.modules() - 1, m));
    }
    try {
      RawVersion.of(version).requireFits(detector);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    require(
        !remove || RawVersion.of(version) != RawVersion.FRAMES || wanted().equals(all()),
        "--remove with --version 3 would delete the frames of modules that are not sent; leave out"
            + " --remove or --modules");
    require(
        network.hasAddress() || session != null,
        "where to? --aggregator ADDRESS, or --zookeeper HOST:PORT to find it there");
    network.check(spec, detector);
    network.checkRetention(spec, session != null, wanted().size());
  }

  private void require(boolean possible, String message) {
    if (!possible) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}

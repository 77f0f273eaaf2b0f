package io.millrace.ingest;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.wire.Lanes;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace aggregator}: relays sectors until it gets SIGTERM. */
@Command(
    name = "aggregator",
    description = "Relays the sectors of all producers to the lanes of the compute nodes.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "1:a port is in use, or a thread failed",
      "2:an option is unknown or has an impossible value",
      "143:ended by SIGTERM, as it should"
    })
final class AggregatorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--listen",
      defaultValue = "tcp://127.0.0.1:5560",
      paramLabel = "ADDRESS",
      description = "for producers: module m at this port + m; 0.0.0.0 for all networks")
  private String listen;

  @Option(names = "--lanes", defaultValue = "1", paramLabel = "N", description = "number of lanes")
  private int lanes;

  @Option(
      names = "--lane-address",
      defaultValue = "tcp://127.0.0.1:5600",
      paramLabel = "ADDRESS",
      description = "for compute nodes: lane l of module m at this port + l * modules + m")
  private String laneAddress;

  @Option(
      names = "--camera",
      defaultValue = "4d-camera",
      paramLabel = "NAME",
      description = "name or .yaml file of the detector description")
  private DetectorDescription detector;

  @Option(
      names = "--announce-timeout",
      defaultValue = "10s",
      paramLabel = "TIME",
      description =
          "announce a scan as it is, and what is missing to lane 0, when nothing of it came for"
              + " so long")
  private Duration announceTimeout;

  @Option(
      names = "--report-interval",
      defaultValue = "10s",
      paramLabel = "TIME",
      description = "a line in the log so often, while something happens")
  private Duration reportInterval;

  @Override
  public Integer call() throws IOException {
    if (announceTimeout.isZero() || reportInterval.isZero()) {
      throw new ParameterException(
          spec.commandLine(), "--announce-timeout and --report-interval have to be above 0");
    }
    Lanes listenAt = at("--listen", listen, 1);
    Lanes lanesAt = at("--lane-address", laneAddress, lanes);
    try (Aggregator aggregator =
        new Aggregator(detector, listenAt, lanesAt, announceTimeout, reportInterval)) {
      Runtime.getRuntime().addShutdownHook(new Thread(aggregator::close, "close"));
      aggregator.await();
    }
    return 0;
  }

  private Lanes at(String option, String address, int n) {
    try {
      return Lanes.at(address, n, detector.modules());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
    }
  }
}

package io.millrace.ingest;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.wire.Lanes;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options of a process that sends sectors to the aggregator. */
class NetworkOptions {
  @Option(
      names = "--aggregator",
      paramLabel = "ADDRESS",
      description =
          "such as tcp://host:5560; module m is sent to this port + m. With --zookeeper the"
              + " session's one if not given")
  private String aggregator;

  @Option(
      names = "--connect-timeout",
      paramLabel = "TIME",
      description = "give up if no aggregator answers for so long (default: 30s)")
  private Duration connectTimeout = Duration.ofSeconds(30);

  @Option(
      names = "--stall-timeout",
      paramLabel = "TIME",
      description = "give up if nobody takes a sector for so long (default: 60s)")
  private Duration stallTimeout = Duration.ofSeconds(60);

  @Option(
      names = "--rate",
      paramLabel = "FRAMES/S",
      description = "as fast as possible if not given")
  private double rate = Double.POSITIVE_INFINITY;

  /**
   * Checks them.
   *
   * @throws ParameterException if one has an impossible value
   */
  final void check(CommandSpec command, DetectorDescription detector) {
    if (aggregator != null) {
      try {
        ports(detector);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(command.commandLine(), "--aggregator: " + e.getMessage(), e);
      }
    }
    require(command, !connectTimeout.isZero(), "--connect-timeout has to be above 0");
    require(command, !stallTimeout.isZero(), "--stall-timeout has to be above 0");
    require(command, rate > 0, "--rate has to be above 0");
  }

  private static void require(CommandSpec command, boolean possible, String message) {
    if (!possible) {
      throw new ParameterException(command.commandLine(), message);
    }
  }

  /** Whether the aggregator's address is given. */
  final boolean hasAddress() {
    return aggregator != null;
  }

  /** Where the aggregator takes a module's sectors; empty if its address is not given. */
  final Optional<AggregatorPlace> place(DetectorDescription detector, int module) {
    return hasAddress()
        ? Optional.of(AggregatorPlace.at(ports(detector).endpoint(0, module)))
        : Optional.empty();
  }

  private Lanes ports(DetectorDescription detector) {
    return Lanes.at(aggregator, 1, detector.modules());
  }

  final Duration connectTimeout() {
    return connectTimeout;
  }

  final Duration stallTimeout() {
    return stallTimeout;
  }

  /** Frames a second; infinite if not given. */
  final double rate() {
    return rate;
  }
}

package io.millrace.ingest;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.wire.Lanes;
import java.io.IOException;
import java.nio.file.Path;
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
      description =
          "give up if nobody takes a sector for so long; with --retain, or acknowledges one (default:"
              + " 60s; with --retain 10m)")
  private Duration stallTimeout;

  @Option(
      names = "--retain",
      paramLabel = "WHERE",
      description =
          "keep every sector until the job has it in a checkpoint, and send again what was lost on"
              + " the way. memory: in memory, and when that is full in --retain-dir; without that"
              + " the detector waits. disk: all of them in --retain-dir, so that they outlive this"
              + " process, too. none: what is lost is lost (default: none)")
  private Retention retain = Retention.NONE;

  @Option(
      names = "--retain-memory",
      paramLabel = "BYTES",
      description =
          "memory for the sectors of a module, such as 256M or 4G; needed is what is sent between"
              + " two checkpoints, and while the job recovers (default: 256M)")
  private Arguments.Bytes retainMemory = new Arguments.Bytes(256L << 20);

  @Option(
      names = "--retain-dir",
      paramLabel = "DIR",
      description =
          "raw files of sectors that are not acknowledged; what stays there, millrace replay DIR"
              + " sends later")
  private Path retainDirectory;

  @Option(
      names = "--retain-disk",
      paramLabel = "BYTES",
      description =
          "so much the files of a module may occupy (default: what the disk has, but for a reserve)")
  private Arguments.Bytes retainDisk = new Arguments.Bytes(Long.MAX_VALUE);

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
    require(command, !stallTimeout().isZero(), "--stall-timeout has to be above 0");
    require(command, rate > 0, "--rate has to be above 0");
    long least = Outbox.least(AggregatorLink.SEND_QUEUE);
    require(
        command,
        retain == Retention.NONE || sectorsInMemory(detector) >= least,
        "--retain-memory has to be %,d bytes or more: %d sectors"
            .formatted(least * detector.sectorBytes(), least));
    require(
        command,
        retain != Retention.DISK || retainDirectory != null,
        "--retain=disk needs a --retain-dir");
    require(
        command,
        retain != Retention.NONE || retainDirectory == null,
        "--retain-dir is of use with --retain=memory or disk");
  }

  /**
   * Checks that what is sent can be acknowledged, if it is to be, and that there is memory for it.
   *
   * @param session whether there is one
   * @param modules how many are sent
   */
  final void checkRetention(CommandSpec command, boolean session, int modules) {
    long wanted = modules * retainMemory.number();
    require(
        command,
        retain == Retention.NONE || wanted <= DirectMemory.ofTheMachine() / 10 * 8,
        "--retain-memory for %d modules is %,d MB, and this machine has %,d MB; give less"
            .formatted(modules, wanted >> 20, DirectMemory.ofTheMachine() >> 20));
    require(
        command,
        retain == Retention.NONE || wanted <= DirectMemory.most() / 10 * 9,
        "--retain-memory for %d modules is %,d MB, and this JVM has %,d MB for buffers; give less, or more to it: MILLRACE_JAVA_OPTS=-XX:MaxDirectMemorySize=%dm"
            .formatted(modules, wanted >> 20, DirectMemory.most() >> 20, (wanted >> 20) / 8 * 10));
    require(
        command,
        retain == Retention.NONE || session && !hasAddress(),
        "--retain needs a session (--zookeeper), and its own aggregator: that tells what is"
            + " acknowledged");
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

  /** Who keeps sectors can wait for a job that recovers. */
  final Duration stallTimeout() {
    if (stallTimeout != null) {
      return stallTimeout;
    }
    return retain == Retention.NONE ? Duration.ofSeconds(60) : Duration.ofMinutes(10);
  }

  final Retention retention() {
    return retain;
  }

  /** How many sectors of a module are kept in memory. */
  final int sectorsInMemory(DetectorDescription detector) {
    return (int) Math.min(Integer.MAX_VALUE, retainMemory.number() / detector.sectorBytes());
  }

  /** Where sectors of a module are kept that memory has no room for; empty if nowhere. */
  final Optional<SpilledSectors> files(DetectorDescription detector, int module)
      throws IOException {
    return retainDirectory == null
        ? Optional.empty()
        : Optional.of(
            new SpilledSectors(
                retainDirectory, module, detector.sectorBytes(), retainDisk.number()));
  }

  /** Frames a second; infinite if not given. */
  final double rate() {
    return rate;
  }
}

package io.millrace.ingest;

import io.millrace.coordination.KnownScans;
import io.millrace.coordination.Member;
import io.millrace.coordination.Role;
import io.millrace.coordination.SessionAddress;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.wire.Lanes;
import io.millrace.sockets.CurveKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
      "1:a port is in use, the session has an aggregator or is closed, there is no ZooKeeper, or a"
          + " thread failed",
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
      defaultValue = "25s",
      paramLabel = "TIME",
      description =
          "announce a scan as it is, and what is missing to lane 0, when nothing of it came for"
              + " so long; longer than it takes to replace a producer that has died")
  private Duration announceTimeout;

  @Option(
      names = "--report-interval",
      defaultValue = "10s",
      paramLabel = "TIME",
      description = "a line in the log so often, while something happens")
  private Duration reportInterval;

  @Mixin private MetricsOptions metrics;

  @ArgGroup(exclusive = false, heading = "%nIn a session:%n")
  private InSession session;

  private static final class InSession extends SessionOptions {
    @Option(
        names = "--name",
        paramLabel = "NAME",
        description = "what the session calls this aggregator (default: edge)")
    private String name = "edge";

    @Option(
        names = "--advertise",
        paramLabel = "HOST",
        description =
            "name or address of this machine as producers and compute nodes reach it (default: the"
                + " host that is listened on, or this machine's name if that is 0.0.0.0)")
    private String advertise;

    @Option(
        names = "--scans",
        paramLabel = "WHICH",
        description =
            "any: relay all; registered: only scans that are under way in the session, and drop and"
                + " count what belongs to no scan (foreign-scan) or to one that has ended"
                + " (finished-scan) (default: any)")
    private RelayedScans scans = RelayedScans.ANY;

    Member member(
        SessionAddress address,
        Lanes listenAt,
        Lanes lanesAt,
        DetectorDescription detector,
        boolean keyed) {
      Map<String, String> offers =
          new HashMap<>(
              Map.of(
                  Member.PRODUCERS, advertised(listenAt),
                  Member.STATUSES, advertised(listenAt.statuses()),
                  Member.LANES_AT, advertised(lanesAt),
                  Member.LANES, Integer.toString(lanesAt.lanes()),
                  Member.CAMERA, detector.name()));
      if (keyed) {
        offers.put(Member.KEYS, "curve");
      }
      return Member.starting(Role.AGGREGATOR, name, address.session(), offers);
    }

    private String advertised(Lanes at) {
      String host = at.host();
      if (advertise != null) {
        host = advertise;
      } else if (host.equals("0.0.0.0") || host.equals("*")) {
        host = Member.localHost();
      }
      return new Lanes(host, at.firstPort(), 1, 1).endpoint(0, 0);
    }
  }

  /** With which all is encrypted; empty for none. */
  private Optional<CurveKeys> keys;

  @Override
  public Integer call() throws IOException {
    if (announceTimeout.isZero() || reportInterval.isZero()) {
      throw new ParameterException(
          spec.commandLine(), "--announce-timeout and --report-interval have to be above 0");
    }
    keys = CurveKeys.ofEnvironment();
    Lanes listenAt = at("--listen", listen, 1);
    Lanes lanesAt = at("--lane-address", laneAddress, lanes);
    if (session == null) {
      relay(listenAt, lanesAt, null, RelayedScans.ANY, aggregator -> {});
      return 0;
    }
    SessionAddress address = session.address(spec);
    Member member = member(address, listenAt, lanesAt);
    try (Participation participation = new Participation(address, member)) {
      participation.during(() -> relayIn(participation, address, listenAt, lanesAt));
    }
    return 0;
  }

  private Member member(SessionAddress address, Lanes listenAt, Lanes lanesAt) {
    try {
      return session.member(address, listenAt, lanesAt, detector, keys.isPresent());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--name: " + e.getMessage(), e);
    }
  }

  private void relayIn(
      Participation participation, SessionAddress address, Lanes listenAt, Lanes lanesAt)
      throws IOException {
    participation.openSession();
    // Before it is seen: producers would connect to one that is refused.
    participation.claimAggregator();
    participation.join();
    try (KnownScans scans = new KnownScans(participation.zooKeeper(), address.session())) {
      relay(
          listenAt,
          lanesAt,
          scans,
          session.scans,
          aggregator -> participation.show(aggregator::condition));
    }
  }

  private void relay(
      Lanes listenAt,
      Lanes lanesAt,
      KnownScans scans,
      RelayedScans relayed,
      Consumer<Aggregator> begun)
      throws IOException {
    try (Aggregator aggregator =
        new Aggregator(
            detector, listenAt, lanesAt, keys, scans, relayed, announceTimeout, reportInterval)) {
      Runtime.getRuntime().addShutdownHook(new Thread(aggregator::close, "close"));
      metrics.during(
          "aggregator",
          aggregator::counters,
          () -> {
            begun.accept(aggregator);
            aggregator.await();
          });
    }
  }

  private Lanes at(String option, String address, int n) {
    try {
      return Lanes.at(address, n, detector.modules());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
    }
  }
}

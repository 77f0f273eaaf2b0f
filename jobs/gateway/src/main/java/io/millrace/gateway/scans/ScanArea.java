package io.millrace.gateway.scans;

import io.millrace.coordination.Member;
import io.millrace.detector.ScanGeometry;
import io.millrace.gateway.live.LiveCounters;
import io.millrace.gateway.live.LiveRoutes;
import io.millrace.gateway.live.LiveScan;
import io.millrace.gateway.live.LiveScans;
import io.millrace.gateway.live.LiveSocket;
import io.millrace.gateway.server.Routes;
import io.millrace.gateway.store.Database;
import io.millrace.gateway.store.Ownership;
import io.millrace.sockets.CurveKeys;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All about scans in a gateway, put together: what comes in from jobs, ZooKeeper and folders, the
 * catalogue that it goes into, and the routes that show it.
 */
public final class ScanArea implements AutoCloseable {
  /** A job may be faster than the news of its scan; the picture should not wait for much longer. */
  private static final Duration NEWS_WITHIN = Duration.ofMillis(500);

  /** All of this machine's addresses. */
  private static final Pattern WILDCARD =
      Pattern.compile("tcp://(?:\\*|0\\.0\\.0\\.0|\\[?[0:]+\\]?):(\\d+)");

  private final Database database;
  private final ScanSettings settings;
  private final Supplier<Set<String>> zooKeepers;
  private final Clock clock;
  private final Catalogue catalogue;
  private final ResultFolders folders;
  private final ScanFiles files;
  private final LiveCounters counters = new LiveCounters();
  private final LiveScans live;
  private final LiveRoutes liveRoutes;
  private final ScanRoutes scanRoutes;
  private volatile ScanNews news;
  private volatile LiveSocket socket;

  /**
   * Puts it together; nothing comes in yet.
   *
   * @param zooKeepers those of sessions under way, besides the one of the settings
   * @param machineOf the machine on which a session has run, by the session's name
   */
  public ScanArea(
      Database database,
      ScanSettings settings,
      Supplier<Set<String>> zooKeepers,
      Function<String, Optional<String>> machineOf,
      Clock clock,
      PrometheusRegistry registry) {
    this.database = database;
    this.settings = settings;
    this.zooKeepers = zooKeepers;
    this.clock = clock;
    this.catalogue = new Catalogue(database.jdbi());
    this.folders = new ResultFolders(settings.results());
    this.live = new LiveScans(this::idOf, settings.eventBytes(), clock, counters);
    this.files = new ScanFiles(catalogue, folders);
    this.liveRoutes = new LiveRoutes(live, files, this::members, counters);
    this.scanRoutes = new ScanRoutes(catalogue, live, files, folders, machineOf);
    live.onEnd(scan -> catalogue.tellEnd(scan, clock.instant()));
    count(registry);
  }

  private void count(PrometheusRegistry registry) {
    CounterWithCallback.builder()
        .name("millrace_gateway_live_total")
        .help("What came of live messages and viewers, by kind")
        .labelNames("kind")
        .callback(all -> counters.all().forEach((kind, n) -> all.call(n, kind)))
        .register(registry);
    GaugeWithCallback.builder()
        .name("millrace_gateway_viewers")
        .help("Browsers that watch now")
        .callback(now -> now.call(liveRoutes.viewers()))
        .register(registry);
  }

  private String idOf(
      String session, long key, String publisher, ScanGeometry geometry, Instant seen) {
    Optional<String> known = catalogue.underWay(session, key, seen);
    if (known.isEmpty()) {
      news.askWithin(NEWS_WITHIN);
    }
    return catalogue.of(session, key, publisher, geometry, seen);
  }

  private List<Member> members() {
    return news == null ? List.of() : news.members();
  }

  /** All scans that are known. */
  public Catalogue catalogue() {
    return catalogue;
  }

  /** How far a scan under way is, by its id: 0 to 100. */
  public int percent(String id) {
    return live.find(id).map(LiveScan::percent).orElse(0);
  }

  /** Whether live messages are received. */
  public boolean isReceiving() {
    LiveSocket opened = socket;
    return opened == null || opened.isReceiving();
  }

  /** What it answers. */
  public List<Routes> routes() {
    return List.of(scanRoutes, liveRoutes);
  }

  /**
   * Begins to receive and to look.
   *
   * @throws IOException if the address for live messages cannot be had, or the keys of {@link
   *     CurveKeys#VARIABLE} are not those of who listens
   */
  public void start() throws IOException {
    news =
        new ScanNews(
            catalogue,
            live,
            folders,
            files,
            this::allZooKeepers,
            () -> database.ownership() == Ownership.OURS,
            clock);
    socket = LiveSocket.open(settings.liveListen(), live, counters, CurveKeys.ofEnvironment());
  }

  private Set<String> allZooKeepers() {
    Set<String> all = new HashSet<>(zooKeepers.get());
    if (settings.zooKeeper() != null) {
      all.add(settings.zooKeeper());
    }
    return all;
  }

  /** Where jobs reach it. */
  public String liveAddress() {
    if (settings.liveAddress() != null) {
      return settings.liveAddress();
    }
    Matcher wildcard = WILDCARD.matcher(socket.address());
    return wildcard.matches()
        ? "tcp://%s:%s".formatted(hostName(), wildcard.group(1))
        : socket.address();
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getCanonicalHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  @Override
  public void close() {
    if (socket != null) {
      socket.close();
    }
    if (news != null) {
      news.close();
    }
    liveRoutes.close();
  }
}

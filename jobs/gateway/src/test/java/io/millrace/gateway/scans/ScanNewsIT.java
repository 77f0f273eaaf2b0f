package io.millrace.gateway.scans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.coordination.Scan;
import io.millrace.coordination.ScanState;
import io.millrace.coordination.Scans;
import io.millrace.coordination.Sessions;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.coordination.ZooKeeperNode;
import io.millrace.detector.ScanGeometry;
import io.millrace.gateway.live.LiveCounters;
import io.millrace.gateway.live.LiveScans;
import io.millrace.gateway.store.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real ZooKeeper tells, until it goes and after it is back. */
class ScanNewsIT {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  @TempDir Path dir;
  private ZooKeeperNode zooKeeper;
  private Database database;
  private Catalogue catalogue;
  private LiveScans live;
  private ScanNews news;
  private final Set<String> addresses = ConcurrentHashMap.newKeySet();

  @BeforeEach
  void start() throws IOException {
    zooKeeper = ZooKeeperNode.start("127.0.0.1", 0, dir.resolve("zookeeper"));
    database = Database.open("sqlite:" + dir.resolve("gateway.db"));
    catalogue = new Catalogue(database.jdbi());
    addresses.add("127.0.0.1:" + zooKeeper.port());
    live = new LiveScans(catalogue, 1 << 24, Clock.systemUTC(), new LiveCounters());
    ResultFolders folders = new ResultFolders(List.of());
    news =
        new ScanNews(
            catalogue,
            live,
            folders,
            new ScanFiles(catalogue, folders),
            () -> addresses,
            () -> true,
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    news.close();
    database.close();
    zooKeeper.close();
  }

  private ZooKeeperConnection connect() throws IOException {
    return ZooKeeperConnection.open("127.0.0.1:" + zooKeeper.port(), Duration.ofSeconds(30));
  }

  private String state(String id) {
    return catalogue.find(id).map(CatalogueScan::state).orElse("not there");
  }

  @Test
  void scansAreFollowedToTheirEnds() throws IOException {
    try (ZooKeeperConnection connection = connect()) {
      new Sessions(connection).create("night", Map.of());
      Scans scans = new Scans(connection, "night");
      Scan scan = scans.begin(7, 65, 64);
      String id = "night." + scan.id();
      await().atMost(LONGEST).until(() -> state(id).equals("ANNOUNCED"));
      scans.change(
          scan.id(),
          s -> s.with(65, 64, 4159, 1, 0, "/data/a.h5").in(ScanState.INCOMPLETE, "a lane died"));
      await().atMost(LONGEST).until(() -> state(id).equals("INCOMPLETE"));
      CatalogueScan ended = catalogue.find(id).orElseThrow();
      assertThat(ended.hasEnded()).isTrue();
      assertThat(ended.file()).isEqualTo("/data/a.h5");
      assertThat(ended.incomplete()).isEqualTo(1);
      assertThat(ended.reason()).isEqualTo("a lane died");
      Scan next = scans.begin(8, 65, 64);
      await().atMost(LONGEST).until(() -> state("night." + next.id()).equals("ANNOUNCED"));
      assertThat(catalogue.count(ScanFilter.ALL)).isEqualTo(2);
    }
  }

  /** Live messages may be faster than the next look at ZooKeeper. */
  @Test
  void scanIsAskedForWhenAJobIsFaster() throws IOException {
    try (ZooKeeperConnection connection = connect()) {
      new Sessions(connection).create("night", Map.of());
      Scan scan = new Scans(connection, "night").begin(7, 65, 64);
      news.askWithin(LONGEST);
      assertThat(catalogue.of("night", 7, "p", new ScanGeometry(65, 64), Instant.now()))
          .isEqualTo("night." + scan.id());
    }
  }

  @Test
  void zooKeeperThatWasAwayIsHeardAgain() throws IOException {
    try (ZooKeeperConnection connection = connect()) {
      new Sessions(connection).create("night", Map.of());
      Scans scans = new Scans(connection, "night");
      Scan first = scans.begin(7, 65, 64);
      await().atMost(LONGEST).until(() -> state("night." + first.id()).equals("ANNOUNCED"));
      int port = zooKeeper.port();
      zooKeeper.close();
      assertThat(catalogue.find("night." + first.id())).isPresent();
      zooKeeper = ZooKeeperNode.start("127.0.0.1", port, dir.resolve("zookeeper"));
      Scan second =
          await().atMost(LONGEST).ignoreExceptions().until(() -> scans.begin(8, 65, 64), s -> true);
      await().atMost(LONGEST).until(() -> state("night." + second.id()).equals("ANNOUNCED"));
    }
  }
}

package io.millrace.gateway.scans;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.coordination.Scan;
import io.millrace.coordination.ScanState;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.live.LiveEnd;
import io.millrace.gateway.live.LiveScan;
import io.millrace.gateway.store.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueTest {
  private static final Instant START = Instant.parse("2026-11-25T13:45:00.123Z");
  private static final ScanGeometry GEOMETRY = new ScanGeometry(65, 64);

  @TempDir Path dir;
  private Database database;
  private Catalogue catalogue;

  /** An empty database. */
  String databaseUrl() throws Exception {
    return "sqlite:" + dir.resolve("gateway.db");
  }

  @BeforeEach
  void open() throws Exception {
    database = Database.open(databaseUrl());
    catalogue = new Catalogue(database.jdbi());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static Scan scan(int number, Instant started, ScanState state, String file) {
    String id = number + "-" + started.toString().replaceAll("[-:.]", "");
    return new Scan(
        1,
        id,
        "night",
        number,
        0,
        started,
        65,
        64,
        state,
        started.plusSeconds(9),
        4159,
        1,
        0,
        file,
        "");
  }

  private List<String> found(ScanFilter filter) {
    return catalogue.search(filter, 10, 0).stream().map(CatalogueScan::id).toList();
  }

  private static ScanFilter text(String text) {
    return new ScanFilter(text, null, null, null, null, null);
  }

  @Test
  void scanOfZooKeeperIsEnteredAndFollowed() {
    String id = catalogue.tell(scan(7, START, ScanState.STREAMING, null));
    assertThat(id).isEqualTo("night.7-20261125T134500123Z");
    assertThat(catalogue.find(id).orElseThrow().hasEnded()).isFalse();
    catalogue.tell(scan(7, START, ScanState.INCOMPLETE, "/data/a.h5"));
    CatalogueScan ended = catalogue.find(id).orElseThrow();
    assertThat(ended.state()).isEqualTo("INCOMPLETE");
    assertThat(ended.ended()).isEqualTo(START.plusSeconds(9));
    assertThat(ended.file()).isEqualTo("/data/a.h5");
    assertThat(ended.incomplete()).isEqualTo(1);
    assertThat(catalogue.count(ScanFilter.ALL)).isEqualTo(1);
  }

  @Test
  void liveScanIsTheOneUnderWayAndElseEntered() {
    catalogue.tell(scan(7, START, ScanState.COMPLETE, "/data/a.h5"));
    String second = catalogue.tell(scan(7, START.plusSeconds(60), ScanState.STREAMING, null));
    assertThat(catalogue.of("night", 7, "p", GEOMETRY, START.plusSeconds(61))).isEqualTo(second);
    String unknown = catalogue.of("night", 8, "p", GEOMETRY, START.plusSeconds(62));
    assertThat(unknown).isEqualTo("night.8-20261125T134602123Z");
    assertThat(catalogue.of("night", 8, "p", GEOMETRY, START.plusSeconds(63))).isEqualTo(unknown);
  }

  @Test
  void zooKeepersNewsOfALiveScanKeepItsId() {
    String id = catalogue.of("night", 7, "p", GEOMETRY, START);
    assertThat(catalogue.tell(scan(7, START.plusMillis(700), ScanState.STREAMING, null)))
        .isEqualTo(id);
    assertThat(catalogue.tell(scan(7, START.plusMillis(700), ScanState.COMPLETE, "/data/a.h5")))
        .isEqualTo(id);
    assertThat(catalogue.count(ScanFilter.ALL)).isEqualTo(1);
  }

  @Test
  void fileBelongsToItsScan() throws IOException {
    String id = catalogue.tell(scan(7, START, ScanState.COMPLETE, "counted/FOURD_x.h5"));
    FileAccount file =
        new FileAccount(
            "/data/counted/FOURD_x.h5",
            "night",
            7,
            START.plusSeconds(1),
            START.plusSeconds(5),
            GEOMETRY,
            4160,
            0,
            0);
    assertThat(catalogue.tell(file)).contains(id);
    assertThat(catalogue.find(id).orElseThrow().file()).isEqualTo("/data/counted/FOURD_x.h5");
    assertThat(catalogue.tell(file)).as("known").isEmpty();
    assertThat(catalogue.count(ScanFilter.ALL)).isEqualTo(1);
  }

  @Test
  void fileOfNoScanIsEnteredOnce() {
    FileAccount file =
        new FileAccount("/data/a.h5", "old", 3, START, START.plusSeconds(5), GEOMETRY, 4159, 1, 0);
    assertThat(catalogue.tell(file)).contains("old.3-20261125T134500123Z");
    FileAccount copy =
        new FileAccount(
            "/data/copy.h5", "old", 3, START, START.plusSeconds(5), GEOMETRY, 4159, 1, 0);
    assertThat(catalogue.tell(copy)).as("a copy of it").isEmpty();
    assertThat(catalogue.find("old.3-20261125T134500123Z").orElseThrow().state())
        .isEqualTo("INCOMPLETE");
  }

  @Test
  void searchFindsWhatPeopleWrote() throws IOException {
    String a = catalogue.tell(scan(1, START, ScanState.COMPLETE, "/data/100%_good.h5"));
    String b = catalogue.tell(scan(2, START.plusSeconds(60), ScanState.FAILED, null));
    ObjectMapper json = new ObjectMapper();
    catalogue.annotate(
        a,
        "Gold on Carbon",
        List.of("gold", "best"),
        (com.fasterxml.jackson.databind.node.ObjectNode) json.readTree("{\"kV\":300}"));
    assertThat(found(text("carbon"))).containsExactly(a);
    assertThat(found(text("GOLD"))).containsExactly(a);
    assertThat(found(text("best"))).containsExactly(a);
    assertThat(found(text("\"kv\":300"))).containsExactly(a);
    assertThat(found(text("night.2"))).containsExactly(b);
    assertThat(found(text("100%_g"))).containsExactly(a);
    assertThat(found(text("1%g"))).as("a per cent sign is one").isEmpty();
    assertThat(found(text("n_ght"))).as("a line is one").isEmpty();
    assertThat(found(text("' OR 1=1 --"))).isEmpty();
    assertThat(found(new ScanFilter(null, "night' OR '1'='1", null, null, null, null))).isEmpty();
    assertThat(found(new ScanFilter(null, null, "FAILED", null, null, null))).containsExactly(b);
    assertThat(found(new ScanFilter(null, null, null, "gold", null, null))).containsExactly(a);
    assertThat(found(new ScanFilter(null, null, null, null, START.plusSeconds(1), null)))
        .containsExactly(b);
    assertThat(found(new ScanFilter(null, null, null, null, null, START.plusSeconds(1))))
        .containsExactly(a);
    assertThat(found(ScanFilter.ALL)).containsExactly(b, a);
    assertThat(catalogue.search(ScanFilter.ALL, 1, 1).get(0).tags())
        .containsExactly("best", "gold");
  }

  @Test
  void neighboursAreByStart() {
    String a = catalogue.tell(scan(1, START, ScanState.COMPLETE, null));
    String b = catalogue.tell(scan(2, START, ScanState.COMPLETE, null));
    String c = catalogue.tell(scan(3, START.plusSeconds(1), ScanState.COMPLETE, null));
    CatalogueScan middle = catalogue.find(b).orElseThrow();
    assertThat(catalogue.previous(middle)).contains(a);
    assertThat(catalogue.next(middle)).contains(c);
    assertThat(catalogue.next(catalogue.find(c).orElseThrow())).isEmpty();
  }

  @Test
  void factsAreKeptAndNotAskedForAgain() {
    String id = catalogue.tell(scan(1, START, ScanState.COMPLETE, "/data/a.h5"));
    assertThat(catalogue.withoutFacts(10)).extracting(CatalogueScan::id).containsExactly(id);
    catalogue.note(id, 12_345_678_901L, "ab", new byte[] {1, 2});
    assertThat(catalogue.withoutFacts(10)).isEmpty();
    assertThat(catalogue.find(id).orElseThrow().bytes()).isEqualTo(12_345_678_901L);
    assertThat(catalogue.thumbnail(id)).contains(new byte[] {1, 2});
  }

  /** Of ZooKeeper and of live messages; each with a time of its own. */
  @Test
  void twoWhoTellOfAScanAtOnceEnterItOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int number = 1; number <= 20; number++) {
        int n = number;
        CyclicBarrier together = new CyclicBarrier(4);
        List<Callable<String>> tellers =
            List.of(
                () -> catalogue.tell(scan(n, START.plusMillis(700), ScanState.STREAMING, null)),
                () -> catalogue.of("night", n, "p", GEOMETRY, START.plusMillis(300)),
                () -> catalogue.of("night", n, "p", GEOMETRY, START.plusMillis(400)),
                () -> catalogue.of("night", n, "p", GEOMETRY, START.plusMillis(500)));
        List<Future<String>> told = new ArrayList<>();
        for (Callable<String> teller : tellers) {
          told.add(
              threads.submit(
                  () -> {
                    together.await(60, TimeUnit.SECONDS);
                    return teller.call();
                  }));
        }
        Set<String> ids = new HashSet<>();
        for (Future<String> one : told) {
          ids.add(one.get(60, TimeUnit.SECONDS));
        }
        assertThat(ids).hasSize(1);
        assertThat(catalogue.count(ScanFilter.ALL)).isEqualTo(n);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void twoWhoWriteTagsAtOnceAreNotMixed() throws Exception {
    String id = catalogue.tell(scan(7, START, ScanState.COMPLETE, "/data/a.h5"));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<List<String>> tags = List.of(List.of("a", "same"), List.of("b", "same"));
      for (int round = 0; round < 20; round++) {
        CyclicBarrier together = new CyclicBarrier(2);
        List<Future<?>> writers = new ArrayList<>();
        for (List<String> these : tags) {
          writers.add(
              threads.submit(
                  () -> {
                    together.await(60, TimeUnit.SECONDS);
                    return catalogue.annotate(id, null, these, null);
                  }));
        }
        for (Future<?> one : writers) {
          one.get(60, TimeUnit.SECONDS);
        }
        assertThat(catalogue.find(id).orElseThrow().tags()).isIn(tags);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** More than a statement has parameters. */
  @Test
  void anExportHasAllScans() throws Exception {
    int all = 70_000;
    String id = catalogue.tell(scan(7, START, ScanState.COMPLETE, "/data/a.h5"));
    catalogue.annotate(id, null, List.of("first"), null);
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "INSERT INTO scans (id, session, number, generation, started, state, reason, width,"
                        + " height, complete, incomplete, absent, notes, metadata)"
                        + " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                        + " SELECT 'many.' || i, 'many', i, 0, '2026-11-26T00:00:00.000Z', 'COMPLETE',"
                        + " '', 1, 1, 1, 0, 0, '', '{}' FROM n",
                    all - 1));
    List<CatalogueScan> exported = catalogue.search(ScanFilter.ALL, 100_000, 0);
    assertThat(exported).hasSize(all);
    assertThat(exported.get(all - 1).tags()).containsExactly("first");
  }

  /** A gateway that is started again is told once more of a scan that has ended. */
  @Test
  void endedScanThatIsToldAnewIsNoOtherOne() {
    String id = catalogue.of("night", 7, "p", GEOMETRY, START);
    LiveScan live = new LiveScan(id, "night", 7, GEOMETRY, START);
    live.take(new LiveEnd(7, GEOMETRY, 5, 0, 1, new long[2], "announced"));
    catalogue.tellEnd(live, START.plusSeconds(9));
    assertThat(catalogue.find(id).orElseThrow().hasEnded()).isTrue();
    assertThat(catalogue.of("night", 7, "p", GEOMETRY, START.plusSeconds(60))).isEqualTo(id);
    assertThat(catalogue.count(ScanFilter.ALL)).isEqualTo(1);
    // Another job without a session may count another scan of this number.
    assertThat(catalogue.of("night", 7, "q", GEOMETRY, START.plusSeconds(61))).isNotEqualTo(id);
  }
}

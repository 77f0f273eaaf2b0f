package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.ScanKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScansTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir Path data;
  private ZooKeeperNode server;
  private ZooKeeperConnection zooKeeper;
  private Scans scans;

  @BeforeEach
  void start() throws IOException {
    server = ZooKeeperNode.start("127.0.0.1", 0, data);
    zooKeeper = ZooKeeperConnection.open("127.0.0.1:" + server.port(), TIMEOUT);
    scans = new Scans(zooKeeper, "s");
  }

  @AfterEach
  void stop() {
    zooKeeper.close();
    server.close();
  }

  private Scan end(Scan scan, ScanState state) throws IOException {
    return scans.change(scan.id(), s -> s.in(state, "")).orElseThrow();
  }

  @Test
  void allProducersOfAScanJoinTheSameOne() throws Exception {
    assertThat(scans.underWay()).isEmpty();
    ExecutorService producers = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Scan>> begins = new ArrayList<>();
      for (int p = 0; p < 8; p++) {
        begins.add(() -> scans.begin(7, 65, 64));
      }
      Set<String> ids = new HashSet<>();
      for (Future<Scan> begun : producers.invokeAll(begins)) {
        ids.add(begun.get().id());
      }
      assertThat(ids).hasSize(1);
      assertThat(scans.list()).hasSize(1);
    } finally {
      producers.shutdownNow();
    }
  }

  @Test
  void aProducerThatWasRestartedJoinsTheScanUnderWay() throws IOException {
    Scan first = scans.begin(7, 65, 64);
    scans.change(first.id(), s -> s.in(ScanState.STREAMING, ""));
    assertThat(scans.begin(7, 65, 64).id()).isEqualTo(first.id());
  }

  @Test
  void aDetectorThatNumbersAnewStartsANewScan() throws Exception {
    Scan first = scans.begin(7, 65, 64);
    end(first, ScanState.COMPLETE);
    Scan second = scans.begin(7, 33, 32);
    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(second.width()).isEqualTo(33);
    assertThat(scans.underWay(7)).contains(second);
    assertThat(scans.find(first.id()).orElseThrow().state()).isEqualTo(ScanState.COMPLETE);
  }

  /** Numbers as they are begun, and the generation of each. */
  @ParameterizedTest
  @CsvSource({
    "7 8 9, 0 0 0",
    "7 7 3, 0 1 2",
    "7 3 4 7 8, 0 1 1 1 1",
    "0 0 4294967295 0, 0 1 1 2",
    "102 101 103 101, 0 1 1 2",
  })
  void aNumberThatIsNotAboveAllBeforeBeginsAnew(String numbers, String generations)
      throws IOException {
    List<String> begun = new ArrayList<>();
    long highest = -1;
    for (String number : numbers.split(" ")) {
      Scan scan = scans.begin(Long.parseLong(number), 2, 2);
      begun.add(String.valueOf(scan.generation()));
      assertThat(scan.key()).as("later is larger").isGreaterThan(highest);
      highest = scan.key();
      assertThat(scans.find(end(scan, ScanState.COMPLETE).id()).orElseThrow().key())
          .isEqualTo(highest);
    }
    assertThat(String.join(" ", begun)).isEqualTo(generations);
  }

  @Test
  void keysAreAsManyAsScansAlsoIfManyBeginAtOnce() throws Exception {
    ExecutorService producers = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Scan>> begins = new ArrayList<>();
      for (int p = 0; p < 16; p++) {
        long number = p / 2;
        begins.add(() -> scans.begin(number, 65, 64));
      }
      Set<Long> keys = new HashSet<>();
      for (Future<Scan> begun : producers.invokeAll(begins)) {
        keys.add(begun.get().key());
      }
      assertThat(keys).hasSize(8);
      assertThat(scans.list().stream().map(Scan::key)).containsExactlyInAnyOrderElementsOf(keys);
    } finally {
      producers.shutdownNow();
    }
  }

  @Test
  void aScanThatIsEnteredLateKeepsItsKeyAndDoesNotTouchAnother() throws IOException {
    long nine = ScanKey.of(1, 9);
    Scan late = scans.enter(nine, 2, 2).orElseThrow();
    assertThat(late.key()).isEqualTo(nine);
    assertThat(scans.enter(nine, 2, 2)).contains(late);
    assertThat(scans.enter(ScanKey.of(0, 9), 2, 2)).isEmpty();
    end(late, ScanState.COMPLETE);
    assertThat(scans.begin(9, 2, 2).key()).isEqualTo(ScanKey.of(2, 9));
  }

  /** As a version wrote it that did not know of generations. */
  @Test
  void aScanWithoutAGenerationIsOfTheFirst() throws IOException {
    String written = new String(scans.begin(7, 2, 2).write(), StandardCharsets.UTF_8);
    assertThat(written).contains("\"generation\":0,");
    String before = written.replace("\"generation\":0,", "");
    assertThat(Scan.read(before.getBytes(StandardCharsets.UTF_8)).key()).isEqualTo(7);
  }

  @Test
  void scansOverlap() throws IOException {
    Scan seven = scans.begin(7, 65, 64);
    Scan eight = scans.begin(8, 65, 64);
    end(seven, ScanState.INCOMPLETE);
    assertThat(scans.underWay(7)).isEmpty();
    assertThat(scans.underWay(8)).contains(eight);
    assertThat(scans.underWay()).containsExactly(eight);
  }

  @Test
  void whatIsToldOfAScanIsKept() throws IOException {
    Scan scan = scans.begin(7, 0, 0);
    Scan counted =
        scans
            .change(
                scan.id(),
                s ->
                    s.with(65, 64, 4_000, 100, 60, "/out/scan.h5")
                        .in(ScanState.INCOMPLETE, "60 frames are absent"))
            .orElseThrow();
    assertThat(scans.find(scan.id())).contains(counted);
    assertThat(counted.complete()).isEqualTo(4_000);
    assertThat(counted.file()).isEqualTo("/out/scan.h5");
    assertThat(counted.reason()).isEqualTo("60 frames are absent");
    assertThat(counted.started()).isEqualTo(scan.started());
  }

  @Test
  void aScanThatIsForgottenCannotBeChanged() throws IOException {
    assertThat(scans.change("7-20261125T000000000Z", s -> s)).isEmpty();
  }

  @Test
  void scansThatEndedLongAgoAreForgotten() throws Exception {
    Scan open = scans.begin(4_000_000_000L, 2, 2);
    for (int n = 0; n < Scans.REMEMBERED + 20; n++) {
      end(scans.begin(n, 2, 2), ScanState.COMPLETE);
    }
    assertThat(scans.list()).hasSize(Scans.REMEMBERED + 1).contains(open);
    assertThat(scans.list().get(0).number()).isEqualTo(Scans.REMEMBERED + 19);
    assertThat(zooKeeper.client().getChildren().forPath("/millrace/sessions/s/under-way"))
        .containsExactly("4000000000");
  }
}

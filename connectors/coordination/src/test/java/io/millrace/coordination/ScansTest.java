package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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

package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.detector.Calibration;
import io.millrace.detector.Drops;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanReport;
import io.millrace.detector.Thresholds;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanJournalTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Path FILE = Path.of("/out/scan.h5");

  @TempDir Path data;
  private ZooKeeperNode server;
  private ZooKeeperConnection zooKeeper;
  private Scans scans;
  private ScanJournal journal;

  @BeforeEach
  void start() throws IOException {
    server = ZooKeeperNode.start("127.0.0.1", 0, data);
    zooKeeper = ZooKeeperConnection.open("127.0.0.1:" + server.port(), TIMEOUT);
    scans = new Scans(zooKeeper, "s");
    journal = new ScanJournal(new SessionAddress(zooKeeper.address(), "s", TIMEOUT));
  }

  @AfterEach
  void stop() {
    journal.close();
    zooKeeper.close();
    server.close();
  }

  private static ScanReport report(long absent) {
    return new ScanReport(
        7,
        new ScanGeometry(65, 64),
        1,
        4_160 - absent,
        0,
        absent,
        new long[4],
        1_000,
        16_640,
        16_640,
        new Drops(),
        ScanReport.EndedBy.ANNOUNCED,
        Instant.EPOCH,
        Instant.EPOCH.plusSeconds(5),
        Calibration.given(7, new Thresholds(20, 400), null));
  }

  private Scan awaited(String id, ScanState state) {
    return await()
        .atMost(TIMEOUT)
        .until(() -> scans.find(id).orElseThrow(), scan -> scan.state() == state);
  }

  @Test
  void aScanIsFollowedFromItsProducersToItsFile() throws IOException {
    Scan scan = scans.begin(7, 0, 0);
    journal.tell(7, ScanState.CALIBRATING);
    awaited(scan.id(), ScanState.CALIBRATING);
    journal.tell(7, ScanState.STREAMING);
    awaited(scan.id(), ScanState.STREAMING);
    journal.ended(report(0), FILE);
    Scan ended = awaited(scan.id(), ScanState.COMPLETE);
    assertThat(ended.file()).isEqualTo(FILE.toString());
    assertThat(ended.complete()).isEqualTo(4_160);
    assertThat(ended.width()).isEqualTo(65);
    assertThat(scans.underWay(7)).isEmpty();
  }

  @Test
  void whatIsMissingIsSaid() throws IOException {
    Scan scan = scans.begin(7, 65, 64);
    journal.ended(report(60), FILE);
    Scan ended = awaited(scan.id(), ScanState.INCOMPLETE);
    assertThat(ended.absent()).isEqualTo(60);
    assertThat(ended.reason()).isEqualTo("0 frames incomplete, 60 absent");
  }

  @Test
  void aScanWithoutAFileIsSaidWithItsReason() throws IOException {
    Scan scan = scans.begin(7, 65, 64);
    journal.failed(7, "no frame arrived");
    assertThat(awaited(scan.id(), ScanState.FAILED).reason()).isEqualTo("no frame arrived");
  }

  @Test
  void theScanOfAProducerThatDoesNotTellIsThereWhenItHasEnded() {
    journal.tell(7, ScanState.STREAMING); // of nothing that is known
    journal.ended(report(0), FILE);
    await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(scans.list())
                    .singleElement()
                    .satisfies(scan -> assertThat(scan.state()).isEqualTo(ScanState.COMPLETE)));
  }

  /** As a job does that goes on from a checkpoint. */
  @Test
  void whatIsToldAgainBeginsNoOtherScan() throws IOException {
    Scan first = scans.begin(7, 65, 64);
    journal.ended(report(0), FILE);
    awaited(first.id(), ScanState.COMPLETE);
    Scan second = scans.begin(8, 65, 64);
    journal.failed(8, "no frame arrived");
    awaited(second.id(), ScanState.FAILED);
    journal.ended(report(0), FILE);
    journal.failed(8, "no frame arrived");
    journal.close(); // when all is told
    assertThat(scans.list()).extracting(Scan::id).containsExactly(second.id(), first.id());
    assertThat(scans.underWay()).isEmpty();
  }

  @Test
  void whatIsToldOfAnEarlierScanDoesNotTouchTheNextOfItsNumber() throws IOException {
    Scan first = scans.begin(7, 65, 64);
    journal.failed(first.key(), "no frame arrived");
    awaited(first.id(), ScanState.FAILED);
    Scan second = scans.begin(7, 65, 64);
    journal.tell(first.key(), ScanState.CALIBRATING);
    journal.failed(first.key(), "told again");
    journal.tell(second.key(), ScanState.STREAMING);
    awaited(second.id(), ScanState.STREAMING);
    assertThat(scans.find(first.id()).orElseThrow().reason()).isEqualTo("no frame arrived");
    assertThat(scans.list()).hasSize(2);
  }

  @Test
  void closingWaitsUntilAllIsTold() throws IOException {
    Scan scan = scans.begin(7, 65, 64);
    journal.ended(report(0), FILE);
    journal.close();
    assertThat(scans.find(scan.id()).orElseThrow().state()).isEqualTo(ScanState.COMPLETE);
  }

  @Test
  void whatIsToldWhileZooKeeperIsAwayIsToldWhenItIsBack() throws IOException {
    Scan scan = scans.begin(7, 65, 64);
    journal.tell(7, ScanState.CALIBRATING);
    awaited(scan.id(), ScanState.CALIBRATING);
    int port = server.port();
    server.close();
    journal.tell(7, ScanState.STREAMING);
    journal.ended(report(0), FILE);
    journal.failed(8, "no frame arrived");
    server = ZooKeeperNode.start("127.0.0.1", port, data);
    journal.close();
    assertThat(scans.list())
        .extracting(s -> s.number() + " " + s.state())
        .containsExactlyInAnyOrder("7 complete", "8 failed");
  }

  /** Its patience is over before ZooKeeper is back; what comes afterwards is told again. */
  @Test
  void patienceEndsAndTheJournalGoesOn() throws Exception {
    Scan scan = scans.begin(7, 65, 64);
    try (ScanJournal hasty =
        new ScanJournal(new SessionAddress(zooKeeper.address(), "s", Duration.ofSeconds(1)))) {
      hasty.tell(7, ScanState.CALIBRATING);
      awaited(scan.id(), ScanState.CALIBRATING);
      int port = server.port();
      server.close();
      hasty.tell(7, ScanState.STREAMING);
      await("the entry is given up").atMost(TIMEOUT).until(() -> hasty.lost() == 1);
      server = ZooKeeperNode.start("127.0.0.1", port, data);
      await("a server").atMost(TIMEOUT).until(zooKeeper::isConnected);
      assertThat(scans.find(scan.id()).orElseThrow().state()).isEqualTo(ScanState.CALIBRATING);
    }
  }

  @Test
  void aScanOfAClosedSessionStaysAsItWasGivenUp() throws IOException {
    Sessions sessions = new Sessions(zooKeeper);
    sessions.open("s");
    Scan scan = scans.begin(7, 65, 64);
    sessions.close("s");
    journal.ended(report(0), FILE);
    journal.close();
    assertThat(scans.list())
        .singleElement()
        .satisfies(s -> assertThat(s.id()).isEqualTo(scan.id()))
        .satisfies(s -> assertThat(s.state()).isEqualTo(ScanState.FAILED));
  }
}

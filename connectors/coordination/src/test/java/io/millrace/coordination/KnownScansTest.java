package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownScansTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir Path data;
  private ZooKeeperNode server;
  private ZooKeeperConnection there;
  private ZooKeeperConnection here;
  private Scans scans;
  private KnownScans known;

  @BeforeEach
  void start() throws IOException {
    server = ZooKeeperNode.start("127.0.0.1", 0, data);
    there = ZooKeeperConnection.open("127.0.0.1:" + server.port(), TIMEOUT);
    here = ZooKeeperConnection.open("127.0.0.1:" + server.port(), TIMEOUT);
    scans = new Scans(there, "s");
    known = new KnownScans(here, "s");
  }

  @AfterEach
  void stop() {
    known.close();
    here.close();
    there.close();
    server.close();
  }

  private Scan end(Scan scan) throws IOException {
    return scans.change(scan.id(), s -> s.in(ScanState.COMPLETE, "")).orElseThrow();
  }

  private void awaitKnown(Scan scan) {
    await().atMost(TIMEOUT).until(() -> known.find(scan.number()).equals(Optional.of(scan)));
  }

  @Test
  void scansComeChangeAndGo() throws Exception {
    Scan seven = scans.begin(7, 65, 64);
    Scan eight = scans.begin(8, 65, 64);
    awaitKnown(seven);
    awaitKnown(eight);
    awaitKnown(end(seven));
    assertThat(known.find(8)).contains(eight);
    assertThat(known.find(9)).isEmpty();
    there.client().delete().forPath("/millrace/sessions/s/scans/" + seven.id());
    await().atMost(TIMEOUT).until(() -> known.find(7).isEmpty());
  }

  @Test
  void ofANumberThatComesAgainTheScanUnderWayIsKnown() throws IOException {
    Scan first = scans.begin(7, 65, 64);
    end(first);
    Scan second = scans.begin(7, 33, 32);
    awaitKnown(second);
    assertThat(known.generation()).isEqualTo(1);
    // As when the copy is made anew, in any order.
    scans.change(first.id(), s -> s.in(ScanState.COMPLETE, "told again"));
    awaitKnown(end(second));
  }

  @Test
  void whoAsksSeesWhatWasBegunBefore() throws IOException {
    for (int n = 0; n < 200; n++) {
      Scan scan = scans.begin(n % 5, 2, 2);
      assertThat(known.ask(n % 5, TIMEOUT)).as("scan %d", n).contains(scan);
      end(scan);
    }
    assertThat(known.ask(77, TIMEOUT)).isEmpty();
  }

  @Test
  void whatIsKnownHoldsWhileZooKeeperIsAway() throws IOException {
    Scan seven = scans.begin(7, 65, 64);
    awaitKnown(seven);
    server.close();
    await().atMost(TIMEOUT).until(() -> !here.isConnected());
    assertThat(known.ask(7, TIMEOUT)).contains(seven);
    assertThat(known.ask(8, TIMEOUT)).isEmpty();
  }

  @Test
  void contentThatNobodyUnderstandsIsLeftOut() throws Exception {
    Scan seven = scans.begin(7, 65, 64);
    there
        .client()
        .create()
        .forPath("/millrace/sessions/s/scans/x", "{".getBytes(StandardCharsets.UTF_8));
    there.client().create().forPath("/millrace/sessions/s/under-way/9", new byte[] {'x'});
    assertThat(known.ask(9, TIMEOUT)).isEmpty();
    awaitKnown(seven);
  }
}

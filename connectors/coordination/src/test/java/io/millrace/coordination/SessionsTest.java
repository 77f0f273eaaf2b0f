package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir Path data;
  private ZooKeeperNode server;
  private ZooKeeperConnection zooKeeper;
  private Sessions sessions;

  @BeforeEach
  void start() throws IOException {
    server = ZooKeeperNode.start("127.0.0.1", 0, data);
    zooKeeper = ZooKeeperConnection.open("127.0.0.1:" + server.port(), TIMEOUT);
    sessions = new Sessions(zooKeeper);
  }

  @AfterEach
  void stop() {
    zooKeeper.close();
    server.close();
  }

  @Test
  void aSessionMovesOnAndNeverBack() throws IOException {
    Session created = sessions.create("a", Map.of("lanes", "4"));
    assertThat(created.state()).isEqualTo(SessionState.CREATED);
    assertThat(sessions.open("a").state()).isEqualTo(SessionState.OPEN);
    assertThat(sessions.open("a").state()).isEqualTo(SessionState.OPEN);
    assertThat(sessions.serve("a", "0123").job()).isEqualTo("0123");
    assertThat(sessions.drain("a").state()).isEqualTo(SessionState.DRAINING);
    assertThatThrownBy(() -> sessions.open("a"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("session a is draining");
    Session closed = sessions.close("a");
    assertThat(sessions.find("a")).contains(closed);
    assertThat(closed.parameters()).isEqualTo(Map.of("lanes", "4"));
    assertThat(closed.job()).isEqualTo("0123");
    assertThatThrownBy(() -> sessions.drain("a")).hasMessageContaining("session a is closed");
  }

  @Test
  void aNameIsTakenOnce() throws IOException {
    sessions.create("a", Map.of());
    assertThatThrownBy(() -> sessions.create("a", Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there is a session a already");
  }

  @Test
  void aNameCannotLeaveItsPlace() {
    assertThatThrownBy(() -> sessions.create("a/../b", Map.of())).hasMessageContaining("a/../b");
    assertThatThrownBy(() -> sessions.create("..", Map.of())).hasMessageContaining("'..'");
  }

  @Test
  void aSessionThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> sessions.drain("nobody"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there is no session nobody");
  }

  @Test
  void openingCreatesWhatNobodyHasCreated() throws Exception {
    try (Calibrations before =
        new Calibrations(zooKeeper.address(), "a", "job", Duration.ofSeconds(20))) {
      assertThat(before.find(1)).isEmpty();
      assertThat(sessions.find("a")).isEmpty(); // though it has a folder
      assertThat(sessions.open("a").state()).isEqualTo(SessionState.OPEN);
    }
    sessions.open("b");
    assertThat(sessions.list()).extracting(Session::name).containsExactly("b", "a");
  }

  @Test
  void closingLeavesTheScansAndNothingElse() throws Exception {
    sessions.open("a");
    new Scans(zooKeeper, "a").begin(7, 2, 2);
    new Calibrations(zooKeeper.address(), "a", "job", Duration.ofSeconds(20)).close();
    sessions.close("a");
    assertThat(zooKeeper.client().getChildren().forPath("/millrace/sessions/a"))
        .containsExactly("scans");
  }

  @Test
  void sessionsThatClosedLongAgoAreForgotten() throws IOException {
    sessions.open("open");
    for (int n = 0; n < Sessions.REMEMBERED + 5; n++) {
      sessions.open("s" + n);
      sessions.close("s" + n);
    }
    assertThat(sessions.list()).hasSize(Sessions.REMEMBERED + 1);
    assertThat(sessions.find("open")).isPresent();
    assertThat(sessions.find("s0")).isEmpty();
    assertThat(sessions.find("s" + (Sessions.REMEMBERED + 4))).isPresent();
  }

  @Test
  void closingGivesUpTheScansUnderWayAndSaysSo() throws IOException {
    sessions.open("a");
    Scans scans = new Scans(zooKeeper, "a");
    Scan ended = scans.begin(6, 65, 64);
    scans.change(ended.id(), scan -> scan.in(ScanState.COMPLETE, ""));
    Scan underWay = scans.begin(7, 65, 64);
    scans.change(underWay.id(), scan -> scan.in(ScanState.STREAMING, ""));
    sessions.close("a");
    assertThat(scans.find(ended.id()).orElseThrow().state()).isEqualTo(ScanState.COMPLETE);
    Scan givenUp = scans.find(underWay.id()).orElseThrow();
    assertThat(givenUp.state()).isEqualTo(ScanState.FAILED);
    assertThat(givenUp.reason()).isEqualTo("the session was closed while the scan was streaming");
    assertThat(scans.underWay()).isEmpty();
  }
}

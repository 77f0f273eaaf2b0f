package io.millrace.zeromq.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.coordination.Membership;
import io.millrace.coordination.Role;
import io.millrace.coordination.Session;
import io.millrace.coordination.SessionAddress;
import io.millrace.coordination.SessionState;
import io.millrace.coordination.Sessions;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.coordination.ZooKeeperNode;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.wire.Lanes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job finds when it starts, and when it starts again. */
class SessionLanesTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");
  private static final String LANES_AT = "tcp://127.0.0.1:5600";
  private static final String SESSION = "s";

  @TempDir Path data;
  private ZooKeeperNode server;
  private ZooKeeperConnection zooKeeper;
  private Sessions sessions;
  private Membership aggregator;

  @BeforeEach
  void start() throws Exception {
    server = ZooKeeperNode.start("127.0.0.1", 0, data);
    zooKeeper = ZooKeeperConnection.open(address(), TIMEOUT);
    sessions = new Sessions(zooKeeper);
    Map<String, String> offers =
        Map.of(Member.CAMERA, CAMERA.name(), Member.LANES, "2", Member.LANES_AT, LANES_AT);
    aggregator =
        Membership.join(
            zooKeeper, Member.starting(Role.AGGREGATOR, "edge", SESSION, offers), TIMEOUT);
    aggregator.tell(MemberState.READY);
  }

  @AfterEach
  void stop() {
    aggregator.close();
    zooKeeper.close();
    server.close();
  }

  private String address() {
    return "127.0.0.1:" + server.port();
  }

  private Lanes find(String job) throws IOException {
    try (SessionLanes lanes =
        new SessionLanes(new SessionAddress(address(), SESSION, TIMEOUT), CAMERA)) {
      return lanes.find(job);
    }
  }

  private void assertSession(SessionState state, String job) throws IOException {
    Session session = sessions.find(SESSION).orElseThrow();
    assertThat(session.state()).isEqualTo(state);
    assertThat(session.job()).isEqualTo(job);
  }

  @Test
  void theLanesAreTheAggregatorsAndTheSessionIsOpen() throws Exception {
    assertThat(find("a")).isEqualTo(Lanes.at(LANES_AT, 2, CAMERA.modules()));
    assertSession(SessionState.OPEN, "a");
    assertThat(find("b")).isEqualTo(Lanes.at(LANES_AT, 2, CAMERA.modules()));
    assertSession(SessionState.OPEN, "b");
  }

  /** Its JobManager has died while the last scans were under way. */
  @Test
  void aJobThatStartsAgainServesADrainingSessionToItsEnd() throws Exception {
    find("a");
    sessions.drain(SESSION);
    assertThat(find("a")).isEqualTo(Lanes.at(LANES_AT, 2, CAMERA.modules()));
    assertSession(SessionState.DRAINING, "a");
  }

  @Test
  void anotherJobIsToldThatTheSessionDrains() throws Exception {
    find("a");
    sessions.drain(SESSION);
    assertThatThrownBy(() -> find("b"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("draining")
        .hasMessageContaining("create another");
    assertSession(SessionState.DRAINING, "a");
  }
}

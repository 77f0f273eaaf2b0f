package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.detector.Calibration;
import io.millrace.detector.Thresholds;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.curator.framework.CuratorFramework;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A session may run for years: the tree must not grow with its scans. */
@Timeout(300)
class TreeSizeTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int SCANS = 1_000;
  private static final int UNDER_WAY = 2;

  /** As CalibrationFunction does. */
  private static final int CALIBRATIONS = 256;

  private static final int MODULES = 4;

  /**
   * The session and its folders of scans, of scans under way, of modules, each module, the
   * aggregator, and of jobs, the job and its calibrations, and the numbering of its scans; the root
   * and the folders of sessions and of members.
   */
  private static final int FOLDERS = 1 + 3 + MODULES + 1 + 3 + 1 + 3;

  @TempDir Path data;
  private ZooKeeperNode server;
  private ZooKeeperConnection zooKeeper;

  @BeforeEach
  void start() throws IOException {
    server = ZooKeeperNode.start("127.0.0.1", 0, data);
    zooKeeper = ZooKeeperConnection.open("127.0.0.1:" + server.port(), TIMEOUT);
  }

  @AfterEach
  void stop() {
    zooKeeper.close();
    server.close();
  }

  @Test
  void afterAThousandScansTheTreeHoldsTheLastOnesOnly() throws Exception {
    new Sessions(zooKeeper).open("s");
    Scans scans = new Scans(zooKeeper, "s");
    Member producer = Member.starting(Role.PRODUCER, "modules-0-3", "s", Map.of());
    for (int module = 0; module < MODULES; module++) {
      Claim.module(zooKeeper, module, producer);
    }
    Claim.aggregator(zooKeeper, Member.starting(Role.AGGREGATOR, "edge", "s", Map.of()));
    Membership.join(zooKeeper, producer, TIMEOUT);
    try (Calibrations calibrations = new Calibrations(zooKeeper.address(), "s", "job", TIMEOUT)) {
      for (int number = 1; number <= SCANS; number++) {
        Scan scan = scans.begin(number, 65, 64);
        calibrations.publish(Calibration.given(number, new Thresholds(20, 400), null));
        if (number > CALIBRATIONS) {
          calibrations.forget(number - CALIBRATIONS);
        }
        if (number <= SCANS - UNDER_WAY) {
          scans.change(scan.id(), s -> s.in(ScanState.COMPLETE, ""));
        }
      }
      int claimsAndMembers = MODULES + 1 + 1;
      // A scan under way has its own node and that of its number.
      int bound = FOLDERS + claimsAndMembers + Scans.REMEMBERED + 2 * UNDER_WAY + CALIBRATIONS;
      await("what is forgotten goes").atMost(TIMEOUT).until(() -> nodes() <= bound);
      assertThat(nodes()).isEqualTo(bound);
    }
    new Sessions(zooKeeper).close("s");
    assertThat(scans.list()).hasSize(Scans.REMEMBERED);
    // The root, sessions, the session, its scans; members, and one member.
    assertThat(nodes()).isEqualTo(Scans.REMEMBERED + 6);
  }

  private int nodes() throws Exception {
    return nodes(zooKeeper.client(), ZooKeeperConnection.ROOT);
  }

  private static int nodes(CuratorFramework client, String path) throws Exception {
    int n = 1;
    for (String child : client.getChildren().forPath(path)) {
      n += nodes(client, path + "/" + child);
    }
    return n;
  }
}

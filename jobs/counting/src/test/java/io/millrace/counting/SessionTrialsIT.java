package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole sessions with what goes wrong at a facility: ZooKeeper, aggregator and producers are
 * processes, which are paused, killed and started again, and the job runs on a cluster. Each trial
 * holds the files event for event against what the camera has sent, and ZooKeeper's account against
 * both.
 */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
class SessionTrialsIT {
  private static final int MODULES = 4;
  private static final int ROWS = 64;

  /** Positions of a scan, and with the flyback column the frames: 21 x 15. */
  private static final String RASTER = "20x15";

  /** At 50 frames/s a scan lasts 6.3 s: long enough to break something in its middle. */
  private static final String RATE = "--rate=50";

  private static final String[] ALL = {
    "aggregator edge", "producer modules-0-3", "lane lane-0", "lane lane-1"
  };

  private static MiniCluster cluster;

  @TempDir private Path directory;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private Path camera;

  @BeforeAll
  static void startCluster() throws Exception {
    cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(new Configuration())
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(12)
                .build());
    cluster.start();
  }

  @AfterAll
  static void stopCluster() throws Exception {
    cluster.close();
  }

  @BeforeEach
  void describeTheCamera() throws IOException {
    camera =
        Files.writeString(
            directory.resolve("small.yaml"),
            "name: small\nframe: {rows: %d, columns: 64}\npixel: uint16-le\nsectors:\n%s"
                .formatted(
                    ROWS,
                    IntStream.range(0, MODULES)
                        .mapToObj(
                            m ->
                                "  - {row: %d, column: 0, rows: %d, columns: 64}\n"
                                    .formatted(m * ROWS / MODULES, ROWS / MODULES))
                        .collect(Collectors.joining())));
  }

  @AfterEach
  void closeAll() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  private <T extends AutoCloseable> T open(T one) {
    opened.push(one);
    return one;
  }

  private ZooKeeperServers zooKeeper(int servers) throws IOException {
    return open(ZooKeeperServers.of(servers, directory.resolve("zookeeper")));
  }

  private TrialSession session(String name, ZooKeeperServers zooKeeper) throws IOException {
    return open(
        new TrialSession(
            name, zooKeeper.address(), directory.resolve("session-" + name), camera, cluster));
  }

  /** What happens to a ZooKeeper. */
  private enum Absence {
    PAUSED,
    KILLED
  }

  /**
   * The scan under way ends meanwhile, and its file is there before ZooKeeper is. The next one
   * begins and has to be calibrated meanwhile: it waits. In the end ZooKeeper knows of both.
   */
  @ParameterizedTest(name = "{0} for {1} s")
  @CsvSource({"PAUSED, 60", "PAUSED, 5", "KILLED, 5"})
  void zooKeeperIsAwayInMidScan(Absence absence, int seconds) throws Exception {
    ZooKeeperServers zooKeeper = zooKeeper(1).start();
    TrialSession session = session("s", zooKeeper);
    session.aggregator();
    session.job();
    TrialProcess producer = session.producer(RASTER, "--acquire", RATE);
    SimulatedScan first = session.simulated(RASTER, 1);
    SimulatedScan second = session.simulated(RASTER, 2);
    session.awaitMembers(ALL);
    producer.pressEnter();
    await("scan 1 is calibrated").atMost(TrialProcess.DEADLINE).until(() -> session.isStreaming(1));

    if (absence == Absence.PAUSED) {
      zooKeeper.server(0).pause();
    } else {
      zooKeeper.server(0).kill();
    }
    producer.pressEnter();
    await("the time of its absence")
        .pollDelay(Duration.ofSeconds(seconds))
        .atMost(Duration.ofSeconds(seconds).plus(TrialProcess.DEADLINE))
        .until(() -> session.hasFile(1));
    assertThat(session.hasFile(2)).as("scan 2 has a file without a calibration").isFalse();
    if (absence == Absence.PAUSED) {
      zooKeeper.server(0).resume();
    } else {
      zooKeeper.launch(0);
    }

    session.awaitFile(2, TrialProcess.DEADLINE);
    session.assertWhole(1, first);
    session.assertWhole(2, second);
    session.awaitMembers(ALL);
    session.drain();
  }
}

package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.coordination.Scan;
import io.millrace.coordination.ScanState;
import io.millrace.detector.DropReason;
import io.millrace.detector.SectorHeader;
import io.millrace.hdf5.CountedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/**
 * Whole sessions with what goes wrong at a facility: ZooKeeper, aggregator and producers are
 * processes, which are paused, killed and started again, and the job runs on a cluster. Each trial
 * holds the files event for event against what the camera has sent, and ZooKeeper's account against
 * both.
 */
@Timeout(360)
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
                .setConfiguration(new Configuration().set(RestOptions.BIND_PORT, "0"))
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
    camera = TrialSession.camera(directory, MODULES, ROWS);
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

  /** Z: ZooKeeper, A: aggregator, P: producer, J: job. All orders that differ in who waits. */
  @ParameterizedTest
  @ValueSource(strings = {"ZAPJ", "ZJPA", "ZPAJ", "AZJP", "PZAJ", "JAPZ", "PJZA"})
  void partsStartInAnyOrder(String order) throws Exception {
    String raster = "5x4";
    ZooKeeperServers zooKeeper = zooKeeper(1);
    TrialSession session = session("s", zooKeeper);
    for (int i = 0; i < order.length(); i++) {
      String before = order.substring(0, i);
      boolean alone = before.indexOf('Z') < 0;
      switch (order.charAt(i)) {
        case 'Z' -> zooKeeper.start();
        case 'A' -> session.aggregator().awaitLog(alone ? "waiting for ZooKeeper" : "ready:");
        case 'J' -> session.job();
        default -> {
          TrialProcess producer = session.producer(raster);
          if (alone || before.indexOf('A') < 0) {
            producer.awaitLog(alone ? "waiting for ZooKeeper" : "waiting for the aggregator");
          }
        }
      }
    }
    session.awaitFile(1, TrialProcess.DEADLINE);
    session.assertWhole(1, session.simulated(raster, 1));
    session.drain();
  }

  /** The other two go on, after they have chosen a leader if it is that one. */
  @ParameterizedTest
  @ValueSource(strings = {"follower", "leader"})
  void anEnsembleLosesAServerInMidScan(String lost) throws Exception {
    ZooKeeperServers zooKeeper = zooKeeper(3).start();
    TrialSession session = session("s", zooKeeper);
    session.aggregator();
    session.job();
    TrialProcess producer = session.producer(RASTER, "--acquire", RATE);
    session.awaitMembers(ALL);
    producer.pressEnter();
    session.awaitStreaming(1);

    zooKeeper.server(zooKeeper.indexOf(lost)).kill();
    producer.pressEnter();

    session.awaitFile(2, TrialProcess.DEADLINE);
    session.assertWhole(1, session.simulated(RASTER, 1));
    session.assertWhole(2, session.simulated(RASTER, 2));
    session.awaitMembers(ALL);
    session.drain();
  }

  /** One module lags, and so has not sent half of the first scan when the others send the next. */
  @Test
  void scansOverlap() throws Exception {
    TrialSession session = session("s", zooKeeper(1).start());
    session.aggregator();
    session.job();
    TrialProcess producer =
        session.producer(RASTER, "--acquire", "--rate=100", "--slow-module=3", "--slow-rate=40");
    session.awaitMembers(ALL);
    producer.pressEnter();
    producer.pressEnter();
    await("both are under way")
        .atMost(TrialProcess.DEADLINE)
        .until(() -> session.isStreaming(1) && session.isStreaming(2));
    session.awaitFile(1, TrialProcess.DEADLINE);
    session.awaitFile(2, TrialProcess.DEADLINE);
    session.assertWhole(1, session.simulated(RASTER, 1));
    session.assertWhole(2, session.simulated(RASTER, 2));
    session.drain();
  }

  /** With the same scan number, in one ZooKeeper and one cluster; the one ends before the other. */
  @Test
  void twoSessionsAtOnceAreSeparate() throws Exception {
    String other = "10x12";
    ZooKeeperServers zooKeeper = zooKeeper(1).start();
    TrialSession morning = session("morning", zooKeeper);
    TrialSession evening = session("evening", zooKeeper);
    for (TrialSession session : List.of(morning, evening)) {
      session.aggregator();
      session.job();
    }
    TrialProcess early = morning.producer(RASTER, "--acquire", RATE);
    TrialProcess late = evening.producer(other, "--acquire", RATE);
    morning.awaitMembers(ALL);
    evening.awaitMembers(ALL);
    early.pressEnter();
    late.pressEnter();
    morning.awaitFile(1, TrialProcess.DEADLINE);
    evening.awaitFile(1, TrialProcess.DEADLINE);
    morning.assertWhole(1, morning.simulated(RASTER, 1));
    evening.assertWhole(1, evening.simulated(other, 1));
    morning.drain();
    late.pressEnter();
    evening.awaitFile(2, TrialProcess.DEADLINE);
    evening.assertWhole(2, evening.simulated(other, 2));
    evening.awaitMembers(ALL);
    assertThat(morning.scans().list()).hasSize(1);
    assertThat(evening.scans().list()).hasSize(2);
    evening.drain();
  }

  /** The new one sends all of the scan again: what was there already is counted as duplicate. */
  @Test
  void aProducerIsKilledAndStartedAgainInMidScan() throws Exception {
    TrialSession session = session("s", zooKeeper(1).start());
    session.aggregator();
    // With what the others send in 40 s, longer than another producer needs to start.
    session.job("--scan-timeout=25s");
    session.awaitMembers("aggregator edge", "lane lane-0", "lane lane-1");
    session.producer(RASTER, "--modules=0-2", "--rate=8");
    TrialProcess killed = session.producer(RASTER, "--modules=3", RATE);
    session.awaitStreaming(1);
    String id = session.scans().underWay(1).orElseThrow().id();

    killed.kill();
    TrialProcess second = session.producer(RASTER, "--modules=3", RATE);

    SimulatedScan expected = session.simulated(RASTER, 1);
    session.awaitFile(1, TrialProcess.DEADLINE);
    assertThat(second.exitCode()).as(second.log()).isZero();
    Scan scan = session.awaitEnd(1);
    assertThat(scan.id()).isEqualTo(id);
    assertThat(scan.state()).as(scan.reason()).isEqualTo(ScanState.COMPLETE);
    try (CountedFile file = session.file(1)) {
      assertThat(file.complete()).isEqualTo(expected.frames());
      expected.assertCounted(file);
      assertThat(file.drops().get(DropReason.DUPLICATE))
          .isPositive()
          .isEqualTo(file.drops().total());
    }
    session.drain();
  }

  /** Of somebody who does not tell ZooKeeper: nothing of it passes the aggregator. */
  @Test
  void aForeignScanIsCountedAndNotInTheFile() throws Exception {
    TrialSession session = session("s", zooKeeper(1).start());
    session.aggregator("--scans=registered");
    session.job();
    TrialProcess producer = session.producer(RASTER, "--acquire", RATE);
    session.awaitMembers(ALL);
    producer.pressEnter();
    session.awaitStreaming(1);

    int foreign = 20;
    byte[] pixels = new byte[ROWS / MODULES * 64 * 2];
    try (ZMQ.Context context = ZMQ.context(1);
        ZMQ.Socket push = context.socket(SocketType.PUSH)) {
      push.setLinger(10_000);
      push.connect(session.producerEndpoint(1));
      for (int frame = 0; frame < foreign; frame++) {
        SectorHeader header =
            new SectorHeader().set(99, frame, 21, 15, frame % 21, frame / 21, 1, 1);
        assertThat(push.send(BoundLanes.encode(header), ZMQ.SNDMORE) && push.send(pixels)).isTrue();
      }
    }

    session.awaitAggregatorCounter("dropped.foreign-scan", foreign);
    session.awaitFile(1, TrialProcess.DEADLINE);
    session.assertWhole(1, session.simulated(RASTER, 1));
    assertThat(session.scans().list()).hasSize(1);
    session.drain();
    assertThat(session.hasFile(99)).isFalse();
  }

  /**
   * In mid-scan, while another is being started for producers at another port. Producers find that
   * by the session; lanes connect again. What the first had not relayed is missing, and the file
   * and ZooKeeper say what; the next scan is whole.
   */
  @Test
  void theAggregatorComesBackAtAnotherAddress() throws Exception {
    TrialSession session = session("s", zooKeeper(1).start());
    TrialProcess killed = session.aggregator();
    session.job("--scan-timeout=15s", "--frame-timeout=10s");
    TrialProcess producer = session.producer(RASTER, "--acquire", RATE);
    session.awaitMembers(ALL);
    producer.pressEnter();
    session.awaitStreaming(1);

    killed.kill();
    session.aggregatorAt(TrialPorts.free(MODULES + 1), "--announce-timeout=3s");

    producer.awaitLog("the aggregator was at");
    producer.pressEnter();
    session.awaitFile(2, Duration.ofSeconds(90));
    // If the lanes have given the first scan up by then, what the producer still had of it is late.
    session.assertWhole(2, session.simulated(RASTER, 2), DropReason.FINISHED_SCAN);
    session.awaitFile(1, TrialProcess.DEADLINE);
    session.assertAccounted(1, session.simulated(RASTER, 1));
    session.awaitMembers(ALL);
    session.drain();
  }
}

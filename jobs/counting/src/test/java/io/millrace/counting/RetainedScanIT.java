package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.detector.DropReason;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.raw.RawDataset;
import io.millrace.detector.raw.RawFileReader;
import io.millrace.detector.raw.RawVersion;
import io.millrace.hdf5.CountedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Producers that keep their sectors until a checkpoint has them: whatever dies in mid-scan, the
 * file is the same, event for event.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(240)
class RetainedScanIT {
  private static final int MODULES = 4;
  private static final int ROWS = 64;
  private static final String RASTER = "20x15";

  /** At 50 frames/s a scan lasts 6.3 s: long enough to break something in its middle. */
  private static final String RATE = "--rate=50";

  private static final String RETAIN = "--retain=memory";
  private static final String[] ALL = {
    "aggregator edge", "producer modules-0-3", "lane lane-0", "lane lane-1"
  };
  private static final Duration DEADLINE = TrialProcess.DEADLINE;

  @TempDir private Path directory;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private MiniCluster cluster;
  private TrialSession session;

  @BeforeEach
  void open() throws Exception {
    Path camera = TrialSession.camera(directory, MODULES, ROWS);
    cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(new Configuration().set(RestOptions.BIND_PORT, "0"))
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(2)
                .build());
    opened.push(cluster);
    cluster.start();
    ZooKeeperServers zooKeeper = ZooKeeperServers.of(1, directory.resolve("zookeeper"));
    opened.push(zooKeeper);
    zooKeeper.start();
    session =
        new TrialSession("s", zooKeeper.address(), directory.resolve("session"), camera, cluster);
    opened.push(session);
  }

  @AfterEach
  void closeAll() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  /** What the first one had not relayed is sent again. */
  @Test
  void theAggregatorIsKilledAndComesBackAtAnotherAddress() throws Exception {
    TrialProcess killed = session.aggregator();
    session.jobWithCheckpoints();
    TrialProcess producer = session.producer(RASTER, "--acquire", RATE, RETAIN);
    session.awaitMembers(ALL);
    producer.pressEnter();
    session.awaitStreaming(1);

    killed.kill();
    session.aggregatorAt(TrialPorts.free(MODULES + 1));

    producer.pressEnter();
    assertWhole(1);
    assertWhole(2);
    session.drain();
  }

  /** What no checkpoint had is sent again, and counted once. */
  @Test
  void theTaskManagerDiesInMidScan() throws Exception {
    session.aggregator();
    session.jobWithCheckpoints();
    TrialProcess producer = session.producer(RASTER, "--acquire", RATE, RETAIN);
    session.awaitMembers(ALL);
    producer.pressEnter();
    session.awaitStreaming(1);

    cluster.terminateTaskManager(0).get();
    cluster.startTaskManager();

    producer.pressEnter();
    assertWhole(1);
    assertWhole(2);
    session.drain();
  }

  /** The sectors that waited for their thresholds are in no checkpoint, and come again. */
  @Test
  void theTaskManagerDiesWhileAScanIsCalibrated() throws Exception {
    session.aggregator();
    session.jobWithCheckpoints();
    // It takes 8 s from the second frame to the tenth: time to be told of it, and to kill.
    String raster = "5x4";
    TrialProcess producer = session.producer(raster, "--acquire", "--rate=1", RETAIN);
    session.awaitMembers(ALL);
    producer.pressEnter();
    session.awaitSectorsOnLanes(8);
    assertThat(session.isStreaming(1)).as("calibrated after two frames of ten").isFalse();

    cluster.terminateTaskManager(0).get();
    cluster.startTaskManager();

    assertWhole(1, raster);
    session.drain();
  }

  /**
   * What it had in memory is gone with it; but its source has all of the scan, and sends it again.
   * What was there already is counted as duplicate.
   */
  @Test
  void aProducerIsKilledAndStartedAgain() throws Exception {
    session.aggregator();
    session.jobWithCheckpoints();
    session.awaitMembers("aggregator edge", "lane lane-0", "lane lane-1");
    session.producer(RASTER, "--modules=0-2", RATE, RETAIN);
    TrialProcess killed = session.producer(RASTER, "--modules=3", RATE, RETAIN);
    session.awaitStreaming(1);

    killed.kill();
    TrialProcess second = session.producer(RASTER, "--modules=3", RATE, RETAIN);

    session.awaitFile(1, DEADLINE);
    SimulatedScan expected = session.simulated(RASTER, 1);
    assertThat(second.exitCode()).as(second.log()).isZero();
    try (CountedFile file = session.file(1)) {
      expected.assertWhole(file);
      assertThat(file.drops().total())
          .isPositive()
          .isEqualTo(file.drops().get(DropReason.DUPLICATE));
    }
    session.drain();
  }

  /**
   * It keeps all on the disk, and nobody starts it again: what it had taken from its source is sent
   * from there, into the same scan. Only what it had not taken is missing.
   */
  @Test
  void whatAKilledProducerHasOnTheDiskIsReplayed() throws Exception {
    session.aggregator();
    session.jobWithCheckpoints();
    Path files = directory.resolve("retained");
    TrialProcess killed =
        session.producer(RASTER, RATE, "--retain=disk", "--retain-dir=" + files, "--modules=0-3");
    session.awaitStreaming(1);
    killed.kill();
    long[] taken = new long[MODULES];
    RawDataset left = left(files);
    for (int m = 0; m < MODULES; m++) {
      taken[m] = framesTaken(left, m);
    }

    TrialProcess replay = session.replay(files, RETAIN, "--remove");

    session.awaitFile(1, DEADLINE);
    assertThat(replay.exitCode()).as(replay.log()).isZero();
    assertThat(rawFiles(files)).as("all are acknowledged").isEmpty();
    session.assertAccounted(1, session.simulated(RASTER, 1));
    try (CountedFile file = session.file(1)) {
      for (int m = 0; m < MODULES; m++) {
        for (int frame = 0; frame < file.geometry().positions(); frame++) {
          assertThat((file.mask(frame, 0) & 1 << m) != 0)
              .as("frame %d, module %d, of which %d were taken", frame, m, taken[m])
              .isEqualTo(frame < taken[m]);
        }
      }
      assertThat(file.drops().total()).isEqualTo(file.drops().get(DropReason.DUPLICATE));
    }
    session.drain();
  }

  private RawDataset left(Path files) throws IOException {
    Set<Integer> modules = IntStream.range(0, MODULES).boxed().collect(Collectors.toSet());
    return RawDataset.open(
        List.of(files), RawVersion.ROW_SECTORS, session.detector(), modules, OptionalLong.empty());
  }

  /** Frames that a simulated camera has sent of a module: up to the last one in the files. */
  private static long framesTaken(RawDataset left, int module) throws IOException {
    long frames = 0;
    SectorHeader header = new SectorHeader();
    for (Path path : left.files(module)) {
      try (RawFileReader reader = left.read(path, module)) {
        while (reader.next(header)) {
          frames = Math.max(frames, header.frame + 1);
        }
      }
    }
    return frames;
  }

  /**
   * Nobody takes the scan for a while; memory is small, and what it has no room for waits on disk.
   */
  @Test
  void aScanWaitsOnTheDiskUntilThereIsAJob() throws Exception {
    session.aggregator();
    session.awaitMembers("aggregator edge");
    Path files = directory.resolve("retained");
    String raster = "40x30";
    TrialProcess producer =
        session.producer(
            raster, RETAIN, "--retain-memory=1M", "--retain-dir=" + files, "--modules=0-3");
    await("sectors in files").atMost(DEADLINE).until(() -> !rawFiles(files).isEmpty());

    session.jobWithCheckpoints();

    assertWhole(1, raster);
    assertThat(producer.exitCode()).as(producer.log()).isZero();
    assertThat(rawFiles(files)).as("all are acknowledged").isEmpty();
    session.drain();
  }

  private static List<Path> rawFiles(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(f -> f.toString().endsWith(".data")).toList();
    }
  }

  private void assertWhole(long scan) throws Exception {
    assertWhole(scan, RASTER);
  }

  private void assertWhole(long scan, String raster) throws Exception {
    session.awaitFile(scan, DEADLINE);
    session.assertWhole(scan, session.simulated(raster, scan));
    try (CountedFile file = session.file(scan)) {
      assertThat(file.text("ended_by")).hasValue("announced");
    }
  }
}

package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.coordination.Members;
import io.millrace.coordination.Role;
import io.millrace.coordination.Scan;
import io.millrace.coordination.ScanState;
import io.millrace.coordination.Scans;
import io.millrace.coordination.Session;
import io.millrace.coordination.SessionState;
import io.millrace.coordination.Sessions;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.demo.Sandbox.Result;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.Thresholds;
import io.millrace.hdf5.CountedFile;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.ReferenceCounter;
import io.millrace.parts.FlinkCluster;
import io.millrace.parts.JobManagers;
import io.millrace.parts.Part;
import io.millrace.parts.Parts;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Flink's JobManager or TaskManager is killed, with real processes and a producer that keeps
 * nothing, and the job goes on. Alone, since it has to go on before the scan is over, and
 * heartbeats are missed when others take the processors.
 */
@Isolated
class KilledFlinkIT {
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");
  private static final Thresholds THRESHOLDS = new Thresholds(28.5, 1088);
  private static final int LANES = 2;
  private static final String SCAN = "8x8";
  private static final int FRAMES = 9 * 8;
  private static final int SECTORS = FRAMES * CAMERA.modules();

  /** Frames of the interrupted scan that are in a checkpoint. */
  private static final int BEFORE = 6;

  /** Frames of the interrupted scan that nobody takes: more than the relay's counter may lag. */
  private static final int LOST_FRAMES = 5;

  /** What no step should need, also on a machine that does other things. */
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path dir;
  private Sandbox sandbox;
  private Parts parts;

  @BeforeEach
  void open() throws Exception {
    sandbox = new Sandbox(dir);
    parts = new Parts(Sandbox.ROOT, sandbox.run);
  }

  @AfterEach
  void close() {
    parts.close();
    List<String> left = sandbox.left();
    sandbox.close();
    assertThat(left).as("left over").isEmpty();
  }

  /**
   * The job goes on with the scan that was running from its last checkpoint, on the JobManager that
   * stood by. What came between is lost, and the file and the session say so; the next scan is
   * whole.
   */
  @Test
  void theOneThatStandsByTakesTheJobOver() throws Exception {
    zookeeper();
    FlinkCluster cluster = runningSystem(2);
    String job = submit(cluster);
    assertThat(jobFolders()).hasSize(1);
    assertThat(clustersInZooKeeper()).hasSize(1);

    send("whole", 1).output(DEADLINE);
    assertWhole(awaitFile(1), 1);

    // 24 s: longer than it takes until the tasks are told.
    Part interrupted = send("interrupted", 2, "--rate=3");
    awaitCheckpointOf(cluster, job, FRAMES + BEFORE);
    String killed = cluster.leader();
    kill(cluster, killed);

    await()
        .atMost(DEADLINE)
        .ignoreException(RunFailure.class) // nobody leads for a while
        .until(() -> !cluster.leader().equals(killed));
    cluster.awaitTasks(job);
    interrupted.output(DEADLINE);
    send("next", 3).output(DEADLINE);
    assertWhole(awaitFile(3), 3);

    assertInterrupted(awaitFile(2), 2);
    assertThat(sandbox.partLogs("taskmanager-1")).contains("scan 2: goes on behind");
    assertSession(
        job, Map.of(1L, ScanState.COMPLETE, 2L, ScanState.INCOMPLETE, 3L, ScanState.COMPLETE));
    assertThat(sandbox.outputs()).as("three files, and no piece of one").hasSize(3);
    assertThat(cluster.requireJobWell(job)).isEqualTo("RUNNING");

    cluster.stop();
    assertThat(jobFolders()).isEmpty();
    assertThat(clustersInZooKeeper()).isEmpty();
  }

  /**
   * What the tasks had is in the checkpoint, and another process in their place goes on with it.
   */
  @Test
  void aTaskManagerThatIsKilledAndMendedGoesOnWithTheScan() throws Exception {
    zookeeper();
    FlinkCluster cluster = runningSystem(1);
    String job = submit(cluster);
    Part interrupted = send("interrupted", 1, "--rate=3");
    awaitCheckpointOf(cluster, job, BEFORE);

    // It takes nothing in any more, so that whole frames go down with it, however soon after a
    // checkpoint it dies.
    Result stopped =
        sandbox.run("kill", "-STOP", Long.toString(process(cluster, "taskmanager-1").pid()));
    assertThat(stopped.status()).isZero();
    awaitRelayed(LOST_FRAMES * CAMERA.modules());
    kill(cluster, "taskmanager-1");
    Result mended = sandbox.run(Sandbox.script("flink"), "mend");
    assertThat(mended.status()).as(mended.err()).isZero();
    assertThat(mended.out()).contains("started again: taskmanager-1");

    interrupted.output(DEADLINE);
    assertInterrupted(awaitFile(1), 1);
    send("next", 2).output(DEADLINE);
    assertWhole(awaitFile(2), 2);
    assertThat(sandbox.outputs()).as("two files, and no piece of one").hasSize(2);
  }

  /** Waits until the aggregator has passed on so many sectors more. */
  private void awaitRelayed(long sectors) throws Exception {
    try (ZooKeeperConnection zooKeeper = ZooKeeperConnection.open(zooKeeperAddress(), DEADLINE);
        Members members = new Members(zooKeeper)) {
      assertThat(members.awaitAll(DEADLINE)).isTrue();
      long before = relayed(members);
      await().atMost(DEADLINE).until(() -> relayed(members) >= before + sectors);
    }
  }

  private static long relayed(Members members) {
    return members.of("default", Role.AGGREGATOR).get(0).counters().getOrDefault("relayed", 0L);
  }

  /** Waits until frames of the running scan are in a checkpoint. */
  private void awaitCheckpointOf(FlinkCluster cluster, String job, long framesComplete)
      throws Exception {
    await()
        .atMost(DEADLINE)
        .until(() -> cluster.rest().sum(job, "ledger.framesComplete") >= framesComplete);
    long checkpoints = cluster.rest().completedCheckpoints(job);
    // The next one may have begun before.
    await()
        .atMost(DEADLINE)
        .until(() -> cluster.rest().completedCheckpoints(job) >= checkpoints + 2);
  }

  /** Else the nodes of an allocation would wait until its end. */
  @Test
  void aTaskManagerThatHasNeitherJobManagerNorZooKeeperExits() throws Exception {
    Part zookeeper = zookeeper();
    FlinkCluster cluster = cluster(1, "-D", "taskmanager.registration.timeout=3 s");
    ProcessHandle taskManager = process(cluster, "taskmanager-1");

    kill(cluster, "jobmanager-1");
    zookeeper.stop();

    await().atMost(DEADLINE).until(() -> !taskManager.isAlive());
    assertThat(sandbox.partLogs("taskmanager-1")).contains("RegistrationTimeoutException");
  }

  private String zooKeeperAddress() {
    return "127.0.0.1:" + sandbox.zookeeperPort;
  }

  private Part zookeeper() throws Exception {
    Part zookeeper =
        millrace(
            "zookeeper", "--port=" + sandbox.zookeeperPort, "--data=" + dir.resolve("zookeeper"));
    zookeeper.awaitOutput("ready", DEADLINE);
    return zookeeper;
  }

  private Part millrace(String program, String... options) throws RunFailure {
    List<String> command = new ArrayList<>(List.of(parts.script("millrace"), program));
    command.addAll(List.of(options));
    return parts.start(program, command);
  }

  /** An aggregator, and a cluster; behind a ZooKeeper. */
  private FlinkCluster runningSystem(int jobManagers) throws Exception {
    Part aggregator =
        millrace(
            "aggregator",
            "--listen=tcp://127.0.0.1:" + sandbox.producerPort,
            "--lane-address=tcp://127.0.0.1:" + sandbox.lanePort,
            "--lanes=" + LANES,
            "--zookeeper=" + zooKeeperAddress());
    FlinkCluster cluster = cluster(jobManagers);
    aggregator.awaitOutput("ready", DEADLINE);
    return cluster;
  }

  private FlinkCluster cluster(int jobManagers, String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of("--ha-dir", dir.resolve("ha").toString()));
    all.addAll(List.of(options));
    FlinkCluster cluster =
        FlinkCluster.start(
            parts,
            "",
            new JobManagers(sandbox.jobManagersPort, jobManagers, zooKeeperAddress()),
            Map.of(),
            all);
    cluster.awaitStart();
    return cluster;
  }

  private String submit(FlinkCluster cluster) throws Exception {
    Files.createDirectories(sandbox.output);
    return cluster.submit(
        LANES,
        Sandbox.ROOT.resolve("jobs/counting/target/millrace-counting.jar"),
        List.of(
            "--output=" + sandbox.output,
            "--zookeeper=" + zooKeeperAddress(),
            "--background=" + THRESHOLDS.background(),
            "--xray=" + THRESHOLDS.xray(),
            "--scan-timeout=5s"));
  }

  private Part send(String name, int scan, String... options) throws RunFailure {
    List<String> command =
        new ArrayList<>(
            List.of(
                parts.script("millrace"),
                "producer",
                "--simulate=" + SCAN,
                "--scan-number=" + scan,
                "--zookeeper=" + zooKeeperAddress()));
    command.addAll(List.of(options));
    return parts.start("producer-" + name, command);
  }

  private static ProcessHandle process(FlinkCluster cluster, String role) throws RunFailure {
    return ProcessHandle.of(cluster.processes().get(role)).orElseThrow();
  }

  private static void kill(FlinkCluster cluster, String role) throws RunFailure {
    assertThat(process(cluster, role).destroyForcibly()).isTrue();
  }

  private Path awaitFile(int scan) throws IOException {
    String ending = "_%05d.h5".formatted(scan);
    await()
        .atMost(DEADLINE)
        .until(() -> sandbox.outputs().stream().anyMatch(f -> f.endsWith(ending)));
    return sandbox.output.resolve(
        sandbox.outputs().stream().filter(f -> f.endsWith(ending)).findFirst().orElseThrow());
  }

  private void assertWhole(Path path, int scan) throws Exception {
    try (CountedFile file = new CountedFile(path)) {
      assertThat(file.text("ended_by")).hasValue("announced");
      assertThat(file.complete()).isEqualTo(FRAMES);
      assertThat(file.number("messages_received")).hasValue(SECTORS);
      assertThat(file.drops().total()).isZero();
      assertCounted(file, scan);
    }
  }

  /** Some of it is there, all that is missing is said, and what is there is right. */
  private void assertInterrupted(Path path, int scan) throws Exception {
    try (CountedFile file = new CountedFile(path)) {
      assertThat(file.text("ended_by")).hasValue("lane_timeout");
      for (int p = 0; p < BEFORE; p++) {
        assertThat(file.mask(p, 0)).as("frame %d, before the kill", p).isEqualTo(15);
      }
      assertThat(file.mask(FRAMES - 1, 0)).as("the last frame").isEqualTo(15);
      assertThat(file.absent()).isPositive();
      assertThat(file.complete() + file.incomplete() + file.absent()).isEqualTo(FRAMES);
      assertThat(file.number("messages_announced")).hasValue(SECTORS);
      assertThat(file.number("messages_received").orElseThrow()).isLessThan(SECTORS);
      assertCounted(file, scan);
    }
  }

  /** The session is still the job's, and has each scan once, as it ended. */
  private void assertSession(String job, Map<Long, ScanState> ended) throws Exception {
    try (ZooKeeperConnection zooKeeper = ZooKeeperConnection.open(zooKeeperAddress(), DEADLINE)) {
      Session session = new Sessions(zooKeeper).find("default").orElseThrow();
      assertThat(session.state()).isEqualTo(SessionState.OPEN);
      assertThat(session.job()).isEqualTo(job);
      Scans scans = new Scans(zooKeeper, "default");
      // The file is there a moment before ZooKeeper is told.
      await().atMost(DEADLINE).until(() -> scans.underWay().isEmpty());
      assertThat(scans.list()).hasSize(ended.size());
      for (Scan scan : scans.list()) {
        assertThat(scan.state()).as("scan %d", scan.number()).isEqualTo(ended.get(scan.number()));
      }
    }
  }

  /** The events are those of the definition, of all sectors that the masks name. */
  private void assertCounted(CountedFile file, int scan) throws Exception {
    Path raw = dir.resolve("raw-" + scan);
    Result written =
        sandbox.run(
            Sandbox.script("millrace"),
            "producer",
            "--simulate=" + SCAN,
            "--scan-number=" + scan,
            "--write=" + raw);
    assertThat(written.status()).isZero();
    Map<Long, byte[]> frames = RawFrames.read(raw);
    assertThat(frames).hasSize(FRAMES);
    ReferenceCounter counter =
        new ReferenceCounter(CAMERA.rows(), CAMERA.columns(), Corrections.NONE);
    for (int p = 0; p < FRAMES; p++) {
      byte[] frame = frames.get((long) p);
      RawFrames.blank(frame, file.mask(p, 0));
      assertThat(file.events(p, 0))
          .as("scan %d, frame %d, mask %d", scan, p, file.mask(p, 0))
          .containsExactly(counter.count(frame, THRESHOLDS).toArray());
    }
  }

  /** What JobManagers have on disk: a folder for each cluster. */
  private List<Path> jobFolders() throws IOException {
    try (Stream<Path> folders = Files.list(dir.resolve("ha"))) {
      return folders.toList();
    }
  }

  /** What JobManagers have in ZooKeeper: a node for each cluster. */
  private List<String> clustersInZooKeeper() throws Exception {
    try (CuratorFramework client =
        CuratorFrameworkFactory.newClient(zooKeeperAddress(), new RetryOneTime(100))) {
      client.start();
      return client.getChildren().forPath("/flink");
    }
  }
}

package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.coordination.Scan;
import io.millrace.coordination.Scans;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.coordination.ZooKeeperNode;
import io.millrace.counting.RandomScan.Shot;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanKey;
import io.millrace.detector.wire.Announcement;
import io.millrace.hdf5.CountedFile;
import io.millrace.ingest.Millrace;
import io.millrace.operators.calibration.ThresholdFit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * A detector that resets its scan number, in front of one job: each scan becomes a file of its own.
 * ZooKeeper and the aggregator are real, and the test is the producer.
 */
@Timeout(360)
class NumberedAnewIT {
  private static final Duration DEADLINE = TrialProcess.DEADLINE;
  private static final int ROWS = 8;
  private static final int COLUMNS = 32;
  private static final DetectorDescription CAMERA = CountingJobIT.bands(ROWS, COLUMNS);
  private static final InMemoryReporter METRICS = InMemoryReporter.createWithRetainedMetrics();

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(METRICS.addToConfiguration(new Configuration()))
              .setNumberTaskManagers(2)
              .setNumberSlotsPerTaskManager(1)
              .build());

  @TempDir Path directory;
  private ZooKeeperNode server;
  private ZooKeeperConnection zooKeeper;
  private Scans scans;
  private Process aggregator;
  private ZContext zmq;
  private final List<ZMQ.Socket> modules = new ArrayList<>();
  private JobClient job;

  @BeforeEach
  void start() throws Exception {
    server = ZooKeeperNode.start("127.0.0.1", 0, directory.resolve("zookeeper"));
    zooKeeper = ZooKeeperConnection.open(address(), DEADLINE);
    scans = new Scans(zooKeeper, "s");
    zmq = new ZContext();
    zmq.setLinger(0);
    describe();
  }

  /** The aggregator, and the sockets of the producer. */
  private void startAggregator(String relayed) throws IOException {
    int port = TrialPorts.free(3 * CAMERA.modules() + 2);
    aggregator = aggregator(port, relayed);
    for (int module = 0; module < CAMERA.modules(); module++) {
      ZMQ.Socket socket = zmq.createSocket(SocketType.PUSH);
      socket.setSndHWM(10_000);
      socket.setSendTimeOut((int) DEADLINE.toMillis());
      socket.connect("tcp://127.0.0.1:" + (port + module));
      modules.add(socket);
    }
  }

  @AfterEach
  void stop() throws Exception {
    if (job != null && !job.getJobStatus().get(10, TimeUnit.SECONDS).isGloballyTerminalState()) {
      job.cancel().get(10, TimeUnit.SECONDS);
    }
    zmq.close();
    if (aggregator != null) {
      aggregator.destroyForcibly().onExit().get(10, TimeUnit.SECONDS);
    }
    zooKeeper.close();
    server.close();
  }

  private String address() {
    return "127.0.0.1:" + server.port();
  }

  private void describe() throws IOException {
    StringBuilder text =
        new StringBuilder(
            "name: %s\nframe: {rows: %d, columns: %d}\npixel: uint16-le\nsectors:\n"
                .formatted(CAMERA.name(), CAMERA.rows(), CAMERA.columns()));
    CAMERA
        .sectors()
        .forEach(
            s ->
                text.append(
                    "  - {row: %d, column: %d, rows: %d, columns: %d}\n"
                        .formatted(s.row(), s.column(), s.rows(), s.columns())));
    Files.writeString(directory.resolve("camera.yaml"), text);
  }

  private Process aggregator(int port, String relayed) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            Millrace.class.getName(),
            "aggregator",
            "--announce-timeout=1s",
            "--scans=" + relayed,
            "--camera=" + directory.resolve("camera.yaml"),
            "--listen=tcp://127.0.0.1:" + port,
            "--lane-address=tcp://127.0.0.1:" + (port + CAMERA.modules() + 1),
            "--lanes=2",
            "--zookeeper=" + address(),
            "--session=s")
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("aggregator.log").toFile())
        .start();
  }

  private void startJob(boolean calibrated) throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(CountingJob.configuration());
    env.setParallelism(2);
    Stream<String> thresholds =
        calibrated
            ? Stream.of("--calibration-frames=6", "--calibration-quiet=3s", "--slots=16")
            : Stream.of(
                "--background=" + RandomScan.THRESHOLDS.background(),
                "--xray=" + RandomScan.THRESHOLDS.xray());
    CountingJob.build(
        env,
        CountingOptions.parse(
            Stream.concat(
                    Stream.of(
                        "--output=" + directory.resolve("counted"),
                        "--camera=" + directory.resolve("camera.yaml"),
                        "--zookeeper=" + address(),
                        "--session=s",
                        "--scans=3",
                        "--scan-timeout=3s"),
                    thresholds)
                .toArray(String[]::new)));
    job = env.executeAsync("counting");
  }

  /** As a producer does: registered, announced, sent. */
  private Scan send(RandomScan scan, long announcedPerModule) throws IOException {
    Scan begun = scans.begin(scan.number, scan.geometry.width(), scan.geometry.height());
    for (ZMQ.Socket module : modules) {
      assertThat(module.send(Announcement.of(scan.number, announcedPerModule).encode())).isTrue();
    }
    scan.shots().forEach(this::send);
    return begun;
  }

  private void send(Shot shot) {
    ZMQ.Socket module = modules.get(shot.header().module);
    assertThat(module.send(BoundLanes.encode(shot.header()), ZMQ.SNDMORE)).isTrue();
    assertThat(module.send(shot.pixels())).isTrue();
  }

  private Scan awaitEnd(Scan scan) {
    return await("the end of scan " + scan.id())
        .atMost(DEADLINE)
        .until(() -> scans.find(scan.id()).orElseThrow(), Scan::hasEnded);
  }

  private long dropped(DropReason reason) {
    return METRICS
        .findMetrics(job.getJobID(), ".*\\.lane\\.\\d\\.dropped\\." + reason.label())
        .values()
        .stream()
        .mapToLong(metric -> ((Counter) metric).getCount())
        .sum();
  }

  @ParameterizedTest(name = "calibrated: {0}, relayed: {1}")
  @CsvSource({"false, any", "true, any", "false, registered"})
  void eachScanBecomesAFileOfItsOwnInOneJob(boolean calibrated, String relayed) throws Exception {
    Random random = new Random(7);
    // Not all of the first one comes, which the aggregator must not hold against the second one.
    RandomScan first =
        new RandomScan(CAMERA, 7, new ScanGeometry(9, 8), 1, random).lose(40, 1).lose(41, 2);
    RandomScan second = new RandomScan(CAMERA, 7, new ScanGeometry(9, 8), 1, random);
    RandomScan third = new RandomScan(CAMERA, 3, new ScanGeometry(5, 4), 1, random);
    startAggregator(relayed);
    startJob(calibrated);

    List<Scan> ended = new ArrayList<>();
    ended.add(awaitEnd(send(first, first.frames())));
    if (relayed.equals("any")) {
      // Of a scan that has ended, and no other of its number has begun: it belongs to none. (Where
      // the aggregator drops it, the lanes do not show when it has; and behind the next scan's
      // beginning it would be that one's.)
      send(first.shot(0, 0));
      await("the drop")
          .atMost(DEADLINE)
          .untilAsserted(() -> assertThat(dropped(DropReason.FINISHED_SCAN)).isPositive());
    }
    ended.add(awaitEnd(send(second, second.frames())));
    ended.add(awaitEnd(send(third, third.frames())));

    assertThat(job.getJobExecutionResult().get(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isNotNull();
    assertThat(ended.stream().map(Scan::key))
        .containsExactly(7L, ScanKey.of(1, 7), ScanKey.of(2, 3));
    assertThat(ended.stream().map(Scan::file))
        .doesNotHaveDuplicates()
        .satisfiesExactly(
            file -> assertThat(file).endsWith("_00007.h5"),
            file -> assertThat(file).endsWith("_00007_g1.h5"),
            file -> assertThat(file).endsWith("_00003_g2.h5"));
    List<RandomScan> sent = List.of(first, second, third);
    for (int n = 0; n < sent.size(); n++) {
      assertThat(ended.get(n).incomplete()).isEqualTo(n == 0 ? 2 : 0);
      assertThat(ended.get(n).absent()).isZero();
      try (CountedFile file = new CountedFile(Path.of(ended.get(n).file()))) {
        sent.get(n).assertCounted(file, file.thresholds(), "scan " + n);
        if (calibrated) {
          assertThat(file.thresholds().background())
              .isEqualTo(
                  new ThresholdFit(6, 4.5, 175)
                      .fit(0, sent.get(n).histogram(0, 1, 2, 3, 4, 5), 6)
                      .thresholds()
                      .background());
        }
      }
    }
    try (Stream<Path> files = Files.list(directory.resolve("counted"))) {
      // Hidden ones are session ids that were taken.
      assertThat(files.filter(file -> !file.getFileName().toString().startsWith("."))).hasSize(3);
    }
  }
}

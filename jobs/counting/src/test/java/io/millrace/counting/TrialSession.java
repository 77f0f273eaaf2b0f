package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.coordination.Members;
import io.millrace.coordination.Role;
import io.millrace.coordination.Scan;
import io.millrace.coordination.ScanState;
import io.millrace.coordination.Scans;
import io.millrace.coordination.Sessions;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.hdf5.CountedFile;
import io.millrace.ingest.Millrace;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A session on trial: its aggregator and producers are processes, its job runs on a cluster, its
 * files are in a directory of its own.
 */
@SuppressWarnings("try") // closing may be interrupted
final class TrialSession implements AutoCloseable {
  private static final Duration DEADLINE = TrialProcess.DEADLINE;

  /** With the time-outs of the aggregator and of the lanes, if something was announced too much. */
  private static final Duration DRAIN = Duration.ofSeconds(150);

  private static final int LANES = 2;

  private final String name;
  private final String zooKeeper;
  private final Path directory;
  private final Path camera;
  private final DetectorDescription detector;
  private final MiniCluster cluster;
  private final int producersAt;
  private final int lanesAt;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private ZooKeeperConnection connection;
  private JobClient job;
  private TrialProcess jobProcess;
  private int logs;

  /**
   * A session of which nothing is started.
   *
   * @param zooKeeper connect string
   * @param directory for everything that it writes
   * @param camera description of the detector
   */
  TrialSession(String name, String zooKeeper, Path directory, Path camera, MiniCluster cluster)
      throws IOException {
    this.name = name;
    this.zooKeeper = zooKeeper;
    this.directory = Files.createDirectories(directory);
    this.camera = camera;
    this.detector = DetectorDescription.load(camera.toString());
    this.cluster = cluster;
    // Behind the ports of producers, and behind those of lanes, is one for what readers tell.
    this.producersAt = TrialPorts.free((1 + LANES) * detector.modules() + 2);
    this.lanesAt = producersAt + detector.modules() + 1;
  }

  /** Writes the description of a small camera, whose modules are bands of 64 columns. */
  static Path camera(Path directory, int modules, int rows) throws IOException {
    return Files.writeString(
        directory.resolve("small.yaml"),
        "name: small\nframe: {rows: %d, columns: 64}\npixel: uint16-le\nsectors:\n%s"
            .formatted(
                rows,
                IntStream.range(0, modules)
                    .mapToObj(
                        m ->
                            "  - {row: %d, column: 0, rows: %d, columns: 64}\n"
                                .formatted(m * rows / modules, rows / modules))
                    .collect(Collectors.joining())));
  }

  DetectorDescription detector() {
    return detector;
  }

  private TrialProcess millrace(List<String> jvm, Stream<String> arguments) throws IOException {
    List<String> all = arguments.toList();
    return start(all.get(0), Millrace.class, all, jvm.toArray(String[]::new));
  }

  private TrialProcess start(String part, Class<?> main, List<String> arguments, String... jvm)
      throws IOException {
    Path log = directory.resolve("%s-%d.log".formatted(part, logs++));
    TrialProcess process = TrialProcess.start(log, main.getName(), arguments, jvm);
    opened.push(process);
    return process;
  }

  private TrialProcess member(List<String> arguments, String... options) throws IOException {
    return member(List.of(), arguments, options);
  }

  private TrialProcess member(List<String> jvm, List<String> arguments, String... options)
      throws IOException {
    return millrace(
        jvm, Stream.concat(inSession(arguments, options), Stream.of("--camera=" + camera)));
  }

  private Stream<String> inSession(List<String> arguments, String... options) {
    return Stream.of(
            arguments.stream(),
            Stream.of("--zookeeper=" + zooKeeper, "--session=" + name),
            Stream.of(options))
        .flatMap(s -> s);
  }

  /** Starts the aggregator. */
  TrialProcess aggregator(String... options) throws IOException {
    return aggregatorAt(producersAt, options);
  }

  /** Starts the aggregator, for producers at another port. */
  TrialProcess aggregatorAt(int port, String... options) throws IOException {
    return member(
        List.of(
            "aggregator",
            "--listen=tcp://127.0.0.1:" + port,
            "--lane-address=tcp://127.0.0.1:" + lanesAt,
            "--lanes=" + LANES),
        options);
  }

  /** Where the aggregator takes the producer of a module. */
  String producerEndpoint(int module) {
    return "tcp://127.0.0.1:" + (producersAt + module);
  }

  /** Starts a producer of all modules. */
  TrialProcess producer(String raster, String... options) throws IOException {
    return producer(List.of(), raster, options);
  }

  /** The same in a JVM with these options. */
  TrialProcess producer(List<String> jvm, String raster, String... options) throws IOException {
    return member(jvm, List.of("producer", "--simulate=" + raster, "--electrons=40"), options);
  }

  /** Sends what a producer of this session has left on the disk. */
  TrialProcess replay(Path files, String... options) throws IOException {
    return member(List.of("replay", files.toString()), options);
  }

  /** What {@code millrace status} prints of the session. */
  String status(String... options) throws Exception {
    TrialProcess status = millrace(List.of(), inSession(List.of("status"), options));
    status.exitCode();
    return status.log();
  }

  /**
   * Starts the job in a process of its own, with a Flink cluster in it that takes no checkpoints.
   */
  TrialProcess jobInAProcess() throws IOException {
    // As Flink and Kryo need them.
    Stream<String> opens =
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(option -> option.startsWith("--add-"));
    jobProcess =
        start(
            "job",
            CountingJob.class,
            arguments().toList(),
            Stream.concat(opens, Stream.of("-Xmx512m")).toArray(String[]::new));
    return jobProcess;
  }

  /** Submits the job. */
  void job(String... options) throws Exception {
    job(CountingJob.configuration(), options);
  }

  /**
   * Submits the job, which takes a checkpoint a few times a second and goes on from the last one.
   */
  void jobWithCheckpoints(String... options) throws Exception {
    Configuration configuration = CountingJob.configuration();
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(300));
    configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    configuration.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        Files.createDirectories(directory.resolve("checkpoints")).toUri().toString());
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 5);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(200));
    job(configuration, options);
  }

  private void job(Configuration configuration, String... options) throws Exception {
    TestStreamEnvironment env =
        new TestStreamEnvironment(cluster, configuration, LANES, List.of(), List.of());
    Stream<String> all = Stream.concat(arguments(), Stream.of(options));
    CountingJob.build(env, CountingOptions.parse(all.toArray(String[]::new)));
    job = env.executeAsync("counting, session " + name);
  }

  private Stream<String> arguments() {
    return Stream.of(
        "--output=" + output(),
        "--camera=" + camera,
        "--session=" + name,
        "--zookeeper=" + zooKeeper,
        "--calibration-frames=10");
  }

  private Path output() {
    return directory.resolve("counted");
  }

  /** Takes a scan as a producer would, and keeps it. */
  SimulatedScan simulated(String raster, long scan) throws Exception {
    Path raw = directory.resolve("raw-" + scan);
    TrialProcess writer =
        millrace(
            List.of(),
            Stream.of(
                "producer",
                "--simulate=" + raster,
                "--electrons=40",
                "--scan-number=" + scan,
                "--write=" + raw,
                "--camera=" + camera));
    assertThat(writer.exitCode()).as(writer.log()).isZero();
    return new SimulatedScan(detector, raw);
  }

  /** Whether a scan's file is in place. */
  boolean hasFile(long scan) throws IOException {
    return !filesOf(scan).isEmpty();
  }

  private List<Path> filesOf(long scan) throws IOException {
    if (!Files.exists(output())) {
      return List.of();
    }
    String ending = "_%05d.h5".formatted(scan);
    try (Stream<Path> files = Files.list(output())) {
      return files.filter(f -> f.toString().endsWith(ending)).toList();
    }
  }

  void awaitFile(long scan, Duration deadline) {
    await("file of scan " + scan)
        .atMost(deadline)
        .until(
            () -> {
              assertJobRuns();
              return hasFile(scan);
            });
  }

  CountedFile file(long scan) throws IOException {
    List<Path> files = filesOf(scan);
    assertThat(files).as("files of scan %d", scan).hasSize(1);
    return new CountedFile(files.get(0));
  }

  void assertJobRuns() throws Exception {
    if (jobProcess != null) {
      assertThat(jobProcess.isAlive()).as("the job runs").isTrue();
      return;
    }
    JobStatus status = job.getJobStatus().get(10, TimeUnit.SECONDS);
    if (status.isGloballyTerminalState()) {
      job.getJobExecutionResult().get(10, TimeUnit.SECONDS);
    }
    assertThat(status.isGloballyTerminalState()).as("the job is %s", status).isFalse();
  }

  /**
   * The file is whole, and ZooKeeper says so, of one scan of this number.
   *
   * @param ofOthers reasons for which messages of other scans may have been dropped meanwhile
   */
  void assertWhole(long number, SimulatedScan expected, DropReason... ofOthers) throws Exception {
    try (CountedFile file = file(number)) {
      expected.assertWhole(file);
      long others = Arrays.stream(ofOthers).mapToLong(file.drops()::get).sum();
      assertThat(file.drops().total()).as("drops: %s", file.drops()).isEqualTo(others);
    }
    Scan scan = awaitEnd(number);
    assertThat(scan.state()).as("scan %d: %s", number, scan.reason()).isEqualTo(ScanState.COMPLETE);
    assertThat(scan.complete()).isEqualTo(expected.frames());
    assertThat(scan.file()).isEqualTo(filesOf(number).get(0).toString());
  }

  /**
   * Something may be missing; then the file says what, ZooKeeper says so, and what is there is
   * right.
   */
  void assertAccounted(long number, SimulatedScan expected) throws Exception {
    Scan scan = awaitEnd(number);
    try (CountedFile file = file(number)) {
      expected.assertCounted(file);
      boolean whole = file.complete() == expected.frames();
      assertThat(scan.state())
          .as(scan.reason())
          .isEqualTo(whole ? ScanState.COMPLETE : ScanState.INCOMPLETE);
      assertThat(scan.complete()).isEqualTo(file.complete()).isPositive();
      assertThat(scan.incomplete()).isEqualTo(file.incomplete());
      assertThat(scan.absent()).isEqualTo(file.absent());
    }
  }

  /** Whether ZooKeeper knows that the scan has its thresholds and its frames arrive. */
  boolean isStreaming(long number) throws IOException {
    return scans().underWay(number).filter(scan -> scan.state() == ScanState.STREAMING).isPresent();
  }

  void awaitStreaming(long number) {
    await("scan %d has its thresholds".formatted(number))
        .atMost(DEADLINE)
        .until(() -> isStreaming(number));
  }

  /** What ZooKeeper knows of the one scan of a number, when that has ended. */
  Scan awaitEnd(long number) {
    return await("the end of scan %d in ZooKeeper".formatted(number))
        .atMost(DEADLINE)
        .ignoreException(IOException.class) // ZooKeeper may have come back just now
        .until(
            () -> {
              List<Scan> all = scans().list().stream().filter(s -> s.number() == number).toList();
              assertThat(all).as("scans of number %d", number).hasSizeLessThanOrEqualTo(1);
              return all.isEmpty() ? null : all.get(0);
            },
            scan -> scan != null && scan.hasEnded());
  }

  /** Waits until these and no others are shown, by role and name. */
  void awaitMembers(String... expected) throws IOException {
    try (Members members = new Members(connection())) {
      await("members")
          .atMost(DEADLINE)
          .untilAsserted(() -> assertThat(shown(members)).containsExactlyInAnyOrder(expected));
    } catch (ConditionTimeoutException late) {
      throw new AssertionError(logs(), late); // why somebody is not there is said by itself alone
    }
  }

  private String logs() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path log : files.filter(f -> f.toString().endsWith(".log")).sorted().toList()) {
        text.append("---- ").append(log.getFileName()).append('\n').append(Files.readString(log));
      }
    }
    return text.toString();
  }

  private List<String> shown(Members members) {
    return members.all().stream()
        .filter(m -> name.equals(m.session()))
        .map(m -> m.role() + " " + m.name())
        .collect(Collectors.toList());
  }

  /** A counter of the aggregator, as it is shown. */
  void awaitAggregatorCounter(String counter, long value) throws IOException {
    try (Members members = new Members(connection())) {
      await(counter)
          .atMost(DEADLINE)
          .untilAsserted(
              () ->
                  assertThat(members.of(name, Role.AGGREGATOR))
                      .extracting((Member m) -> m.counters().getOrDefault(counter, 0L))
                      .containsExactly(value));
    }
  }

  /** The session's producer, once it is in this state. */
  Member awaitProducer(MemberState state) throws IOException {
    try (Members members = new Members(connection())) {
      return await("producer " + state)
          .atMost(DEADLINE)
          .until(
              () -> members.of(name, Role.PRODUCER),
              all -> all.size() == 1 && all.get(0).state() == state)
          .get(0);
    }
  }

  /** Waits until the lanes together show so many sectors. */
  void awaitSectorsOnLanes(long sectors) throws IOException {
    try (Members members = new Members(connection())) {
      await("sectors on lanes")
          .atMost(DEADLINE)
          .until(
              () ->
                  members.of(name, Role.LANE).stream()
                      .mapToLong(m -> m.counters().getOrDefault("sectors", 0L))
                      .sum(),
              sum -> sum >= sectors);
    }
  }

  /** No more scans: the job ends by itself. */
  void drain() throws Exception {
    new Sessions(connection()).drain(name);
    if (jobProcess != null) {
      assertThat(jobProcess.exitCode()).as(jobProcess.log()).isZero();
    } else {
      assertThat(job.getJobExecutionResult().get(DRAIN.toSeconds(), TimeUnit.SECONDS)).isNotNull();
    }
    assertThat(scans().underWay()).isEmpty();
  }

  Scans scans() throws IOException {
    return new Scans(connection(), name);
  }

  /** Of the trial itself; made when it is needed. */
  ZooKeeperConnection connection() throws IOException {
    if (connection == null) {
      connection = ZooKeeperConnection.open(zooKeeper, DEADLINE);
      opened.push(connection);
    }
    return connection;
  }

  @Override
  public void close() throws Exception {
    try {
      if (job != null && !job.getJobStatus().get(10, TimeUnit.SECONDS).isGloballyTerminalState()) {
        job.cancel().get(10, TimeUnit.SECONDS);
        await()
            .atMost(DEADLINE)
            .until(() -> job.getJobStatus().get(10, TimeUnit.SECONDS).isGloballyTerminalState());
      }
    } finally {
      while (!opened.isEmpty()) {
        opened.pop().close();
      }
    }
  }
}

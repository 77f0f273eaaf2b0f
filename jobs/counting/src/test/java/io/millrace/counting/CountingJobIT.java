package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.millrace.coordination.ZooKeeperNode;
import io.millrace.counting.RandomScan.Shot;
import io.millrace.counting.serialization.Serializers;
import io.millrace.detector.Calibration;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.Drops;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.SectorPlacement;
import io.millrace.detector.Thresholds;
import io.millrace.detector.raw.RawDataset;
import io.millrace.detector.raw.RawVersion;
import io.millrace.detector.raw.UncountedScan;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.detector.wire.Sequence;
import io.millrace.hdf5.CountedFile;
import io.millrace.operators.calibration.ThresholdFit;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.RowDark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.client.program.ClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectClusterClient;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole job on a cluster, from an aggregator's lanes to the file. */
@Timeout(240)
class CountingJobIT {
  private static final int DEADLINE_SECONDS = 60;
  private static final DetectorDescription SMALL = bands(8, 32);
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
  private JobClient job;

  /** A camera of four bands of rows. */
  static DetectorDescription bands(int rows, int columns) {
    return new DetectorDescription(
        "bands",
        4 * rows,
        columns,
        IntStream.range(0, 4)
            .mapToObj(m -> new SectorPlacement(m * rows, 0, rows, columns))
            .toList());
  }

  private Path output() {
    return directory.resolve("counted");
  }

  private String[] arguments(DetectorDescription camera, BoundLanes lanes, String... more)
      throws IOException {
    return Stream.concat(
            Stream.of(
                "--output=" + output(),
                "--camera=" + describe(camera, directory),
                "--lanes-at=" + lanes.address(),
                "--lanes=" + lanes.lanes().lanes()),
            Stream.of(more))
        .toArray(String[]::new);
  }

  /** Writes the description of a camera, as a job reads it. */
  static Path describe(DetectorDescription camera, Path directory) throws IOException {
    String sectors =
        camera.sectors().stream()
            .map(
                s ->
                    "  - {row: %d, column: %d, rows: %d, columns: %d}\n"
                        .formatted(s.row(), s.column(), s.rows(), s.columns()))
            .collect(Collectors.joining());
    return Files.writeString(
        directory.resolve("camera.yaml"),
        "name: %s\nframe: {rows: %d, columns: %d}\npixel: uint16-le\nsectors:\n%s"
            .formatted(camera.name(), camera.rows(), camera.columns(), sectors));
  }

  private void start(int parallelism, DetectorDescription camera, BoundLanes lanes, String... more)
      throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(CountingJob.configuration());
    env.setParallelism(parallelism);
    CountingJob.build(env, CountingOptions.parse(arguments(camera, lanes, more)));
    job = env.executeAsync("counting");
  }

  /** With thresholds given. */
  private void startGiven(int parallelism, BoundLanes lanes, String... more) throws Exception {
    start(
        parallelism,
        SMALL,
        lanes,
        Stream.concat(
                Stream.of(
                    "--background=" + RandomScan.THRESHOLDS.background(),
                    "--xray=" + RandomScan.THRESHOLDS.xray()),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private void finish() throws Exception {
    assertThat(job.getJobExecutionResult().get(DEADLINE_SECONDS, TimeUnit.SECONDS)).isNotNull();
  }

  /** Ends what a test that failed has left, so that its slots are free for the next. */
  @AfterEach
  void endJob() throws Exception {
    if (job != null && !job.getJobStatus().get(10, TimeUnit.SECONDS).isGloballyTerminalState()) {
      job.cancel().get(10, TimeUnit.SECONDS);
      awaitState(JobStatus.CANCELED);
    }
  }

  private void awaitState(JobStatus status) {
    await()
        .atMost(Duration.ofSeconds(DEADLINE_SECONDS))
        .untilAsserted(
            () -> assertThat(job.getJobStatus().get(10, TimeUnit.SECONDS)).isEqualTo(status));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(output())) {
      // Hidden ones are session ids that were taken.
      return files.filter(file -> !file.getFileName().toString().startsWith(".")).sorted().toList();
    }
  }

  /** The file of a scan; there has to be exactly one. */
  private CountedFile file(long scan) throws IOException {
    List<Path> ofScan =
        files().stream()
            .filter(file -> file.toString().endsWith("_%05d.h5".formatted(scan)))
            .toList();
    assertThat(ofScan).as("files of scan %d among %s", scan, files()).hasSize(1);
    return new CountedFile(ofScan.get(0));
  }

  /** The job's metrics of that name, over all tasks. */
  private LongStream metrics(String name) {
    return METRICS.findMetrics(job.getJobID(), ".*\\." + Pattern.quote(name)).values().stream()
        .mapToLong(
            metric ->
                metric instanceof Counter counter
                    ? counter.getCount()
                    : ((Number) ((Gauge<?>) metric).getValue()).longValue());
  }

  private static void announce(BoundLanes lanes, RandomScan scan, List<Shot> shots) {
    for (int lane = 0; lane < lanes.lanes().lanes(); lane++) {
      for (int module = 0; module < scan.detector.modules(); module++) {
        announce(lanes, scan, shots, lane, module);
      }
    }
  }

  private static void announce(
      BoundLanes lanes, RandomScan scan, List<Shot> shots, int lane, int module) {
    lanes.announce(
        lane,
        module,
        scan.number,
        shots.stream()
            .filter(shot -> shot.header().scan == scan.number)
            .filter(shot -> lanes.lanes().laneOf(shot.header().frame) == lane)
            .filter(shot -> shot.header().module == module)
            .count());
  }

  private static void send(BoundLanes lanes, List<Shot> shots) {
    shots.forEach(shot -> lanes.send(shot.header(), shot.pixels()));
  }

  private static Drops drops(DropReason reason, int n) {
    Drops drops = new Drops();
    drops.add(reason, n);
    return drops;
  }

  @ParameterizedTest(name = "{0} lanes, parallelism {1}, seed {2}")
  @CsvSource({"1,1,1", "2,1,2", "3,1,3", "1,2,4", "2,2,5", "3,2,6", "3,2,7"})
  void anyOrderAndAnyRepetitionGivesTheCountOfTheWholeFrames(int n, int parallelism, long seed)
      throws Exception {
    Random random = new Random(seed);
    RandomScan scan =
        new RandomScan(
            SMALL,
            random.nextInt(100_000),
            new ScanGeometry(2 + random.nextInt(10), 1 + random.nextInt(10)),
            1 + random.nextInt(3),
            random);
    List<Shot> shots = scan.shots();
    int duplicates = 1 + random.nextInt(20);
    for (int i = 0; i < duplicates; i++) {
      shots.add(shots.get(random.nextInt(shots.size())));
    }
    Collections.shuffle(shots, random);
    try (BoundLanes lanes = BoundLanes.bind(n, SMALL.modules(), 10_000)) {
      startGiven(
          parallelism,
          lanes,
          "--scans=1",
          "--frames-per-position=" + scan.framesPerPosition,
          random.nextBoolean() ? "--layout=both" : "--layout=vlen");
      // Announcements come before, among or after the sectors, by pipe.
      int[] announceAt = random.ints(n * SMALL.modules(), 0, shots.size() + 1).toArray();
      for (int i = 0; i <= shots.size(); i++) {
        for (int pipe = 0; pipe < announceAt.length; pipe++) {
          if (announceAt[pipe] == i) {
            announce(lanes, scan, shots, pipe / SMALL.modules(), pipe % SMALL.modules());
          }
        }
        if (i < shots.size()) {
          lanes.send(shots.get(i).header(), shots.get(i).pixels());
        }
      }
      finish();
    }
    String as = "seed " + seed;
    try (CountedFile file = file(scan.number)) {
      scan.assertCounted(file, RandomScan.THRESHOLDS, as);
      assertThat(file.drops()).as(as).isEqualTo(drops(DropReason.DUPLICATE, duplicates));
      assertThat(file.thresholds()).as(as).isEqualTo(RandomScan.THRESHOLDS);
    }
  }

  /** Each correction, and all of them at once, from its file to the events of the whole frames. */
  @ParameterizedTest(name = "dark {0}, gain {1}, bad pixels {2}, row dark {3}")
  @CsvSource(
      nullValues = "-",
      value = {
        "true,  false, false, -",
        "false, true,  false, -",
        "false, false, true,  -",
        "false, false, false, mean",
        "false, false, false, median",
        "true,  true,  true,  mean",
        "true,  true,  true,  median"
      })
  void correctionsGiveTheCountOfTheWholeCorrectedFrames(
      boolean dark, boolean gain, boolean bad, String rowDark) throws Exception {
    Random random = new Random(29);
    double level = 20.5;
    float[] darkMap = new float[SMALL.pixels()];
    float[] divisors = new float[SMALL.pixels()];
    boolean[] badMap = new boolean[SMALL.pixels()];
    StringBuilder badList = new StringBuilder("# row,column\n");
    for (int p = 0; p < SMALL.pixels(); p++) {
      darkMap[p] = 4 * random.nextFloat();
      divisors[p] = 0.7f + 0.6f * random.nextFloat();
      badMap[p] = random.nextInt(20) == 0;
      if (badMap[p]) {
        badList.append("%d,%d%n".formatted(p / SMALL.columns(), p % SMALL.columns()));
      }
    }
    List<String> options =
        new ArrayList<>(List.of("--scans=1", "--frames-per-position=1", "--centroids"));
    if (dark) {
      options.add("--dark=" + npy("dark.npy", darkMap));
    }
    if (gain) {
      options.add("--gain=" + npy("gain.npy", divisors));
    }
    if (bad) {
      options.add("--bad-pixels=" + Files.writeString(directory.resolve("bad.txt"), badList));
    }
    if (rowDark != null) {
      options.addAll(List.of("--row-dark=" + rowDark, "--row-dark-level=" + level));
    }
    float[] factors = new float[divisors.length];
    IntStream.range(0, factors.length).forEach(p -> factors[p] = 1 / divisors[p]);
    RandomScan scan = new RandomScan(SMALL, 7, new ScanGeometry(5, 4), 1, random).lose(3, 1);
    scan.correctedBy(
        new Corrections(
            dark ? darkMap : null,
            gain ? factors : null,
            bad ? badMap : null,
            rowDark == null ? null : RowDark.valueOf(rowDark.toUpperCase(Locale.ROOT))),
        rowDark == null ? null : level);

    try (BoundLanes lanes = BoundLanes.bind(2, SMALL.modules(), 10_000)) {
      startGiven(2, lanes, options.toArray(String[]::new));
      send(lanes, scan.shots());
      announce(lanes, scan, scan.shots());
      finish();
    }

    try (CountedFile file = file(7)) {
      scan.assertCounted(file, RandomScan.THRESHOLDS, "corrected");
    }
  }

  /** The row dark's level is that of the scan's own calibration, and then that of its file. */
  @ParameterizedTest
  @ValueSource(strings = {"mean", "median"})
  void aScanIsCalibratedFromCorrectedFramesAndCalibratesTheNext(String rowDark) throws Exception {
    Random random = new Random(41);
    float[] dark = new float[SMALL.pixels()];
    float[] divisors = new float[SMALL.pixels()];
    float[] factors = new float[SMALL.pixels()];
    boolean[] bad = new boolean[SMALL.pixels()];
    StringBuilder badList = new StringBuilder();
    for (int p = 0; p < SMALL.pixels(); p++) {
      dark[p] = 4 * random.nextFloat();
      divisors[p] = 0.7f + 0.6f * random.nextFloat();
      factors[p] = 1 / divisors[p];
      bad[p] = random.nextInt(20) == 0;
      if (bad[p]) {
        badList.append("%d,%d%n".formatted(p / SMALL.columns(), p % SMALL.columns()));
      }
    }
    Corrections corrections =
        new Corrections(dark, factors, bad, RowDark.valueOf(rowDark.toUpperCase(Locale.ROOT)));
    String[] options = {
      "--dark=" + npy("dark.npy", dark),
      "--gain=" + npy("gain.npy", divisors),
      "--bad-pixels=" + Files.writeString(directory.resolve("bad.txt"), badList),
      "--row-dark=" + rowDark
    };

    RandomScan first =
        new RandomScan(SMALL, 70, new ScanGeometry(8, 5), 1, random).correctedBy(corrections, null);
    try (ZooKeeperNode zookeeper = zookeeper();
        BoundLanes lanes = BoundLanes.bind(2, SMALL.modules(), 10_000)) {
      startCalibrated(
          zookeeper,
          lanes,
          with(options, "--calibration-frames=6", "--slots=16", "--calibration-quiet=20s"));
      announce(lanes, first, first.shots());
      send(lanes, first.shots());
      finish();
    }
    Calibration expected =
        new ThresholdFit(6, 4.5, 175).fit(70, first.histogram(0, 1, 2, 3, 4, 5), 6);
    Thresholds thresholds;
    double level;
    try (CountedFile file = file(70)) {
      thresholds = file.thresholds();
      level = file.number("noise_level").orElseThrow();
      assertThat(thresholds.background())
          .isCloseTo(expected.thresholds().background(), within(1e-6));
      assertThat(thresholds.xray()).isCloseTo(expected.thresholds().xray(), within(1e-6));
      assertThat(level).isCloseTo(expected.fit().optimizedMean(), within(1e-6));
      first.correctedBy(corrections, level).assertCounted(file, thresholds, "calibrated");
    }
    Path written = files().get(0);

    RandomScan next = new RandomScan(SMALL, 71, new ScanGeometry(5, 4), 1, random);
    try (BoundLanes lanes = BoundLanes.bind(2, SMALL.modules(), 10_000)) {
      start(2, SMALL, lanes, with(options, "--scans=1", "--calibration=" + written));
      announce(lanes, next, next.shots());
      send(lanes, next.shots());
      finish();
    }
    try (CountedFile file = file(71)) {
      assertThat(file.thresholds()).isEqualTo(thresholds);
      assertThat(file.number("noise_level")).hasValue(level);
      assertThat(file.fit()).as("nothing is fitted").isEmpty();
      next.correctedBy(corrections, level).assertCounted(file, thresholds, "by an earlier scan");
    }
  }

  private static String[] with(String[] options, String... more) {
    return Stream.of(options, more).flatMap(Stream::of).toArray(String[]::new);
  }

  /** A map of the small camera as numpy writes it. */
  private Path npy(String name, float[] map) throws IOException {
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }\n"
            .formatted(SMALL.rows(), SMALL.columns());
    ByteBuffer npy = ByteBuffer.allocate(10 + header.length() + Float.BYTES * map.length);
    npy.order(ByteOrder.LITTLE_ENDIAN);
    npy.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    npy.putShort((short) header.length());
    npy.put(header.getBytes(StandardCharsets.US_ASCII));
    npy.asFloatBuffer().put(map);
    return Files.write(directory.resolve(name), npy.array());
  }

  @Test
  void centroidsAreInTheFileAlsoOfFramesThatLackSectors() throws Exception {
    RandomScan scan =
        new RandomScan(SMALL, 6, new ScanGeometry(5, 4), 1, new Random(17)).lose(3, 1).lose(4, 0);
    List<Shot> shots = scan.shots();
    Collections.shuffle(shots, new Random(18));
    try (BoundLanes lanes = BoundLanes.bind(2, SMALL.modules(), 10_000)) {
      startGiven(2, lanes, "--scans=1", "--frames-per-position=1", "--centroids");
      send(lanes, shots);
      announce(lanes, scan, shots);
      finish();
    }
    try (CountedFile file = file(6)) {
      assertThat(file.hasCentroids()).isTrue();
      scan.assertCounted(file, RandomScan.THRESHOLDS, "with centroids");
    }
  }

  @Test
  void whatIsMissingIsInTheFileAndTheScanEndsAsAnnounced() throws Exception {
    RandomScan scan =
        new RandomScan(SMALL, 7, new ScanGeometry(5, 4), 2, new Random(1))
            .lose(0, 3)
            .lose(11, 0)
            .lose(11, 2)
            .lose(39, 1)
            .loseAll(8)
            .loseAll(30);
    List<Shot> shots = scan.shots();
    Collections.shuffle(shots, new Random(2));
    try (BoundLanes lanes = BoundLanes.bind(2, SMALL.modules(), 10_000)) {
      startGiven(2, lanes, "--scans=1", "--frames-per-position=2");
      send(lanes, shots);
      announce(lanes, scan, shots);
      finish();
    }
    try (CountedFile file = file(7)) {
      scan.assertCounted(file, RandomScan.THRESHOLDS, "lost");
      assertThat(file.text("ended_by")).hasValue("announced");
      assertThat(file.drops()).isEqualTo(new Drops());
      assertThat(file.number("messages_announced")).hasValue(shots.size());
      assertThat(file.number("messages_received")).hasValue(shots.size());
      for (int module = 0; module < 4; module++) {
        assertThat(file.number("missing_sectors_module_" + module)).hasValue(1);
      }
    }
  }

  @Test
  void withoutAnnouncementsTheScanEndsInSilenceWithTheMissingNamed() throws Exception {
    RandomScan scan =
        new RandomScan(SMALL, 8, new ScanGeometry(5, 4), 1, new Random(3)).lose(4, 1).loseAll(9);
    try (BoundLanes lanes = BoundLanes.bind(2, SMALL.modules(), 10_000)) {
      startGiven(2, lanes, "--scans=1", "--scan-timeout=2s");
      send(lanes, scan.shots());
      finish();
    }
    try (CountedFile file = file(8)) {
      scan.assertCounted(file, RandomScan.THRESHOLDS, "unannounced");
      assertThat(file.text("ended_by")).hasValue("lane_timeout");
      assertThat(file.number("messages_announced")).hasValue(0);
      assertThat(file.number("messages_received")).hasValue(scan.shots().size());
    }
  }

  @Test
  void aModuleThatFallsSilentIsNamed() throws Exception {
    RandomScan scan = new RandomScan(SMALL, 9, new ScanGeometry(4, 4), 1, new Random(4));
    List<Shot> announced = scan.shots();
    for (int frame = 5; frame < scan.frames(); frame++) {
      scan.lose(frame, 2);
    }
    try (BoundLanes lanes = BoundLanes.bind(1, SMALL.modules(), 10_000)) {
      startGiven(1, lanes, "--scans=1", "--scan-timeout=2s");
      announce(lanes, scan, announced);
      send(lanes, scan.shots());
      finish();
    }
    try (CountedFile file = file(9)) {
      scan.assertCounted(file, RandomScan.THRESHOLDS, "silent module");
      assertThat(file.text("ended_by")).hasValue("lane_timeout");
      assertThat(file.number("missing_sectors_module_2")).hasValue(11);
      assertThat(file.number("messages_announced")).hasValue(64);
      assertThat(file.number("messages_received")).hasValue(53);
    }
  }

  @Test
  void overlappingScansGiveAFileEach() throws Exception {
    Random random = new Random(5);
    RandomScan large = new RandomScan(SMALL, 20, new ScanGeometry(9, 8), 1, random);
    RandomScan small = new RandomScan(SMALL, 21, new ScanGeometry(4, 3), 2, random).lose(3, 3);
    List<Shot> shots = large.shots();
    shots.addAll(small.shots());
    Collections.shuffle(shots, random);
    try (BoundLanes lanes = BoundLanes.bind(2, SMALL.modules(), 10_000)) {
      startGiven(2, lanes, "--scans=2");
      announce(lanes, large, shots);
      announce(lanes, small, shots);
      send(lanes, shots);
      finish();
    }
    for (RandomScan scan : List.of(large, small)) {
      try (CountedFile file = file(scan.number)) {
        scan.assertCounted(file, RandomScan.THRESHOLDS, "scan " + scan.number);
        assertThat(file.drops()).isEqualTo(new Drops());
      }
    }
    assertThat(files()).hasSize(2);
  }

  @Test
  void aJobThatEndsAfterAScanLeavesNoPieceOfTheNext() throws Exception {
    RandomScan first = new RandomScan(SMALL, 50, new ScanGeometry(5, 4), 1, new Random(15));
    RandomScan next = new RandomScan(SMALL, 51, new ScanGeometry(5, 4), 1, new Random(16));
    try (BoundLanes lanes = BoundLanes.bind(1, SMALL.modules(), 10_000)) {
      startGiven(1, lanes, "--scans=1");
      List<Shot> shots = first.shots();
      announce(lanes, first, shots);
      send(lanes, shots.subList(0, shots.size() - 1));
      announce(lanes, next, next.shots());
      send(lanes, next.shots());
      send(lanes, shots.subList(shots.size() - 1, shots.size()));
      finish();
    }
    try (CountedFile file = file(50)) {
      first.assertCounted(file, RandomScan.THRESHOLDS, "first");
      assertThat(file.text("ended_by")).hasValue("announced");
      assertThat(file.drops().get(DropReason.FOREIGN_SCAN)).isPositive();
    }
    assertThat(files()).hasSize(1);
  }

  @Test
  void everyMessageThatIsNotUsedIsCountedByItsReason() throws Exception {
    Random random = new Random(6);
    RandomScan first = new RandomScan(SMALL, 1, new ScanGeometry(4, 3), 1, random).lose(0, 3);
    RandomScan second = new RandomScan(SMALL, 2, new ScanGeometry(3, 3), 1, random);
    byte[] good = BoundLanes.encode(first.header(0, 0));
    byte[] pixels = first.pixels(0, 0);
    long sent = first.shots().size();
    try (BoundLanes lanes = BoundLanes.bind(1, SMALL.modules(), 10_000)) {
      startGiven(1, lanes, "--scans=2", "--scan=1", "--scan=2", "--frame-timeout=2s");
      send(lanes, first.shots());

      // These do not tell a scan that was asked for, so they do not count as received.
      lanes.send(0, 0, good, pixels, pixels); // part-count
      lanes.send(0, 1, new byte[] {0x01}, pixels); // header-format
      lanes.send(0, 2, new byte[] {(byte) 0x97, 1, 1, 4, 3, 0, 0, 1}, pixels); // field-count
      byte[] wide = {(byte) 0x98, 1, 1, (byte) 0xce, 0, 1, 0, 0, 3, 0, 0, 1, 0};
      lanes.send(0, 3, wide, pixels); // field-range
      lanes.send(0, 0, new byte[] {(byte) 0x93, 1, 2, 3}); // info-format
      lanes.send(0, 0, changed(first, h -> h.scan = 3), pixels); // foreign-scan
      lanes.send(0, 0, withChecksum(first.header(0, 0), 0), pixels); // corrupt

      // These do.
      lanes.send(0, 0, good, Arrays.copyOf(pixels, pixels.length - 2)); // payload-size
      lanes.send(0, 0, changed(first, h -> h.module = 4), pixels); // unknown-module
      lanes.send(0, 0, changed(first, h -> h.height = 0), pixels); // empty-scan
      lanes.send(0, 0, changed(first, h -> h.width = h.height = 0xffff), pixels); // huge-scan
      lanes.send(0, 0, changed(first, h -> h.x = h.width), pixels); // position-outside-scan
      lanes.send(0, 0, changed(first, h -> h.width++), pixels); // inconsistent-scan-size
      lanes.send(0, 0, changed(first, h -> h.x++), pixels); // inconsistent-position
      lanes.send(0, 0, good, pixels); // duplicate
      await()
          .atMost(Duration.ofSeconds(DEADLINE_SECONDS))
          .until(() -> metrics("framesTimedOut").sum() == 1);
      lanes.send(first.header(0, 3), first.pixels(0, 3)); // late
      lanes.announce(0, 0, 1, sent / 4 + 1 + 8);
      lanes.announce(0, 1, 1, sent / 4 + 1);
      lanes.announce(0, 2, 1, sent / 4 + 1);
      lanes.announce(0, 3, 1, sent / 4 + 1);
      await()
          .atMost(Duration.ofSeconds(DEADLINE_SECONDS))
          .until(() -> files().stream().anyMatch(file -> file.toString().endsWith(".h5")));

      lanes.send(first.header(1, 0), first.pixels(1, 0)); // finished-scan
      announce(lanes, second, second.shots());
      send(lanes, second.shots());
      finish();
    }
    try (CountedFile one = file(1);
        CountedFile two = file(2)) {
      first.assertCounted(one, RandomScan.THRESHOLDS, "first");
      second.assertCounted(two, RandomScan.THRESHOLDS, "second");
      assertThat(one.text("ended_by")).hasValue("announced");
      assertThat(two.drops()).isEqualTo(drops(DropReason.FINISHED_SCAN, 1));
      Drops all = one.drops();
      all.add(two.drops());
      // A full position takes millions of frames: ScanAccountTest has it. An oversized part breaks
      // its connection, with what waits there: LaneSplitReaderTest has it. What does not come again
      // after a restart is given up minutes later: RetainedLaneTest has it.
      Set<DropReason> elsewhere =
          Set.of(DropReason.POSITION_FULL, DropReason.OVERSIZED, DropReason.GIVEN_UP);
      for (DropReason reason : DropReason.values()) {
        int times = elsewhere.contains(reason) ? 0 : 1;
        assertThat(all.get(reason)).as(reason.label()).isEqualTo(times);
        assertThat(one.number("dropped_" + reason.label().replace('-', '_')))
            .as(reason.label())
            .hasValue(reason == DropReason.FINISHED_SCAN ? 0 : times);
      }
    }
  }

  /** A header as of a producer that could send the sector again. */
  private static byte[] withChecksum(SectorHeader header, int checksum) {
    byte[] out = new byte[HeaderCodec.MAX_BYTES];
    return Arrays.copyOf(
        out, HeaderCodec.encode(header, new Sequence().set(0, 1, 1, 0, checksum), out));
  }

  /** The header of a scan's first sector, with something else in it. */
  private static byte[] changed(RandomScan scan, Consumer<SectorHeader> change) {
    SectorHeader header = scan.header(0, 0);
    change.accept(header);
    return BoundLanes.encode(header);
  }

  @Test
  void thresholdsAreThoseOfTheFirstFrames() throws Exception {
    RandomScan scan = new RandomScan(SMALL, 30, new ScanGeometry(8, 5), 1, new Random(7));
    calibrateFromSix(scan, 1);
    assertCalibrated(scan, new ThresholdFit(6, 4.5, 175), 0, 1, 2, 3, 4, 5);
  }

  /** Lanes do not wait for each other, so it is the first frames of each that are sampled. */
  @Test
  void twoLanesAreCalibratedFromTheFirstFramesOfBoth() throws Exception {
    RandomScan scan = new RandomScan(SMALL, 34, new ScanGeometry(8, 5), 1, new Random(14));
    calibrateFromSix(scan, 2);
    assertCalibrated(scan, new ThresholdFit(6, 4.5, 175), 0, 1, 2, 3, 4, 5);
  }

  private void calibrateFromSix(RandomScan scan, int n) throws Exception {
    try (ZooKeeperNode zookeeper = zookeeper();
        BoundLanes lanes = BoundLanes.bind(n, SMALL.modules(), 10_000)) {
      startCalibrated(
          zookeeper, lanes, "--calibration-frames=6", "--slots=16", "--calibration-quiet=20s");
      announce(lanes, scan, scan.shots());
      send(lanes, scan.shots());
      finish();
    }
  }

  @Test
  void aScanWithALostSectorIsCalibratedFromFewerFrames() throws Exception {
    RandomScan scan =
        new RandomScan(SMALL, 31, new ScanGeometry(3, 2), 1, new Random(8)).lose(2, 1);
    try (ZooKeeperNode zookeeper = zookeeper();
        BoundLanes lanes = BoundLanes.bind(2, SMALL.modules(), 10_000)) {
      startCalibrated(
          zookeeper, lanes, "--calibration-frames=6", "--slots=16", "--calibration-quiet=2s");
      announce(lanes, scan, scan.shots());
      send(lanes, scan.shots());
      finish();
    }
    assertCalibrated(scan, new ThresholdFit(6, 4.5, 175), 0, 1, 3, 4, 5);
  }

  @Test
  void aScanOfEqualPixelsIsKeptWithTheReasonAndStopsNoOther() throws Exception {
    RandomScan dark = new RandomScan(SMALL, 32, new ScanGeometry(5, 4), 1, new Random(9));
    RandomScan next = new RandomScan(SMALL, 34, new ScanGeometry(4, 3), 1, new Random(12));
    try (ZooKeeperNode zookeeper = zookeeper();
        BoundLanes lanes = BoundLanes.bind(2, SMALL.modules(), 10_000)) {
      start(
          2,
          SMALL,
          lanes,
          "--scans=2",
          "--zookeeper=127.0.0.1:" + zookeeper.port(),
          "--calibration-frames=2",
          "--session=s");
      announce(lanes, dark, dark.shots());
      dark.shots().forEach(s -> lanes.send(s.header(), new byte[s.pixels().length]));
      announce(lanes, next, next.shots());
      send(lanes, next.shots());
      finish();
    }
    assertCalibrated(next, new ThresholdFit(2, 4.5, 175), 0, 1);
    assertThat(files()).noneMatch(file -> file.toString().endsWith("_00032.h5"));
    Path folder = output().resolve("uncounted/s/scan0000000032");
    assertThat(folder.resolve(UncountedScan.REASON))
        .content()
        .contains("all pixels have the same value", "is the dark too high", "Give the thresholds");
    RawDataset kept = kept(folder, Set.of(0, 1, 2, 3));
    assertThat(kept.problems()).isEmpty();
    assertThat(kept.geometry()).isEqualTo(new ScanGeometry(5, 4));
    for (int module = 0; module < 4; module++) {
      assertThat(kept.sectors(module)).as("module %d", module).isEqualTo(20);
    }
    assertThat(metrics("scansUncounted").sum()).isEqualTo(1);
  }

  @Test
  void aScanWithoutACompleteFrameIsKeptWithTheReason() throws Exception {
    RandomScan scan = new RandomScan(SMALL, 33, new ScanGeometry(2, 2), 1, new Random(10));
    for (int frame = 0; frame < scan.frames(); frame++) {
      scan.lose(frame, 2);
    }
    Path elsewhere = directory.resolve("elsewhere");
    try (ZooKeeperNode zookeeper = zookeeper();
        BoundLanes lanes = BoundLanes.bind(2, SMALL.modules(), 10_000)) {
      startCalibrated(
          zookeeper,
          lanes,
          "--calibration-timeout=1s",
          "--calibration-quiet=500ms",
          "--session=s",
          "--uncounted=" + elsewhere);
      announce(lanes, scan, scan.shots());
      send(lanes, scan.shots());
      finish();
    }
    assertThat(files()).isEmpty();
    Path folder = elsewhere.resolve("s/scan0000000033");
    assertThat(folder.resolve(UncountedScan.REASON))
        .content()
        .contains("none of its first 4 frames got all 4 sectors", "Is a module silent?");
    RawDataset kept = kept(folder, Set.of(0, 1, 3));
    for (int module : List.of(0, 1, 3)) {
      assertThat(kept.sectors(module)).as("module %d", module).isEqualTo(4);
    }
  }

  private static RawDataset kept(Path folder, Set<Integer> modules) throws IOException {
    return RawDataset.open(
        List.of(folder), RawVersion.ROW_SECTORS, SMALL, modules, OptionalLong.empty());
  }

  /** Three modules run ahead of a fourth, so that nothing can be calibrated, nor counted. */
  @Test
  void whileTheJobCannotCountTheSendersWaitAndMemoryIsBounded() throws Exception {
    DetectorDescription large = bands(64, 128);
    int slots = 8;
    RandomScan scan = new RandomScan(large, 40, new ScanGeometry(25, 16), 1, new Random(11));
    try (ZooKeeperNode zookeeper = zookeeper();
        BoundLanes lanes = BoundLanes.bind(1, large.modules(), 2)) {
      start(
          1,
          large,
          lanes,
          "--scans=1",
          "--zookeeper=127.0.0.1:" + zookeeper.port(),
          "--calibration-frames=4",
          "--calibration-quiet=20s",
          "--slots=" + slots,
          "--frame-timeout=60s");
      int[] taken = new int[3];
      await()
          .atMost(Duration.ofSeconds(DEADLINE_SECONDS))
          .pollInSameThread() // the sockets belong to it
          .until(
              () -> {
                for (int module = 0; module < 3; module++) {
                  while (taken[module] < scan.frames()
                      && lanes.offer(
                          scan.header(taken[module], module),
                          scan.pixels(taken[module], module),
                          300)) {
                    taken[module]++;
                  }
                }
                return metrics("sectorsWaitingForThresholds").sum() == 3 * slots;
              });
      assertThat(IntStream.of(taken))
          .as("sectors that were taken")
          .allMatch(n -> n < scan.frames());
      assertThat(metrics("lane.0.sectorsInTask").sum()).isEqualTo(3 * slots);

      for (int module = 3; module >= 0; module--) {
        for (int frame = module == 3 ? 0 : taken[module]; frame < scan.frames(); frame++) {
          lanes.send(scan.header(frame, module), scan.pixels(frame, module));
        }
      }
      announce(lanes, scan, scan.shots());
      finish();
    }
    assertCalibrated(scan, new ThresholdFit(4, 4.5, 175), 0, 1, 2, 3);
    assertThat(metrics("lane.0.slotsCreated").sum())
        .isBetween(3L * slots, (long) large.modules() * (slots + 18));
  }

  @Test
  void anIdThatIsTakenIsRefusedBeforeAnythingIsSubmitted(
      @InjectClusterClient ClusterClient<?> cluster) throws Exception {
    Path taken = output().resolve("FOURD_260102_0304_00007_00001.h5");
    Files.createDirectories(output());
    Files.writeString(taken, "of another session");
    int jobs = cluster.listJobs().get(10, TimeUnit.SECONDS).size();

    assertThatThrownBy(
            () -> CountingJob.main("--output=" + output(), "--id=7", "--background=1", "--xray=2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the id 7 is taken by " + taken)
        .hasMessageContaining("give another id or another directory");

    assertThat(cluster.listJobs().get(10, TimeUnit.SECONDS)).hasSize(jobs);
    assertThat(taken).content().isEqualTo("of another session");
    assertThat(files()).containsExactly(taken);
  }

  @Test
  void theProgramWaitsForTheJobAndTakesTheNextFreeId() throws Exception {
    Files.createDirectories(output());
    Files.writeString(output().resolve("FOURD_260102_0304_00007_00001.h5"), "earlier");
    RandomScan scan = new RandomScan(SMALL, 50, new ScanGeometry(3, 2), 1, new Random(12));
    try (BoundLanes lanes = BoundLanes.bind(1, SMALL.modules(), 10_000)) {
      String[] arguments =
          arguments(
              SMALL,
              lanes,
              "--scans=1",
              "--session=s-12",
              "--background=" + RandomScan.THRESHOLDS.background(),
              "--xray=" + RandomScan.THRESHOLDS.xray());
      CompletableFuture<Void> program =
          CompletableFuture.runAsync(
              () -> {
                try {
                  CountingJob.main(arguments);
                } catch (Exception e) {
                  throw new CompletionException(e);
                }
              });
      announce(lanes, scan, scan.shots());
      send(lanes, scan.shots());
      program.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }
    assertThat(files()).anyMatch(file -> file.toString().endsWith("_00008_00050.h5"));
    try (CountedFile file = file(50)) {
      scan.assertCounted(file, RandomScan.THRESHOLDS, "main");
      assertThat(file.text("session")).hasValue("s-12");
      assertThat(file.text("parameters").orElseThrow()).contains("\"scans\":1");
    }
  }

  @Test
  void aCancelledJobLeavesNoFile() throws Exception {
    RandomScan scan = new RandomScan(SMALL, 60, new ScanGeometry(6, 6), 1, new Random(13));
    try (BoundLanes lanes = BoundLanes.bind(2, SMALL.modules(), 10_000)) {
      startGiven(2, lanes);
      send(lanes, scan.shots().subList(0, 80));
      await()
          .atMost(Duration.ofSeconds(DEADLINE_SECONDS))
          .until(() -> files().stream().anyMatch(file -> file.toString().endsWith(".part")));
      job.cancel().get(10, TimeUnit.SECONDS);
      awaitState(JobStatus.CANCELED);
    }
    assertThat(files()).isEmpty();
  }

  /** A hot pixel hides an electron beside it until it is masked. */
  @Test
  void whatIsHotInAScanIsMaskedInTheNext() throws Exception {
    int hot = 9 * 32 + 5;
    int[] hidden = {hot + 1};
    try (ZooKeeperNode zookeeper = zookeeper();
        BoundLanes lanes = BoundLanes.bind(2, SMALL.modules(), 10_000)) {
      startGiven(2, lanes, "--mask-hot-pixels", "--zookeeper=127.0.0.1:" + zookeeper.port());
      sendWithHotPixel(lanes, 1, hot);
      try (CountedFile first = awaitFile(1)) {
        assertThat(first.maskedPixels()).isEmpty();
        assertThat(first.hotPixels())
            .isEqualTo(new HotPixelList(1, List.of(new HotPixelList.HotPixel(hot, 1))));
        assertThat(first.events(0, 0)).containsExactly(hot);
      }
      // What ZooKeeper knows is seen a moment later by all who asked; a scan may come too soon.
      for (int scan = 2; scan < 50; scan++) {
        sendWithHotPixel(lanes, scan, hot);
        try (CountedFile next = awaitFile(scan)) {
          assertThat(next.thresholds()).isEqualTo(RandomScan.THRESHOLDS);
          if (!next.maskedPixels().isEmpty()) {
            assertThat(next.maskedPixels()).containsExactly(hot);
            assertThat(next.hotPixels().pixels()).isEmpty();
            assertThat(next.events(0, 0)).isEqualTo(hidden);
            assertThat(next.events(1, 0)).isEmpty();
            return;
          }
        }
      }
    }
    fail("the hot pixel was never masked");
  }

  /** A scan of 60 frames; an electron is beside the hot pixel in every third of them. */
  private static void sendWithHotPixel(BoundLanes lanes, long scan, int hot) {
    for (int module = 0; module < SMALL.modules(); module++) {
      SectorPlacement sector = SMALL.sector(module);
      for (int lane = 0; lane < 2; lane++) {
        lanes.announce(lane, module, scan, 30);
      }
      for (int frame = 0; frame < 60; frame++) {
        ByteBuffer pixels = ByteBuffer.allocate(SMALL.sectorBytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int p = 0; p < sector.pixels(); p++) {
          int pixel = sector.row() * SMALL.columns() + p;
          boolean electron = pixel == hot + 1 && frame % 3 == 0;
          pixels.putShort((short) (pixel == hot ? 200 : electron ? 150 : 20));
        }
        lanes.send(new SectorHeader().set(scan, frame, 60, 1, frame, 0, 1, module), pixels.array());
      }
    }
  }

  private CountedFile awaitFile(long scan) throws IOException {
    await()
        .atMost(Duration.ofSeconds(DEADLINE_SECONDS))
        .until(
            () ->
                Files.isDirectory(output())
                    && files().stream()
                        .anyMatch(file -> file.toString().endsWith("_%05d.h5".formatted(scan))));
    return file(scan);
  }

  /** The other functions need no ZooKeeper; see {@link TopologyTest}. */
  @Test
  void theCalibrationKeepsNoStateWithoutARegisteredSerializer() throws Exception {
    try (ZooKeeperNode zookeeper = zookeeper()) {
      StreamExecutionEnvironment env =
          StreamExecutionEnvironment.getExecutionEnvironment(CountingJob.configuration());
      CountingJob.build(
          env,
          CountingOptions.parse(
              "--output=" + output(), "--zookeeper=127.0.0.1:" + zookeeper.port()));
      assertThat(JobTypes.functions(env)).contains("calibrate");
      assertThat(
              JobTypes.ofStates(env, Set.of("calibrate"))
                  .unregistered(Serializers.BY_TYPE.keySet()))
          .isEmpty();
    }
  }

  private ZooKeeperNode zookeeper() throws IOException {
    return ZooKeeperNode.start("127.0.0.1", 0, directory.resolve("zookeeper"));
  }

  private void startCalibrated(ZooKeeperNode zookeeper, BoundLanes lanes, String... more)
      throws Exception {
    start(
        2,
        SMALL,
        lanes,
        Stream.concat(
                Stream.of("--scans=1", "--zookeeper=127.0.0.1:" + zookeeper.port()),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private void assertCalibrated(RandomScan scan, ThresholdFit fit, int... frames) throws Exception {
    Thresholds expected = fit.fit(scan.number, scan.histogram(frames), frames.length).thresholds();
    try (CountedFile file = file(scan.number)) {
      Thresholds thresholds = file.thresholds();
      assertThat(thresholds.background()).isCloseTo(expected.background(), within(1e-6));
      assertThat(thresholds.xray()).isCloseTo(expected.xray(), within(1e-6));
      assertThat(file.number("number_of_samples")).hasValue(frames.length);
      assertThat(file.number("fit_requested_frames")).hasValue(fit.frames());
      scan.assertCounted(file, thresholds, "calibrated");
      assertThat(file.drops()).isEqualTo(new Drops());
    }
  }
}

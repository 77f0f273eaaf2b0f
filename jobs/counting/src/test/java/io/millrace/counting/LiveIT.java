package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.counting.RandomScan.Shot;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.live.LiveCodec;
import io.millrace.detector.live.LiveEnd;
import io.millrace.detector.live.LiveEvents;
import io.millrace.detector.live.LiveMessage;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRows;
import io.millrace.detector.live.LiveSent;
import io.millrace.hdf5.CountedFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** A job that shows its scans, from an aggregator's lanes to a gateway's socket. */
@Timeout(240)
class LiveIT {
  private static final int DEADLINE_SECONDS = 60;
  private static final InMemoryReporter METRICS = InMemoryReporter.createWithRetainedMetrics();

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(METRICS.addToConfiguration(new Configuration()))
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir Path directory;
  private final ZContext zmq = new ZContext(1);
  private ZMQ.Socket gateway;
  private JobClient job;

  @AfterEach
  void close() throws Exception {
    zmq.close();
    if (job != null && !job.getJobStatus().get(10, TimeUnit.SECONDS).isGloballyTerminalState()) {
      job.cancel().get(10, TimeUnit.SECONDS);
    }
  }

  /** As a gateway's socket; the job is told its address. */
  private String listen() {
    gateway = zmq.createSocket(SocketType.SUB);
    gateway.setReceiveTimeOut(DEADLINE_SECONDS * 1000);
    gateway.subscribe(LiveCodec.topic("night"));
    gateway.bind("tcp://127.0.0.1:*");
    return gateway.getLastEndpoint();
  }

  private void start(DetectorDescription camera, BoundLanes lanes, String live, String... more)
      throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--output=" + directory.resolve("counted"),
                "--camera=" + CountingJobIT.describe(camera, directory),
                "--lanes-at=" + lanes.address(),
                "--lanes=" + lanes.lanes().lanes(),
                "--background=" + RandomScan.THRESHOLDS.background(),
                "--xray=" + RandomScan.THRESHOLDS.xray(),
                "--session=night",
                "--scans=1",
                "--live=" + live));
    arguments.addAll(List.of(more));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(CountingJob.configuration());
    env.setParallelism(2);
    CountingJob.build(env, CountingOptions.parse(arguments.toArray(String[]::new)));
    job = env.executeAsync("counting");
  }

  /** Announces all sectors of a scan, and returns them in any order. */
  private static List<Shot> announce(BoundLanes lanes, RandomScan scan, Random random) {
    List<Shot> shots = scan.shots();
    Collections.shuffle(shots, random);
    for (int lane = 0; lane < lanes.lanes().lanes(); lane++) {
      for (int module = 0; module < scan.detector.modules(); module++) {
        int l = lane;
        int m = module;
        lanes.announce(
            lane,
            module,
            scan.number,
            shots.stream()
                .filter(shot -> lanes.lanes().laneOf(shot.header().frame) == l)
                .filter(shot -> shot.header().module == m)
                .count());
      }
    }
    return shots;
  }

  private static void send(BoundLanes lanes, List<Shot> shots) {
    shots.forEach(shot -> lanes.send(shot.header(), shot.pixels()));
  }

  private void finish() throws Exception {
    assertThat(job.getJobExecutionResult().get(DEADLINE_SECONDS, TimeUnit.SECONDS)).isNotNull();
  }

  private CountedFile file() throws Exception {
    try (Stream<Path> files = Files.list(directory.resolve("counted"))) {
      List<Path> all = files.filter(file -> file.toString().endsWith(".h5")).toList();
      assertThat(all).hasSize(1);
      return new CountedFile(all.get(0));
    }
  }

  private long metric(String name) {
    return METRICS
        .findMetrics(job.getJobID(), ".*\\." + Pattern.quote("live." + name))
        .values()
        .stream()
        .mapToLong(metric -> ((Number) ((Gauge<?>) metric).getValue()).longValue())
        .sum();
  }

  private LiveSent receive() throws Exception {
    List<byte[]> parts = new ArrayList<>();
    do {
      byte[] part = gateway.recv();
      assertThat(part).as("part %d of a message", parts.size()).isNotNull();
      parts.add(part);
    } while (gateway.hasReceiveMore());
    return LiveCodec.decode(parts);
  }

  @Test
  void aGatewaySeesWhatTheFileWillHave() throws Exception {
    Random random = new Random(41);
    DetectorDescription camera = CountingJobIT.bands(8, 32);
    RandomScan scan =
        new RandomScan(camera, 12, new ScanGeometry(11, 7), 2, random)
            .lose(3, 1)
            .lose(40, 2)
            .loseAll(20)
            .loseAll(20 + 77)
            .loseAll(30);
    List<LiveSent> seen = new ArrayList<>();
    try (BoundLanes lanes = BoundLanes.bind(2, camera.modules(), 10_000)) {
      start(
          camera,
          lanes,
          listen(),
          "--frames-per-position=2",
          "--detector=disk,0,6,16,16",
          "--detector=ring,6,12,15.5,16");
      send(lanes, announce(lanes, scan, random));
      do {
        seen.add(receive());
      } while (!(seen.get(seen.size() - 1).message() instanceof LiveEnd));
      finish();
    }
    assertThat(seen).extracting(LiveSent::sequence).containsExactlyElementsOf(numbers(seen.size()));
    try (CountedFile file = file()) {
      scan.assertCounted(file, RandomScan.THRESHOLDS, "seed 41");
      assertRows(seen, file);
      assertEvents(seen, file);
      LivePattern pattern = newest(LivePattern.class, seen);
      assertThat(doubles(pattern.pixels())).isEqualTo(file.image("sum_pattern").values());
      assertThat(pattern.events()).isEqualTo(file.events());
      assertThat(pattern.frames()).isEqualTo(file.complete() + file.incomplete());
      LiveEnd end = newest(LiveEnd.class, seen);
      assertThat(end.scan()).isEqualTo(12);
      assertThat(end.complete()).isEqualTo(file.complete());
      assertThat(end.incomplete()).isEqualTo(file.incomplete()).isPositive();
      assertThat(end.absent()).isEqualTo(file.absent()).isPositive();
      assertThat(end.missingSectors()).containsExactly(0, 1, 1, 0);
      assertThat(end.reason()).isEqualTo("announced");
    }
  }

  private static List<Long> numbers(int n) {
    return IntStream.range(0, n).mapToObj(i -> (long) i).toList();
  }

  private static <M extends LiveMessage> M newest(Class<M> type, List<LiveSent> seen) {
    List<M> ofType = messages(type, seen);
    return ofType.get(ofType.size() - 1);
  }

  private static <M extends LiveMessage> List<M> messages(Class<M> type, List<LiveSent> seen) {
    return seen.stream().map(LiveSent::message).filter(type::isInstance).map(type::cast).toList();
  }

  private static double[] doubles(int[] counts) {
    return Arrays.stream(counts).mapToDouble(Integer::toUnsignedLong).toArray();
  }

  /** The newest of each block of rows are the images, and say which frames came. */
  private static void assertRows(List<LiveSent> seen, CountedFile file) {
    ScanGeometry geometry = file.geometry();
    boolean[] told = new boolean[geometry.height()];
    for (LiveRows rows : messages(LiveRows.class, seen)) {
      assertThat(rows.detectors()).extracting(d -> d.name()).containsExactly("disk", "ring");
      Arrays.fill(told, rows.firstRow(), rows.firstRow() + rows.rows(), true);
    }
    assertThat(told).doesNotContain(false);
    // So small a scan is one block.
    LiveRows all = newest(LiveRows.class, seen);
    assertThat(all.rows()).isEqualTo(geometry.height());
    assertThat(doubles(all.counts()[0])).isEqualTo(file.image("disk").values());
    assertThat(doubles(all.counts()[1])).isEqualTo(file.image("ring").values());
    assertThat(doubles(all.total())).isEqualTo(file.image("total_counts").values());
    assertThat(means(all.columnSum(), all.total())).isEqualTo(file.image("com_x").values());
    assertThat(means(all.rowSum(), all.total())).isEqualTo(file.image("com_y").values());
    for (int p = 0; p < geometry.positions(); p++) {
      int frames = 0;
      int mask = 15;
      for (int k = 0; k < 2; k++) {
        if (file.frameNumber(p, k) >= 0) {
          frames++;
          mask &= file.mask(p, k);
        }
      }
      assertThat(all.frames()[p]).as("frames of position %d", p).isEqualTo(frames);
      assertThat(all.mask()[p]).as("position %d", p).isEqualTo(frames == 0 ? 0 : mask);
    }
  }

  /** As the file has them: in 32 bits. */
  private static double[] means(long[] sums, int[] counts) {
    return IntStream.range(0, sums.length)
        .mapToDouble(p -> (float) (sums[p] / (double) counts[p]))
        .toArray();
  }

  /** Each frame comes once; those of a position in any order. */
  private static void assertEvents(List<LiveSent> seen, CountedFile file) {
    List<List<String>> byPosition = new ArrayList<>();
    List<List<String>> expected = new ArrayList<>();
    for (int p = 0; p < file.geometry().positions(); p++) {
      byPosition.add(new ArrayList<>());
      expected.add(new ArrayList<>());
      for (int k = 0; k < 2; k++) {
        if (file.frameNumber(p, k) >= 0) {
          expected.get(p).add(frame(file.mask(p, k), file.events(p, k)));
        }
      }
    }
    for (LiveEvents events : messages(LiveEvents.class, seen)) {
      int from = 0;
      for (int f = 0; f < events.frames(); f++) {
        int to = from + events.count()[f];
        byPosition
            .get(events.position()[f])
            .add(frame(events.mask()[f], Arrays.copyOfRange(events.events(), from, to)));
        from = to;
      }
    }
    byPosition.forEach(Collections::sort);
    expected.forEach(Collections::sort);
    assertThat(byPosition).isEqualTo(expected);
  }

  private static String frame(int mask, int[] events) {
    return "mask %d %s".formatted(mask, Arrays.toString(events));
  }

  @Test
  void withoutAGatewayTheResultIsWhole() throws Exception {
    Random random = new Random(42);
    DetectorDescription camera = CountingJobIT.bands(8, 32);
    RandomScan scan = new RandomScan(camera, 13, new ScanGeometry(11, 7), 1, random);
    String nobody = listen();
    gateway.close();
    try (BoundLanes lanes = BoundLanes.bind(2, camera.modules(), 10_000)) {
      start(camera, lanes, nobody, "--frames-per-position=1");
      send(lanes, announce(lanes, scan, random));
      finish();
    }
    try (CountedFile file = file()) {
      scan.assertCounted(file, RandomScan.THRESHOLDS, "seed 42");
    }
    assertThat(metric("sent")).isZero();
    assertThat(metric("dropped")).isPositive();
  }

  /** Rows of many virtual detectors are more than sockets and kernel hold for somebody. */
  @Test
  void withAGatewayThatStallsTheResultIsWhole() throws Exception {
    Random random = new Random(43);
    DetectorDescription camera = CountingJobIT.bands(1, 8);
    RandomScan scan = new RandomScan(camera, 14, new ScanGeometry(100, 50), 1, random);
    List<String> more = new ArrayList<>(List.of("--frames-per-position=1"));
    IntStream.range(0, 32).forEach(d -> more.add("--detector=d%d,0,%d".formatted(d, d + 1)));
    try (BoundLanes lanes = BoundLanes.bind(2, camera.modules(), 200_000)) {
      String address = listen();
      gateway.setReceiveBufferSize(4 << 10);
      gateway.setRcvHWM(1);
      start(camera, lanes, address, more.toArray(String[]::new));
      // A socket that is bound takes in who connects when it is used.
      await()
          .atMost(DEADLINE_SECONDS, TimeUnit.SECONDS)
          .until(() -> gateway.getEvents() >= 0 && metric("subscribers") > 0);
      List<Shot> shots = announce(lanes, scan, random);
      int batch = shots.size() / 25;
      for (int from = 0; from < shots.size(); from += batch) {
        send(lanes, shots.subList(from, Math.min(from + batch, shots.size())));
        untilHeldUp(Duration.ofMillis(2 * 250));
      }
      finish();
    }
    try (CountedFile file = file()) {
      scan.assertCounted(file, RandomScan.THRESHOLDS, "seed 43");
    }
    assertThat(metric("conflated") + metric("dropped")).isPositive();
  }

  /** Waits until something could not be sent at once, or for so long: then more has to come. */
  private void untilHeldUp(Duration atMost) {
    try {
      await().atMost(atMost).until(() -> metric("conflated") + metric("dropped") > 0);
    } catch (ConditionTimeoutException e) {
      // Kernel and sockets still have room.
    }
  }
}

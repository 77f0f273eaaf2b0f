package io.millrace.zeromq.source;

import static io.millrace.zeromq.source.BoundLanes.header;
import static io.millrace.zeromq.source.BoundLanes.pixels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.coordination.Members;
import io.millrace.coordination.Membership;
import io.millrace.coordination.Role;
import io.millrace.coordination.Scan;
import io.millrace.coordination.ScanState;
import io.millrace.coordination.Scans;
import io.millrace.coordination.SessionAddress;
import io.millrace.coordination.Sessions;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.coordination.ZooKeeperNode;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.LaneRecord;
import io.millrace.detector.LaneReport;
import io.millrace.detector.Sector;
import io.millrace.detector.SectorHeader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.zeromq.ZMonitor;

/** The source on a cluster, with an operator chained to it that reads and releases its sectors. */
@Timeout(120)
class ZeroMqSourceIT {
  private static final DetectorDescription DETECTOR = BoundLanes.bands(2, 32, 144);
  private static final int FRAMES = 60;

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final InMemoryReporter METRICS = InMemoryReporter.createWithRetainedMetrics();

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(METRICS.addToConfiguration(new Configuration()))
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(3)
              .build());

  /** Stands for the counter: takes from a sector what it needs, and lets it go. */
  private static class Digest extends ProcessFunction<LaneRecord, String> {
    @Override
    public void processElement(LaneRecord record, Context context, Collector<String> out) {
      assertThat(context.timestamp()).isEqualTo(record.scan());
      if (record instanceof Sector sector) {
        String digest = digest(sector.header(), sector.pixels());
        sector.release();
        out.collect(digest);
      } else {
        out.collect(text((LaneReport) record));
      }
    }
  }

  /** Stands for the assembler: closes a scan at its instant of event time. */
  private static final class CloseScan extends KeyedProcessFunction<Long, String, String> {
    private transient ValueState<Integer> records;

    @Override
    public void open(OpenContext context) {
      records = getRuntimeContext().getState(new ValueStateDescriptor<>("records", Types.INT));
    }

    @Override
    public void processElement(String text, Context context, Collector<String> out)
        throws Exception {
      records.update(records.value() == null ? 1 : records.value() + 1);
      context.timerService().registerEventTimeTimer(context.getCurrentKey());
      out.collect(text);
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<String> out) throws Exception {
      out.collect(
          closed(
              context.getCurrentKey(), records.value(), context.timerService().currentWatermark()));
      records.clear();
    }
  }

  /** Fails at the first record of scan 2, once. */
  private static final class FailingDigest extends Digest {
    private static final AtomicBoolean FAILED = new AtomicBoolean();

    @Override
    public void processElement(LaneRecord record, Context context, Collector<String> out) {
      if (record.scan() == 2 && !FAILED.getAndSet(true)) {
        throw new IllegalStateException("as the test wants it");
      }
      super.processElement(record, context, out);
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "2,1,2", "3,1,1", "2,2,1", "3,2,2", "1,2,2"})
  void everySectorArrivesOnceAndBeforeTheEndOfItsScan(int lanes, int parallelism, int scans)
      throws Exception {
    try (BoundLanes sender = BoundLanes.bind(lanes, DETECTOR.modules(), 1_000)) {
      StreamExecutionEnvironment env = environment();
      env.enableCheckpointing(50);
      CloseableIterator<String> results =
          digests(env, source(sender).setBoundedAfter(scans).build(), new Digest(), parallelism)
              .keyBy(ZeroMqSourceIT::scan)
              .process(new CloseScan())
              .setParallelism(1)
              .collectAsync();
      JobClient job = env.executeAsync("lanes");

      Set<String> sent = new HashSet<>();
      for (long scan = 1; scan <= scans; scan++) {
        sent.addAll(send(sender, scan));
      }
      List<String> received = new ArrayList<>();
      results.forEachRemaining(received::add);

      assertThat(job.getJobExecutionResult().get(20, TimeUnit.SECONDS)).isNotNull();
      assertThat(job.getJobStatus().get(20, TimeUnit.SECONDS)).isEqualTo(JobStatus.FINISHED);
      int perScan = FRAMES * DETECTOR.modules() + lanes;
      for (long scan = 1; scan <= scans; scan++) {
        for (int lane = 0; lane < lanes; lane++) {
          sent.add(text(new LaneReport(scan, lane, perLane(lanes), perLane(lanes), true, null)));
        }
        // One timer that saw everything: nothing came before the watermark that was to come after.
        sent.add(closed(scan, perScan, scan));
      }
      assertThat(received).containsExactlyInAnyOrderElementsOf(sent);
    }
  }

  @Test
  void aSessionTellsWhereTheLanesAreAndWhenThereWillBeNoMore(@TempDir Path data) throws Exception {
    try (ZooKeeperNode server = ZooKeeperNode.start("127.0.0.1", 0, data);
        ZooKeeperConnection zooKeeper =
            ZooKeeperConnection.open("127.0.0.1:" + server.port(), PATIENCE);
        BoundLanes sender = BoundLanes.bind(2, DETECTOR.modules(), 1_000)) {
      StreamExecutionEnvironment env = environment();
      ZeroMqSource source =
          ZeroMqSource.builder()
              .setDetector(DETECTOR)
              .setSession(new SessionAddress(zooKeeper.address(), "s", PATIENCE))
              .setOption(ZeroMqSourceOptions.DRAIN_LINGER, Duration.ofMillis(50))
              .build();
      CloseableIterator<String> results = digests(env, source, new Digest(), 2).collectAsync();
      JobClient job = env.executeAsync("lanes");
      Sessions sessions = new Sessions(zooKeeper);
      // The job opens the session, and waits for an aggregator that is not there yet.
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  sessions
                      .find("s")
                      .filter(s -> job.getJobID().toString().equals(s.job()))
                      .isPresent());
      Scan scan = new Scans(zooKeeper, "s").begin(1, 0, 0);
      try (Membership edge = Membership.join(zooKeeper, aggregator(sender), PATIENCE);
          Members members = new Members(zooKeeper)) {
        // A lane may report the scan before the other one's last sector is here.
        Set<String> sent = send(sender, 1);
        for (int lane = 0; lane < 2; lane++) {
          sent.add(text(new LaneReport(1, lane, perLane(2), perLane(2), true, null)));
        }
        awaitAll(results, sent);
        assertThat(edge.member().session()).isEqualTo("s");
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    members.of("s", Role.LANE).stream()
                            .mapToLong(lane -> lane.counters().getOrDefault("sectors", 0L))
                            .sum()
                        == (long) FRAMES * DETECTOR.modules());
      }
      sessions.drain("s");
      // Longer than the enumerator takes between two looks.
      await("the job runs on while a scan is under way")
          .atMost(PATIENCE)
          .during(Duration.ofSeconds(2))
          .until(() -> job.getJobStatus().get(20, TimeUnit.SECONDS) == JobStatus.RUNNING);
      new Scans(zooKeeper, "s").change(scan.id(), s -> s.in(ScanState.COMPLETE, ""));
      assertThat(job.getJobExecutionResult().get(20, TimeUnit.SECONDS)).isNotNull();
      assertThat(results.hasNext()).isFalse();
    }
  }

  @Test
  void aSessionWithoutAnAggregatorFailsTheJobWithTheReason(@TempDir Path data) throws Exception {
    try (ZooKeeperNode server = ZooKeeperNode.start("127.0.0.1", 0, data)) {
      StreamExecutionEnvironment env = environment();
      SessionAddress address =
          new SessionAddress("127.0.0.1:" + server.port(), "s", Duration.ofSeconds(1));
      digests(
              env,
              ZeroMqSource.builder().setDetector(DETECTOR).setSession(address).build(),
              new Digest(),
              1)
          .print();
      JobClient job = env.executeAsync("lanes");
      assertThatThrownBy(() -> job.getJobExecutionResult().get(60, TimeUnit.SECONDS))
          .rootCause()
          .hasMessageContaining("session s has no aggregator within 1 s");
    }
  }

  private static Member aggregator(BoundLanes sender) {
    return Member.starting(
            Role.AGGREGATOR,
            "edge",
            "s",
            Map.of(
                Member.LANES_AT, sender.lanes().endpoint(0, 0),
                Member.LANES, Integer.toString(sender.lanes().lanes()),
                Member.CAMERA, DETECTOR.name()))
        .in(MemberState.READY, "");
  }

  @Test
  void aCancelledJobLeavesNoThread() throws Exception {
    try (BoundLanes sender = BoundLanes.bind(2, DETECTOR.modules(), 1_000)) {
      Set<Thread> before = Thread.getAllStackTraces().keySet();
      StreamExecutionEnvironment env = environment();
      CloseableIterator<String> results =
          digests(env, source(sender).build(), new Digest(), 2).collectAsync();
      JobClient job = env.executeAsync("lanes");
      awaitAll(results, send(sender, 1));
      assertThat(threadsOfLanes(before)).hasSizeGreaterThanOrEqualTo(2);
      job.cancel().get(20, TimeUnit.SECONDS);
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(threadsOfLanes(before)).isEmpty());
      assertThat(job.getJobStatus().get(20, TimeUnit.SECONDS)).isEqualTo(JobStatus.CANCELED);
    }
  }

  @Test
  void afterAFailureEveryLaneHasOneReaderAgain() throws Exception {
    int lanes = 2;
    try (BoundLanes sender = BoundLanes.bind(lanes, DETECTOR.modules(), 1_000)) {
      StreamExecutionEnvironment env =
          StreamExecutionEnvironment.getExecutionEnvironment(
              new Configuration()
                  .set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
                  .set(
                      RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY,
                      Duration.ofMillis(50)));
      env.enableCheckpointing(50);
      FailingDigest.FAILED.set(false);
      CloseableIterator<String> results =
          digests(env, source(sender).build(), new FailingDigest(), 2).collectAsync();
      JobClient job = env.executeAsync("lanes");
      // What is seen of scan 1 is behind a checkpoint, so the lanes are in the readers' state.
      awaitAll(results, send(sender, 1));

      List<ZMonitor> hangUps = sender.watchHangUps();
      send(sender, 2);
      for (ZMonitor hangUp : hangUps) {
        assertThat(hangUp.nextEvent(20_000)).as("the failed reader hangs up").isNotNull();
        hangUp.close();
      }
      Set<String> sent = send(sender, 3);
      for (int lane = 0; lane < lanes; lane++) {
        sent.add(text(new LaneReport(3, lane, perLane(lanes), perLane(lanes), true, null)));
      }
      awaitAll(results, sent);
      job.cancel().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aSectorThatShallLeaveItsTaskFailsTheJobWithTheReason() throws Exception {
    try (BoundLanes sender = BoundLanes.bind(1, DETECTOR.modules(), 1_000)) {
      StreamExecutionEnvironment env = environment();
      env.fromSource(source(sender).build(), WatermarkStrategy.noWatermarks(), "lanes")
          .rebalance()
          .process(new Digest())
          .print();
      JobClient job = env.executeAsync("lanes");
      // One is enough, and after it nobody is there to take more.
      SectorHeader header = header(1, 0, 0);
      sender.send(0, header, pixels(header, DETECTOR));
      assertThatThrownBy(() -> job.getJobExecutionResult().get(60, TimeUnit.SECONDS))
          .rootCause()
          .hasMessageContaining("a sector cannot leave the task that received it");
    }
  }

  /** Hands on all pixels, so that what lies between the tasks is soon full. */
  private static final class Pixels extends ProcessFunction<LaneRecord, byte[]> {
    @Override
    public void processElement(LaneRecord record, Context context, Collector<byte[]> out) {
      if (record instanceof Sector sector) {
        byte[] copy = sector.pixels().clone();
        sector.release();
        out.collect(copy);
      }
    }
  }

  /** Takes nothing until the test lets it. */
  private static final class HeldSink extends ProcessFunction<byte[], Integer> {
    private static final AtomicReference<CountDownLatch> GATE = new AtomicReference<>();

    @Override
    public void processElement(byte[] pixels, Context context, Collector<Integer> out)
        throws Exception {
      GATE.get().await();
      out.collect(pixels.length);
    }
  }

  /** It shows in Flink's and in the lane's metrics, while it lasts. */
  @Test
  void aSinkThatTakesNothingHoldsBackTheLaneAndItsSenders() throws Exception {
    int frames = 5_000; // 92 MB: more than the kernel's buffers take
    CountDownLatch gate = new CountDownLatch(1);
    HeldSink.GATE.set(gate);
    try (BoundLanes sender = BoundLanes.bind(1, DETECTOR.modules(), 10)) {
      StreamExecutionEnvironment env = environment();
      CloseableIterator<Integer> results =
          env.fromSource(
                  source(sender).setBoundedAfter(1).build(),
                  WatermarkStrategy.noWatermarks(),
                  "lanes")
              .setParallelism(1)
              .process(new Pixels())
              .setParallelism(1)
              .rebalance()
              .process(new HeldSink())
              .setParallelism(2)
              .collectAsync();
      JobClient job = env.executeAsync("lanes");
      AtomicInteger sent = new AtomicInteger();
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(
              () -> {
                sender.announce(0, 1, frames);
                for (int frame = 0; frame < frames; frame++, sent.incrementAndGet()) {
                  for (int module = 0; module < DETECTOR.modules(); module++) {
                    SectorHeader header = header(1, frame, module);
                    sender.send(0, header, pixels(header, DETECTOR));
                  }
                }
              });
      try {
        await("the lane is held back")
            .atMost(PATIENCE)
            .until(() -> (long) gauge(job, "lane.0.heldBackMillis") > 1_000);
        assertThat(gauge(job, "Source: lanes -> Process.0.isBackPressured")).isEqualTo(true);
        int before = sent.get();
        await("the sender stands still")
            .atMost(PATIENCE)
            .during(Duration.ofSeconds(1))
            .until(() -> sent.get() == before);
        assertThat(before).isLessThan(frames);
        int room = DETECTOR.modules() * (32 + 16 + 2);
        assertThat((long) gauge(job, "lane.0.slotsCreated")).isLessThanOrEqualTo(room);
      } finally {
        gate.countDown();
      }
      int received = 0;
      for (; results.hasNext(); received++) {
        assertThat(results.next()).isEqualTo(DETECTOR.sectorBytes());
      }
      assertThat(received).isEqualTo(frames * DETECTOR.modules());
      assertThat(sending).succeedsWithin(PATIENCE);
      assertThat(job.getJobExecutionResult().get(20, TimeUnit.SECONDS)).isNotNull();
    }
  }

  private static Object gauge(JobClient job, String name) {
    return METRICS.findMetrics(job.getJobID(), ".*" + Pattern.quote(name)).values().stream()
        .<Object>map(metric -> ((Gauge<?>) metric).getValue())
        .findFirst()
        .orElse(0L);
  }

  private static StreamExecutionEnvironment environment() {
    return StreamExecutionEnvironment.getExecutionEnvironment(
        new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "none"));
  }

  private static ZeroMqSourceBuilder source(BoundLanes sender) {
    return ZeroMqSource.builder()
        .setDetector(DETECTOR)
        .setLanes(sender.lanes())
        .setOption(ZeroMqSourceOptions.DRAIN_LINGER, Duration.ofMillis(50));
  }

  private static SingleOutputStreamOperator<String> digests(
      StreamExecutionEnvironment env, ZeroMqSource source, Digest digest, int parallelism) {
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), "lanes")
        .setParallelism(parallelism)
        .process(digest)
        .setParallelism(parallelism);
  }

  /** Sends a scan, each frame on its lane; returns the digests of its sectors. */
  private static Set<String> send(BoundLanes sender, long scan) {
    int lanes = sender.lanes().lanes();
    for (int lane = 0; lane < lanes; lane++) {
      sender.announce(lane, scan, FRAMES / lanes);
    }
    Set<String> digests = new HashSet<>();
    for (int frame = 0; frame < FRAMES; frame++) {
      for (int module = 0; module < DETECTOR.modules(); module++) {
        SectorHeader header = header(scan, frame, module);
        byte[] pixels = pixels(header, DETECTOR);
        sender.send(sender.lanes().laneOf(frame), header, pixels);
        digests.add(digest(header, pixels));
      }
    }
    return digests;
  }

  /** Reads results until all of these are among them. */
  private static void awaitAll(CloseableIterator<String> results, Set<String> expected) {
    Set<String> missing = new HashSet<>(expected);
    while (!missing.isEmpty()) {
      missing.remove(results.next());
    }
  }

  private static long perLane(int lanes) {
    return (long) FRAMES / lanes * DETECTOR.modules();
  }

  private static Set<String> threadsOfLanes(Set<Thread> before) {
    Set<String> names = new HashSet<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (!before.contains(thread)
          && thread.getName().matches("(?i)(source data fetcher|reaper|iothread).*")) {
        names.add(thread.getName() + " " + thread.getId());
      }
    }
    return names;
  }

  private static String digest(SectorHeader header, byte[] pixels) {
    CRC32 crc = new CRC32();
    crc.update(pixels);
    return "%s: pixels %08x".formatted(header, crc.getValue());
  }

  private static String text(LaneReport report) {
    return "scan %d, lane %d: %d announced, %d received, drained %b"
        .formatted(
            report.scan(), report.lane(), report.announced(), report.received(), report.drained());
  }

  private static String closed(long scan, int records, long watermark) {
    return "scan %d, closed with %d records at %d".formatted(scan, records, watermark);
  }

  /** The scan that a text begins with. */
  private static long scan(String text) {
    return Long.parseLong(text.substring("scan ".length(), text.indexOf(',')));
  }
}

package io.millrace.ingest;

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
import io.millrace.coordination.ZooKeeperNode;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.Announcement;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.detector.wire.Lanes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Producers and aggregators as processes, a real ZooKeeper, and bare PULL sockets in the place of
 * compute nodes: started, stopped and killed in all ways.
 */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
class SessionIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int MODULES = 4;
  private static final int SECTOR_BYTES = 16 / MODULES * 16 * 2;

  private final int zooKeeperPort = Ports.free(1);
  private final int port = Ports.free(3 * MODULES + 2);

  /** Behind the ports of modules is one for what readers tell. */
  private final int lanesPort = port + MODULES + 1;

  private final Lanes listen = new Lanes("127.0.0.1", port, 1, MODULES);
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  @TempDir private Path directory;
  private String camera;
  private ZooKeeperNode server;

  /** Of the test itself; made when it is needed. */
  private ZooKeeperConnection zooKeeper;

  private int logs;
  private long late;
  private long lateRelayed;
  private long lateDropped;

  @BeforeEach
  void describeTheCamera() throws IOException {
    Path file = directory.resolve("small.yaml");
    Files.writeString(
        file,
        "name: small\nframe: {rows: 16, columns: 16}\npixel: uint16-le\nsectors:\n"
            + IntStream.range(0, MODULES)
                .mapToObj(m -> "  - {row: %d, column: 0, rows: 4, columns: 16}%n".formatted(4 * m))
                .reduce("", String::concat));
    camera = " --camera " + file;
  }

  @AfterEach
  void closeAll() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
    if (server != null) {
      server.close();
    }
  }

  private <T extends AutoCloseable> T open(T one) {
    opened.push(one);
    return one;
  }

  private void startZooKeeper() throws IOException {
    server = ZooKeeperNode.start("127.0.0.1", zooKeeperPort, directory.resolve("zookeeper"));
  }

  private void stopZooKeeper() {
    server.close();
    server = null;
  }

  private ZooKeeperConnection zooKeeper() throws IOException {
    if (zooKeeper == null) {
      zooKeeper = open(ZooKeeperConnection.open("127.0.0.1:" + zooKeeperPort, TIMEOUT));
    }
    return zooKeeper;
  }

  private Scans scans() throws IOException {
    return new Scans(zooKeeper(), "default");
  }

  private MillraceProcess start(String arguments) throws IOException {
    Path log = directory.resolve("log" + logs++);
    return open(MillraceProcess.start(log, arguments + " --zookeeper 127.0.0.1:" + zooKeeperPort));
  }

  private MillraceProcess startAggregator(int lanes, String options) throws IOException {
    return start(
        "aggregator --announce-timeout 1s --listen tcp://127.0.0.1:%d --lane-address %s --lanes %d %s"
            .formatted(port, "tcp://127.0.0.1:" + lanesPort, lanes, options + camera));
  }

  private MillraceProcess startProducer(String options) throws IOException {
    return start("producer " + options + camera);
  }

  private Lanes lanes(int n) {
    return new Lanes("127.0.0.1", lanesPort, n, MODULES);
  }

  private BarePull lane(Lanes lanes, int lane) {
    return open(BarePull.connected(lanes.endpoints(lane)));
  }

  /** Receives all of a scan from a lane: as many sectors as its modules' announcements tell. */
  private static long receiveScan(BarePull lane, long scan, int modules) {
    long received = 0;
    long told = 0;
    for (int left = modules; left > 0 || received < told; ) {
      BarePull.Message message = lane.receive(1).get(0);
      if (message.isData()) {
        assertThat(message.header().scan).isEqualTo(scan);
        received++;
      } else {
        told += message.announcement().counts().get(scan);
        left--;
      }
    }
    assertThat(received).isEqualTo(told);
    return received;
  }

  private Member awaitMember(Members members, Role role, MemberState state) {
    return await(role + " " + state)
        .atMost(TIMEOUT)
        .until(
            () -> members.of("default", role).stream().filter(m -> m.state() == state).findFirst(),
            Optional::isPresent)
        .get();
  }

  private static long counted(Member member, String counter) {
    return member.counters().getOrDefault(counter, 0L);
  }

  /** Each part that cannot go on has said that it waits before the next one starts. */
  @ParameterizedTest
  @ValueSource(strings = {"ZAP", "ZPA", "AZP", "APZ", "PZA", "PAZ"})
  void startsInAnyOrder(String order) throws Exception {
    Lanes lanes = lanes(2);
    BarePull first = lane(lanes, 0);
    BarePull second = lane(lanes, 1);
    MillraceProcess producer = null;
    for (char part : order.toCharArray()) {
      switch (part) {
        case 'Z' -> startZooKeeper();
        case 'A' -> {
          MillraceProcess aggregator = startAggregator(2, "");
          aggregator.awaitLog(
              server == null
                  ? "waiting for ZooKeeper at 127.0.0.1:" + zooKeeperPort
                  : "ready: modules 0 to 3");
        }
        default -> {
          producer = startProducer("--simulate 9x10 --scan-number 7");
          if (order.charAt(2) != 'P') {
            producer.awaitLog(
                server == null ? "waiting for ZooKeeper" : "waiting for the aggregator");
          }
        }
      }
    }
    assertThat(receiveScan(first, 7, MODULES) + receiveScan(second, 7, MODULES))
        .isEqualTo(MODULES * 100);
    assertThat(producer.exitCode()).as(producer.log()).isZero();
    assertThat(scans().list()).hasSize(1);
    Scan scan = scans().underWay(7).orElseThrow();
    assertThat(scan.width()).isEqualTo(10);
    assertThat(scan.height()).isEqualTo(10);
    try (Members members = new Members(zooKeeper())) {
      Member edge =
          await()
              .atMost(TIMEOUT)
              .until(
                  () -> members.of("default", Role.AGGREGATOR).stream().findFirst(),
                  m -> m.isPresent() && counted(m.get(), "relayed") == MODULES * 100)
              .get();
      assertThat(counted(edge, "bytes")).isEqualTo(MODULES * 100 * SECTOR_BYTES);
      assertThat(edge.name()).isEqualTo("edge");
      assertThat(edge.offers())
          .containsEntry(Member.PRODUCERS, "tcp://127.0.0.1:" + port)
          .containsEntry(Member.LANES_AT, "tcp://127.0.0.1:" + lanesPort)
          .containsEntry(Member.LANES, "2")
          .containsEntry(Member.CAMERA, "small");
      awaitMember(members, Role.AGGREGATOR, MemberState.READY);
      await().atMost(TIMEOUT).until(() -> members.of("default", Role.PRODUCER).isEmpty());
    }
  }

  /** One after the other in one process, each with an entry of its own. */
  @Test
  void aReplayIsAProducerWhoseScansAreEntered() throws Exception {
    Path files = directory.resolve("files");
    for (int scan : new int[] {8, 7}) {
      Path log = directory.resolve("written" + scan);
      String simulated = "--simulate 9x10 --modules 1-2 --scan-number " + scan;
      try (MillraceProcess writer =
          MillraceProcess.start(
              log, "producer %s --write %s".formatted(simulated, files) + camera)) {
        assertThat(writer.exitCode()).as(writer.log()).isZero();
      }
    }
    startZooKeeper();
    startAggregator(1, "");
    BarePull lane = lane(lanes(1), 0);
    MillraceProcess replay = start("replay --remove " + files + camera);
    long[] sectors = new long[9];
    for (long told = 0; sectors[7] + sectors[8] < 400 || told < 400; ) {
      BarePull.Message message = lane.receive(1).get(0);
      if (message.isData()) {
        sectors[(int) message.header().scan]++;
      } else {
        told +=
            message.announcement().counts().values().stream().mapToLong(Number::longValue).sum();
      }
    }
    assertThat(sectors[7]).isEqualTo(200);
    assertThat(replay.exitCode()).as(replay.log()).isZero();
    assertThat(replay.log()).contains("modules-1-2");
    assertThat(scans().list()).hasSize(2);
    assertThat(scans().underWay(7)).isPresent();
    assertThat(scans().underWay(8)).isPresent();
    assertThat(files).isEmptyDirectory();
    try (Members members = new Members(zooKeeper())) {
      await().atMost(TIMEOUT).until(() -> members.of("default", Role.PRODUCER).isEmpty());
    }
  }

  @Test
  void whoComesSecondIsRefusedWithTheFirstOnesAddress() throws Exception {
    startZooKeeper();
    MillraceProcess aggregator = startAggregator(1, "");
    MillraceProcess first = startProducer("--simulate 9x10 --acquire --modules 0-2");
    first.awaitLog("ready: each line");
    MillraceProcess third = startProducer("--simulate 9x10 --modules 2-3");
    MillraceProcess otherAggregator =
        start("aggregator --listen tcp://127.0.0.1:%d".formatted(Ports.free(MODULES + 1)) + camera);
    assertThat(third.exitCode()).isEqualTo(1);
    assertThat(third.log())
        .contains(
            "module 2 of session default is sent by another producer: modules-0-2, process %d on %s"
                .formatted(first.pid(), Member.localHost()));
    assertThat(otherAggregator.exitCode()).isEqualTo(1);
    assertThat(otherAggregator.log())
        .contains(
            "session default is served by another aggregator: edge, process %d on %s"
                .formatted(aggregator.pid(), Member.localHost()))
        .contains("for producers at tcp://127.0.0.1:" + port);
    try (Members members = new Members(zooKeeper())) {
      awaitMember(members, Role.PRODUCER, MemberState.READY);
      assertThat(members.of("default", Role.AGGREGATOR)).hasSize(1);
    }
  }

  /** For as long as 500 frames last at 100 a second, and then for a whole scan. */
  @Test
  void aZooKeeperThatIsAwayStopsNoData() throws Exception {
    startZooKeeper();
    startAggregator(1, "");
    BarePull lane = lane(lanes(1), 0);
    MillraceProcess producer = startProducer("--simulate 20x30 --acquire --rate 100");
    producer.pressEnter();
    lane.receive(80);
    stopZooKeeper();
    assertThat(lane.receive(MODULES * 500)).allMatch(m -> m.isData());
    startZooKeeper();
    int rest = MODULES * (21 * 30 - 500) - 80;
    assertThat(lane.receive(rest + MODULES).stream().filter(m -> m.isData())).hasSize(rest);
    try (Members members = new Members(zooKeeper())) {
      awaitCounter(members, Role.PRODUCER, "sectors", MODULES * 21 * 30);
      awaitCounter(members, Role.AGGREGATOR, "relayed", MODULES * 21 * 30);
      awaitMember(members, Role.PRODUCER, MemberState.READY);
    }
    stopZooKeeper();
    producer.pressEnter();
    assertThat(receiveScan(lane, 2, MODULES)).isEqualTo(MODULES * 21 * 30);
    assertThat(producer.log()).contains("Scan 2 is sent though the session does not know of it");
    startZooKeeper();
    producer.pressEnter();
    assertThat(receiveScan(lane, 3, MODULES)).isEqualTo(MODULES * 21 * 30);
    assertThat(scans().underWay(1)).isPresent();
    assertThat(scans().underWay(3)).isPresent();
  }

  /**
   * What the first has announced is announced again; the lane is told of both, and waits no longer.
   */
  @Test
  void aProducerThatIsKilledIsReplacedInMidScan() throws Exception {
    startZooKeeper();
    startAggregator(1, "--scans registered");
    BarePull lane = lane(lanes(1), 0);
    int frames = 21 * 50;
    String scan = "--modules 1 --simulate 20x50 --scan-number 7";
    MillraceProcess first = startProducer(scan + " --rate 100");
    Set<Long> seen = new HashSet<>();
    lane.receive(200).forEach(m -> seen.add(m.header().frame));
    String entered = scans().underWay(7).orElseThrow().id();
    first.kill();
    MillraceProcess second = startProducer(scan);
    long data = 200;
    for (long told = 0; told < 2L * frames; ) {
      BarePull.Message message = lane.receive(1).get(0);
      if (message.isData()) {
        seen.add(message.header().frame);
        data++;
      } else {
        told += message.announcement().counts().get(7L);
        assertThat(told).as("told").isLessThanOrEqualTo(2L * frames);
      }
    }
    assertThat(seen).hasSize(frames);
    assertThat(data).as("the whole scan, and what the first had sent").isGreaterThan(frames + 199);
    assertThat(second.exitCode()).as(second.log()).isZero();
    assertThat(second.log()).contains(entered);
    assertThat(scans().list()).extracting(Scan::id).containsExactly(entered);
    assertThat(lane.receive(Duration.ofMillis(1_500))).as("all is told").isNull();
  }

  @Test
  void onlyRegisteredScansAreRelayedIfThatIsAskedFor() throws Exception {
    startZooKeeper();
    startAggregator(1, "--scans registered").awaitLog("ready: modules");
    BarePull lane = lane(lanes(1), 0);
    try (Members members = new Members(zooKeeper());
        Push push = new Push(listen.endpoint(0, 1))) {
      push.send(Announcement.of(99, 2).encode());
      sendSector(push, 99, 0);
      sendSector(push, 99, 1);
      awaitCounter(members, Role.AGGREGATOR, "dropped.foreign-scan", 3);

      // A detector begins to number anew: the same number, and another scan.
      Set<String> ids = new HashSet<>();
      for (int turn = 1; turn <= 2; turn++) {
        MillraceProcess producer = startProducer("--modules 1 --simulate 9x10 --scan-number 7");
        assertThat(receiveScan(lane, 7, 1)).isEqualTo(100);
        assertThat(producer.exitCode()).as(producer.log()).isZero();
        Scan scan = scans().underWay(7).orElseThrow();
        ids.add(scan.id());
        scans().change(scan.id(), s -> s.in(ScanState.COMPLETE, ""));
        await("the end of the scan is known, and what is late is dropped")
            .atMost(TIMEOUT)
            .until(
                () -> {
                  sendSector(push, 7, 50);
                  late++;
                  return counted(aggregator(members), "dropped.finished-scan") > lateDropped;
                });
        // Until then some were relayed; all others have a counter.
        lateRelayed += drainLane(lane);
        lateDropped = late - lateRelayed;
        awaitCounter(members, Role.AGGREGATOR, "dropped.finished-scan", lateDropped);
      }
      assertThat(ids).hasSize(2);
      assertThat(scans().list()).extracting(Scan::id).containsAll(ids).hasSize(2);
      assertThat(counted(aggregator(members), "dropped.foreign-scan")).isEqualTo(3);
      awaitCounter(members, Role.AGGREGATOR, "relayed", 200 + lateRelayed);
    }
  }

  /** Takes what still comes; returns how many sectors. */
  private static long drainLane(BarePull lane) {
    long sectors = 0;
    for (BarePull.Message m; (m = lane.receive(Duration.ofMillis(1_500))) != null; ) {
      sectors += m.isData() ? 1 : 0;
    }
    return sectors;
  }

  private static Member aggregator(Members members) {
    return members.of("default", Role.AGGREGATOR).get(0);
  }

  private static void awaitCounter(Members members, Role role, String counter, long n) {
    await(counter)
        .atMost(TIMEOUT)
        .until(() -> members.of("default", role).stream().anyMatch(m -> counted(m, counter) == n));
  }

  @Test
  void aSessionThatDrainsTakesNoScanAndTheProducerSaysSo() throws Exception {
    startZooKeeper();
    startAggregator(1, "");
    BarePull lane = lane(lanes(1), 0);
    MillraceProcess producer = startProducer("--modules 1 --simulate 9x10 --acquire");
    producer.pressEnter();
    assertThat(receiveScan(lane, 1, 1)).isEqualTo(100);
    new Sessions(zooKeeper()).drain("default");
    try (Members members = new Members(zooKeeper())) {
      producer.pressEnter();
      assertThat(producer.exitCode()).isEqualTo(1);
      assertThat(awaitMember(members, Role.PRODUCER, MemberState.FAILED).reason())
          .contains("session default is draining since")
          .contains("scan 2 is not begun");
    }
    assertThat(scans().underWay(2)).isEmpty();
    assertThat(lane.receive(Duration.ofMillis(300))).isNull();
  }

  @Test
  void anAggregatorThatCannotBeginTellsTheSessionWhy() throws Exception {
    startZooKeeper();
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        Members members = new Members(zooKeeper())) {
      MillraceProcess aggregator = startAggregator(1, "--name night.edge");
      Member failed = awaitMember(members, Role.AGGREGATOR, MemberState.FAILED);
      assertThat(failed.name()).isEqualTo("night.edge");
      assertThat(failed.reason()).contains("tcp://127.0.0.1:" + taken.getLocalPort(), "is in use");
      assertThat(aggregator.exitCode()).isEqualTo(1);
    }
    startAggregator(1, "").awaitLog("ready: modules"); // the place is free at once
  }

  /** Sectors of the real size, so that the queues are soon full. */
  @Test
  void aLaneThatTakesNothingIsNamedAtBothEnds() throws Exception {
    camera = "";
    startZooKeeper();
    startAggregator(2, "");
    BarePull first = lane(lanes(2), 0);
    MillraceProcess producer =
        startProducer("--modules 1 --simulate 20x20 --repeat 2 --scan-number 7");
    try (Members members = new Members(zooKeeper())) {
      assertThat(awaitMember(members, Role.AGGREGATOR, MemberState.STALLED).reason())
          .startsWith(
              "lane 1 of module 1 (%s) has taken nothing since 20"
                  .formatted(lanes(2).endpoint(1, 1)));
      assertThat(awaitMember(members, Role.PRODUCER, MemberState.STALLED).reason())
          .startsWith(
              "the aggregator at %s, for module 1, has taken nothing since 20"
                  .formatted(listen.endpoint(0, 1)));
      BarePull second = lane(lanes(2), 1);
      Set<Long> frames = new HashSet<>();
      long told = 0;
      while (told < 420 || frames.size() < 420) {
        for (BarePull lane : new BarePull[] {first, second}) {
          BarePull.Message message = lane.receive(Duration.ofMillis(20));
          if (message != null && message.isData()) {
            frames.add(message.header().frame);
          } else if (message != null) {
            told += message.announcement().counts().get(7L);
          }
        }
      }
      assertThat(told).isEqualTo(420);
      assertThat(producer.exitCode()).as(producer.log()).isZero();
      awaitMember(members, Role.AGGREGATOR, MemberState.READY);
    }
  }

  private static void sendSector(Push push, long scan, int frame) {
    byte[] out = new byte[HeaderCodec.MAX_BYTES];
    SectorHeader header = new SectorHeader().set(scan, frame, 10, 10, frame % 10, frame / 10, 0, 1);
    push.send(Arrays.copyOf(out, HeaderCodec.encode(header, out)), new byte[SECTOR_BYTES]);
  }
}

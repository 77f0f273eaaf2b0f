package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.coordination.MemberState;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.Announcement;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.detector.wire.Lanes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Producers, the aggregator, and bare PULL sockets in the place of compute nodes. */
class AggregatorIT {
  private static final int LANES = 3;
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final DetectorDescription DETECTOR = Detectors.square(16);
  private static final int SECTOR = DETECTOR.sectorBytes();

  private final int port = Ports.free(4 + 4 * LANES);
  private final Lanes listen = new Lanes("127.0.0.1", port, 1, 4);
  private final Lanes lanes = new Lanes("127.0.0.1", port + 4, LANES, 4);
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  @Test
  void everyMessageArrivesOnceByteForByteAndEveryLaneIsToldItsCount() throws IOException {
    relayAScan(DETECTOR);
  }

  /** Sectors of the real size go another way through JeroMQ: without a copy. */
  @Test
  void theSameWithSectorsOfTheRealSize() throws IOException {
    relayAScan(DetectorDescription.load("4d-camera"));
  }

  private void relayAScan(DetectorDescription detector) throws IOException {
    ScanGeometry geometry = ScanGeometry.withFlyback(9, 10);
    Faults faults = new Faults(1, 4, 0.1, 0.1, 0.1, 16);
    Aggregator aggregator = aggregator(detector, LONG);
    List<Lane> nodes = connectNodes();
    List<ModuleSender> senders = new ArrayList<>();
    for (int m = 0; m < 4; m++) {
      String endpoint = listen.endpoint(0, m);
      senders.add(
          new ModuleSender(
              m,
              ModuleScans.of(simulated(detector, geometry, faults, m)),
              () -> AggregatorPlace.at(endpoint),
              Optional.empty(),
              detector.sectorBytes(),
              new Pace(Double.POSITIVE_INFINITY, Duration.ZERO),
              LONG,
              LONG));
    }
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(
            () -> {
              try {
                new Producer(senders, "sent", detector.sectorBytes()).run();
              } catch (IOException e) {
                throw new CompletionException(e);
              }
            });
    List<BarePull.Message> all = new ArrayList<>();
    for (int l = 0; l < LANES; l++) {
      all.addAll(nodes.get(l).receiveScan(4, l, 0));
    }
    sending.join();
    for (int m = 0; m < 4; m++) {
      SimulatedSectors expected = simulated(detector, geometry, faults, m);
      Map<Long, Integer> counts = new HashMap<>();
      ByteBuffer slot = ByteBuffer.allocateDirect(detector.sectorBytes());
      byte[] pixels = new byte[detector.sectorBytes()];
      SectorHeader h = new SectorHeader();
      while (expected.next(h)) {
        counts.merge(h.frame, 1, Integer::sum);
        expected.pixels(slot).get(0, pixels);
        byte[] headerBytes = encode(h);
        assertThat(all)
            .anyMatch(
                a -> Arrays.equals(a.first(), headerBytes) && Arrays.equals(a.second(), pixels));
      }
      int module = m;
      Map<Long, Integer> arrived = new HashMap<>();
      all.stream()
          .map(BarePull.Message::header)
          .filter(a -> a.module == module)
          .forEach(a -> arrived.merge(a.frame, 1, Integer::sum));
      assertThat(arrived).isEqualTo(counts);
    }
    aggregator.close();
    assertThat(aggregator.relayedMessages()).isEqualTo(all.size());
    assertThat(aggregator.drops().total()).isZero();
    assertThat(aggregator.timeouts()).isZero();
    assertThat(aggregator.undelivered()).allMatch(lost -> lost.total() == 0);
  }

  @Test
  void everyKindOfMalformedMessageIsCountedAndMissedAndTheRestPasses() throws IOException {
    Aggregator aggregator = aggregator(DETECTOR, LONG);
    List<Lane> nodes = connectNodes();
    try (Push push = new Push(listen.endpoint(0, 2))) {
      byte[] pixels = new byte[SECTOR];
      // Two that are good, and six that are not but tell that they are of this scan and module.
      push.send(Announcement.of(4, 8).encode());
      push.send(encode(header(4, 0, 2)), pixels);
      // Another number of parts; an info message that is none; headers that are none.
      push.send(encode(header(4, 1, 2)), pixels, pixels);
      push.send(encode(header(4, 1, 2)), pixels, pixels, pixels, new byte[0]);
      push.send(encode(header(4, 1, 2)));
      push.send(new byte[0]);
      push.send("hello".getBytes(StandardCharsets.UTF_8), pixels);
      push.send(new byte[] {(byte) 0x93, 1, 2, 3}, pixels);
      push.send(new byte[] {(byte) 0x98, 1, 2, 3, 4, 0, 0, 0, (byte) 0xce, 0, 1, 0, 0}, pixels);
      // Fields and payloads that do not fit.
      push.send(encode(header(4, 1, 3)), pixels);
      push.send(encode(header(4, 1, 4)), pixels);
      push.send(encode(header(4, 1, 2)), new byte[SECTOR - 1]);
      push.send(encode(header(4, 1, 2)), new byte[0]);
      SectorHeader outside = header(4, 1, 2);
      outside.x = 3;
      push.send(encode(outside), pixels);
      SectorHeader empty = header(4, 1, 2);
      empty.height = 0;
      push.send(encode(empty), pixels);
      push.send(encode(header(4, 1, 2)), pixels);
      for (int m : new int[] {0, 1, 3}) {
        try (Push other = new Push(listen.endpoint(0, m))) {
          other.send(Announcement.of(4, 0).encode());
        }
      }
      List<BarePull.Message> all = new ArrayList<>();
      for (int l = 0; l < LANES; l++) {
        all.addAll(nodes.get(l).receiveScan(4, l, l == 0 ? 6 : 0));
      }
      assertThat(all).extracting(a -> a.header().frame).containsExactlyInAnyOrder(0L, 1L);
    }
    aggregator.close();
    assertThat(aggregator.drops())
        .hasToString(
            "part-count=2, header-format=1, field-count=1, field-range=1, info-format=2, "
                + "payload-size=2, unknown-module=2, empty-scan=1, position-outside-scan=1");
    assertThat(aggregator.drops().get(DropReason.PART_COUNT)).isEqualTo(2);
    assertThat(aggregator.relayedMessages()).isEqualTo(2);
    assertThat(aggregator.timeouts()).as("without a wait").isZero();
  }

  @Test
  void anOversizedMessageEndsItsConnectionOnlyAndIsCounted() throws IOException {
    Aggregator aggregator = aggregator(DETECTOR, LONG);
    List<Lane> nodes = connectNodes();
    try (Push huge = new Push(listen.endpoint(0, 2));
        Push push = new Push(listen.endpoint(0, 2))) {
      huge.send(encode(header(4, 0, 2)), new byte[(16 << 20) + 1]);
      push.send(encode(header(4, 0, 2)), new byte[SECTOR]);
      assertThat(nodes.get(0).pull.receive(1).get(0).header().frame).isZero();
      await()
          .atMost(LONG)
          .until(() -> counter(aggregator, "dropped." + DropReason.OVERSIZED.label()) == 1);
    }
    // A connection that ends as it should is none.
    aggregator.close();
    assertThat(aggregator.drops()).hasToString("oversized=1");
  }

  private static long counter(Aggregator aggregator, String name) {
    return aggregator.condition().counters().getOrDefault(name, 0L);
  }

  /** A node that takes nothing, and sectors that the system's buffers do not take either. */
  @Test
  void sectorsInTheQueueOfALaneAreCountedAsLostWhenItIsClosed() throws IOException {
    DetectorDescription detector = Detectors.square(1024);
    Aggregator aggregator = aggregator(detector, LONG);
    int sectors = 60; // 31 MB, and fewer than the queue holds
    try (BarePull idle = BarePull.connected(lanes.endpoints(0));
        Push push = new Push(listen.endpoint(0, 2))) {
      for (int i = 0; i < sectors; i++) {
        push.send(encode(header(4, LANES * i, 2)), new byte[detector.sectorBytes()]);
      }
      assertThat(idle.receive(2)).hasSize(2);
      await().atMost(LONG).until(() -> counter(aggregator, "relayed") == sectors);
      aggregator.close();
      Undelivered lost = aggregator.undelivered().get(2);
      assertThat(lost.unread()).isZero();
      assertThat(lost.unsent()[0]).isBetween(1L, sectors - 2L);
      assertThat(lost.total()).isEqualTo(lost.unsent()[0]);
      // Besides those two all others came, but for one that was half written perhaps.
      int others = Math.max(0, sectors - 2 - (int) lost.unsent()[0] - 1);
      assertThat(idle.receive(others)).hasSize(others);
      if (idle.receive(Duration.ofSeconds(1)) != null) {
        assertThat(idle.receive(Duration.ofSeconds(1))).isNull();
      }
    }
  }

  @Test
  void sectorsBehindALaneWithoutANodeAreCountedAsLostWhenItIsClosed() throws IOException {
    Aggregator aggregator = aggregator(DETECTOR, LONG);
    Lane first = new Lane(BarePull.connected(lanes.endpoints(0)));
    opened.add(first.pull);
    try (Push push = new Push(listen.endpoint(0, 2))) {
      for (int f = 0; f < 4; f++) {
        push.send(encode(header(4, f, 2)), new byte[SECTOR]);
      }
      assertThat(first.pull.receive(1).get(0).header().frame).isZero();
      await().atMost(LONG).until(() -> aggregator.receivedSectors() == 4);
      aggregator.close();
    }
    assertThat(aggregator.undelivered().get(2)).hasToString("unread=3");
    assertThat(aggregator.relayedMessages()).isEqualTo(1);
    assertThat(aggregator.undelivered().get(0)).hasToString("");
  }

  @Test
  void aScanOfWhichAMessageIsLostIsAnnouncedInFullAfterSilence() throws IOException {
    // Nothing but time passes until it has: LaneRouterTest has what comes before and meanwhile.
    Aggregator aggregator = aggregator(DETECTOR, Duration.ofMillis(200));
    List<Lane> nodes = connectNodes();
    try (Push push = new Push(listen.endpoint(0, 2))) {
      push.send(Announcement.of(4, 1).encode());
      for (int l = 0; l < LANES; l++) {
        assertThat(nodes.get(l).pull.receive(1).get(0).announcement())
            .as("lane 0 is told of the one that is missing")
            .isEqualTo(Announcement.of(4, l == 0 ? 1 : 0));
      }
      push.send(encode(header(4, 2, 2)), new byte[SECTOR]);
      assertThat(nodes.get(2).pull.receive(1).get(0).header().frame).isEqualTo(2);
      for (Lane node : nodes) {
        assertThat(node.pull.receive(1).get(0).announcement())
            .as("what came late was announced already")
            .isEqualTo(Announcement.of(4, 0));
      }
    }
    aggregator.close();
    assertThat(aggregator.timeouts()).isEqualTo(1);
  }

  /**
   * Buffers are used again while sectors wait in queues, in half-written connections and behind a
   * slow peer; peers of one lane come and go meanwhile. Each sector's pixels tell its frame, so one
   * that is overwritten before it is written shows.
   */
  @Test
  void noSectorIsOverwrittenWhilePeersOfALaneComeAndGo() throws Exception {
    DetectorDescription detector = DetectorDescription.load("4d-camera");
    Lanes lane = new Lanes("127.0.0.1", port + 4, 1, 4);
    Aggregator aggregator =
        new Aggregator(
            detector, listen, lane, Optional.empty(), null, RelayedScans.ANY, LONG, LONG);
    opened.add(aggregator);
    AtomicBoolean enough = new AtomicBoolean();
    CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendUntil(enough, detector));
    try (BarePull steady = BarePull.connected(List.of(lane.endpoint(0, 2)))) {
      assertWhole(steady, 500);
      for (int round = 0; round < 3; round++) {
        BarePull slow = BarePull.connected(List.of(lane.endpoint(0, 2)));
        try (slow) {
          assertWhole(slow, 1);
          assertWhole(steady, 300);
          assertWhole(slow, 80); // beyond the one that was half written meanwhile
        } // with sectors in its queue, and one of them half written
        assertWhole(steady, 300);
      }
      enough.set(true);
      while (!sending.isDone()) {
        assertWhole(steady, 1);
      }
    }
    sending.join();
  }

  private void sendUntil(AtomicBoolean enough, DetectorDescription detector) {
    try (Push push = new Push(listen.endpoint(0, 2))) {
      for (int f = 0; !enough.get(); f++) {
        byte[] pixels = new byte[detector.sectorBytes()]; // the socket does not copy
        Arrays.fill(pixels, (byte) f);
        push.send(encode(new SectorHeader().set(4, f, 3, 2, f % 3, f / 3 % 2, 0, 2)), pixels);
      }
    }
  }

  private static void assertWhole(BarePull pull, int messages) {
    for (int i = 0; i < messages; i++) {
      BarePull.Message message = pull.receive(1).get(0);
      byte[] expected = new byte[message.second().length];
      Arrays.fill(expected, (byte) message.header().frame);
      assertThat(Arrays.mismatch(message.second(), expected))
          .as("place of the first wrong byte of frame %d", message.header().frame)
          .isEqualTo(-1);
    }
  }

  /** For longer than the announce timeout: what waits behind a blocked lane is not silent. */
  @Test
  void aLaneWithoutANodeHoldsUpTheProducerAndNothingIsLost() throws IOException {
    Aggregator aggregator = aggregator(DETECTOR, Stall.WORTH_TELLING.minusSeconds(1));
    Lane first = new Lane(BarePull.connected(lanes.endpoints(0)));
    Lane second = new Lane(BarePull.connected(lanes.endpoints(1)));
    opened.add(first.pull);
    opened.add(second.pull);
    try (Push push = new Push(listen.endpoint(0, 2))) {
      push.send(Announcement.of(4, 6).encode());
      for (int f = 0; f < 6; f++) {
        push.send(encode(header(4, f, 2)), new byte[SECTOR]);
      }
      assertThat(first.pull.receive(1).get(0).header().frame).isEqualTo(0);
      assertThat(second.pull.receive(1).get(0).header().frame).isEqualTo(1);
      await().atMost(LONG).until(() -> aggregator.condition().state() == MemberState.STALLED);
      assertThat(aggregator.condition().reason()).contains("lane 2 of module 2");
      assertThat(first.pull.receive(Duration.ZERO)).as("blocked by lane 2").isNull();
      Lane third = new Lane(BarePull.connected(lanes.endpoints(2)));
      opened.add(third.pull);
      assertThat(first.pull.receive(1).get(0).header().frame).isEqualTo(3);
      assertThat(second.pull.receive(1).get(0).header().frame).isEqualTo(4);
      assertThat(third.pull.receive(2)).extracting(m -> m.header().frame).containsExactly(2L, 5L);
      for (Lane lane : List.of(first, second, third)) {
        assertThat(lane.pull.receive(1).get(0).announcement()).isEqualTo(Announcement.of(4, 2));
      }
    }
    aggregator.close();
    assertThat(aggregator.timeouts()).isZero();
  }

  @Test
  void scansMayOverlap() throws IOException {
    Aggregator aggregator = aggregator(DETECTOR, LONG);
    List<Lane> nodes = connectNodes();
    try (Push push = new Push(listen.endpoint(0, 1))) {
      push.send(new Announcement(Map.of(4L, 3L, 5L, 3L)).encode());
      for (int f = 0; f < 3; f++) {
        push.send(encode(header(4, f, 1)), new byte[SECTOR]);
        push.send(encode(header(5, f, 1)), new byte[SECTOR]);
      }
      for (Lane node : nodes) {
        List<BarePull.Message> messages = node.pull.receive(4);
        assertThat(messages.stream().filter(BarePull.Message::isData).map(m -> m.header().scan))
            .containsExactly(4L, 5L);
        assertThat(messages.stream().filter(m -> !m.isData()).map(BarePull.Message::announcement))
            .containsExactly(Announcement.of(4, 1), Announcement.of(5, 1));
      }
    }
    aggregator.close();
    assertThat(aggregator.relayedMessages()).isEqualTo(6);
  }

  @Test
  void aPortInUseIsNamedAndTheOthersAreGivenBack() throws IOException {
    Aggregator aggregator = aggregator(DETECTOR, LONG);
    Lanes elsewhere = new Lanes("127.0.0.1", Ports.free(4), 1, 4);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(
              () ->
                  new Aggregator(
                      DETECTOR,
                      elsewhere,
                      lanes,
                      Optional.empty(),
                      null,
                      RelayedScans.ANY,
                      LONG,
                      LONG))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(lanes.endpoint(0, 0) + ", for module 0, is in use")
          .hasMessageContaining("--lane-address");
    }
    aggregator.close();
    assertThat(Millrace.commandLine().execute("aggregator", "--lanes", "0")).isEqualTo(2);
    assertThat(Millrace.commandLine().execute("aggregator", "--listen", "here")).isEqualTo(2);
    aggregator(DETECTOR, LONG);
  }

  private Aggregator aggregator(DetectorDescription detector, Duration announceTimeout)
      throws IOException {
    Aggregator aggregator =
        new Aggregator(
            detector,
            listen,
            lanes,
            Optional.empty(),
            null,
            RelayedScans.ANY,
            announceTimeout,
            LONG);
    opened.add(aggregator);
    return aggregator;
  }

  private List<Lane> connectNodes() {
    List<Lane> nodes = new ArrayList<>();
    for (int l = 0; l < LANES; l++) {
      Lane lane = new Lane(BarePull.connected(lanes.endpoints(l)));
      opened.add(lane.pull);
      nodes.add(lane);
    }
    return nodes;
  }

  /** A node that reads one lane. */
  private record Lane(BarePull pull) {
    /** Receives until all modules have told their counts: of what came, and what is missing. */
    List<BarePull.Message> receiveScan(long scan, int lane, int missing) {
      List<BarePull.Message> data = new ArrayList<>();
      long announced = 0;
      for (int told = 0; told < 4; ) {
        BarePull.Message message = pull.receive(1).get(0);
        if (message.isData()) {
          assertThat(message.header().scan).isEqualTo(scan);
          assertThat(message.header().frame % LANES).isEqualTo(lane);
          data.add(message);
        } else {
          assertThat(message.announcement().counts()).containsOnlyKeys(scan);
          announced += message.announcement().counts().get(scan);
          told++;
        }
      }
      assertThat(announced).isEqualTo(data.size() + missing);
      return data;
    }
  }

  private static SectorHeader header(long scan, long frame, int module) {
    return new SectorHeader()
        .set(scan, frame, 3, 2, (int) frame % 3, (int) frame / 3 % 2, 0, module);
  }

  private static byte[] encode(SectorHeader header) {
    byte[] out = new byte[HeaderCodec.MAX_BYTES];
    return Arrays.copyOf(out, HeaderCodec.encode(header, out));
  }

  private static SimulatedSectors simulated(
      DetectorDescription detector, ScanGeometry geometry, Faults faults, int module) {
    return new SimulatedSectors(
        new SimulatedCamera(detector, module, geometry, 4, 20, 0, 1),
        detector,
        geometry,
        module,
        faults,
        0);
  }
}

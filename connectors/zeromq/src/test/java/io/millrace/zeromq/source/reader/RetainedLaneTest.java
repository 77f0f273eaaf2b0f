package io.millrace.zeromq.source.reader;

import static io.millrace.zeromq.source.BoundLanes.bands;
import static io.millrace.zeromq.source.BoundLanes.header;
import static io.millrace.zeromq.source.BoundLanes.pixels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.LaneReport;
import io.millrace.detector.Sector;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.detector.wire.LaneStatus;
import io.millrace.detector.wire.ScanEnd;
import io.millrace.detector.wire.Sequence;
import io.millrace.zeromq.source.BoundLanes;
import io.millrace.zeromq.source.ZeroMqSourceOptions;
import io.millrace.zeromq.source.split.LanePosition;
import io.millrace.zeromq.source.split.LanePosition.Heard;
import io.millrace.zeromq.source.split.LanePosition.OpenScan;
import io.millrace.zeromq.source.split.LaneSplit;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMonitor;

/** A lane whose producers can send again what it tells them to miss. */
class RetainedLaneTest {
  private static final DetectorDescription ONE = bands(1, 2, 8);
  private static final long SENDER = 77;

  private final Configuration options =
      new Configuration()
          .set(ZeroMqSourceOptions.DRAIN_LINGER, Duration.ofMillis(1))
          .set(ZeroMqSourceOptions.SCAN_TIMEOUT, Duration.ofSeconds(30));
  private final LaneClock clock = new LaneClock();
  private final ZContext zmq = new ZContext();
  private BoundLanes sender;
  private ZMQ.Socket statuses;
  private String statusesAt = "";
  private long acknowledged;
  private LaneThread lane;

  @BeforeEach
  void open() {
    sender = BoundLanes.bind(1, 1, 1_000);
    statuses = zmq.createSocket(SocketType.PULL);
    statuses.setReceiveTimeOut(20_000);
  }

  @AfterEach
  void close() {
    if (lane != null) {
      lane.close();
    }
    sender.close();
    zmq.close();
  }

  private void start(LanePosition position) {
    statusesAt = "tcp://127.0.0.1:" + statuses.bindToRandomPort("tcp://127.0.0.1");
    ZMonitor connections = sender.watchConnections().get(0);
    lane =
        new LaneThread(
            ONE,
            Set.of(),
            0,
            options,
            split(position),
            Optional.empty(),
            ScanKeys.numbers(),
            clock);
    // Nobody sends again here what goes into a connection that breaks while it is made.
    assertThat(connections.nextEvent(20_000)).isNotNull();
    connections.close();
  }

  private LaneSplit split(LanePosition position) {
    return new LaneSplit(0, sender.lanes().endpoints(0), statusesAt, position);
  }

  private void send(long producer, long number, int frame) {
    SectorHeader header = header(7, frame, 0);
    send(producer, number, header, pixels(header, ONE));
  }

  private void send(long producer, long number, SectorHeader header, byte[] pixels) {
    CRC32C crc = new CRC32C();
    crc.update(pixels(header, ONE));
    byte[] out = new byte[HeaderCodec.MAX_BYTES];
    Sequence place = new Sequence().set(0, producer, number, acknowledged, (int) crc.getValue());
    int length = HeaderCodec.encode(header, place, out);
    sender.send(0, 0, Arrays.copyOf(out, length), pixels);
  }

  private void end(long number, long count) {
    sender.send(0, 0, new ScanEnd(7, count, 0, 0, SENDER, number, 0).encode());
  }

  private long takeFrame() {
    Sector sector = lane.takeSector();
    assertThat(sector.pixels()).isEqualTo(pixels(sector.header(), ONE));
    long frame = sector.header().frame;
    sector.release();
    return frame;
  }

  /** The first status that asks to go on from there. */
  private LaneStatus awaitResume(long resume) {
    return await("resume at " + resume)
        .until(
            () -> {
              byte[] bytes = statuses.recv();
              return LaneStatus.decode(bytes, 0, bytes.length).orElseThrow();
            },
            status -> status.resume() == resume);
  }

  @Test
  void whatIsLostOnTheWayIsAskedForAndTakenInOrder() {
    start(LanePosition.START);
    byte[] first = statuses.recv();
    assertThat(LaneStatus.decode(first, 0, first.length))
        .as("asks for nothing before it has heard somebody")
        .contains(new LaneStatus(0, 0, 1, 0, 0, 1, 0, false));
    send(SENDER, 1, 10);
    assertThat(takeFrame()).isEqualTo(10);
    send(SENDER, 3, 12);
    LaneStatus status = awaitResume(2);
    assertThat(status.sender()).isEqualTo(SENDER);
    assertThat(status.next()).isEqualTo(2);
    assertThat(status.acknowledged()).isZero();
    send(SENDER, 1, 10);
    send(SENDER, 2, 11);
    send(SENDER, 3, 12);
    end(4, 3);
    assertThat(takeFrame()).isEqualTo(11);
    assertThat(takeFrame()).isEqualTo(12);
    LaneReport report = lane.takeEnd().report();
    assertThat(report.received()).isEqualTo(3);
    assertThat(report.announced()).isEqualTo(3);
    assertThat(lane.outOfOrder()).isEqualTo(1);
    assertThat(lane.repeated()).isEqualTo(1);
    assertThat(report.drops().total()).isZero();
  }

  @Test
  void aCorruptSectorIsCountedAndAskedForAgain() {
    start(LanePosition.START);
    sendCorrupt(1, 10);
    awaitResume(1);
    send(SENDER, 1, 10);
    end(2, 1);
    assertThat(takeFrame()).isEqualTo(10);
    LaneReport report = lane.takeEnd().report();
    assertThat(report.received()).isEqualTo(1);
    assertThat(report.drops().get(DropReason.CORRUPT)).isEqualTo(1);
    assertThat(lane.dropped(DropReason.CORRUPT)).isEqualTo(1);
  }

  /** It was corrupt before the producer sent it, or is on each way: what follows is not. */
  @Test
  void aSectorThatIsCorruptEachTimeHoldsUpNothing() {
    start(LanePosition.START);
    for (int copy = 0; copy < 3; copy++) {
      sendCorrupt(1, 10);
    }
    send(SENDER, 2, 11);
    end(3, 2);
    assertThat(takeFrame()).isEqualTo(11);
    LaneReport report = lane.takeEnd().report();
    assertThat(report.received()).as("it counts for its scan").isEqualTo(2);
    assertThat(report.drops().get(DropReason.CORRUPT)).isEqualTo(3);
    assertThat(finished(LanePosition.START)).isEqualTo(1);
  }

  @Test
  void aSectorThatIsNeededAgainAndCorruptEachTimeHoldsUpNothing() {
    LanePosition position = waitingFor(2L, 4L);
    start(position);
    for (int copy = 0; copy < 3; copy++) {
      sendCorrupt(2, 2);
      sendCorrupt(4, 4);
    }
    LaneReport report = lane.takeEnd().report();
    assertThat(report.received()).as("as before the restart").isEqualTo(5);
    assertThat(report.drops().get(DropReason.CORRUPT)).isEqualTo(6);
    assertThat(finished(position)).isEqualTo(5);
  }

  private void sendCorrupt(long number, int frame) {
    SectorHeader header = header(7, frame, 0);
    byte[] broken = pixels(header, ONE);
    broken[5] ^= 4;
    send(SENDER, number, header, broken);
  }

  /** The sectors that waited come first, and nothing is told of the scan before. */
  @Test
  void afterARestartWhatNoCheckpointHasIsTakenAgain() {
    OpenScan open = new OpenScan(7, 100, 100, List.of(4L), List.of(4L));
    start(
        new LanePosition(
            0,
            Long.MIN_VALUE,
            List.of(),
            List.of(open),
            Map.of(),
            3,
            List.of(new Heard(SENDER, 6, List.of(2L, 4L)))));
    LaneStatus status = awaitResume(2);
    assertThat(status.acknowledged()).isEqualTo(1);
    assertThat(lane.waiting()).isZero();
    send(SENDER, 2, 2);
    assertThat(takeFrame()).isEqualTo(2);
    awaitResume(4);
    send(SENDER, 3, 3);
    send(SENDER, 4, 4);
    assertThat(takeFrame()).isEqualTo(4);
    LaneReport report = lane.takeEnd().report();
    assertThat(report.received()).as("each is counted once").isEqualTo(4);
    assertThat(report.drained()).isTrue();
  }

  private static LanePosition waitingFor(Long... unfinished) {
    OpenScan open = new OpenScan(7, 100, 100, List.of(5L), List.of(5L));
    return new LanePosition(
        0,
        Long.MIN_VALUE,
        List.of(),
        List.of(open),
        Map.of(),
        3,
        List.of(new Heard(SENDER, 6, List.of(unfinished))));
  }

  /** What the task would acknowledge when it has all that was dropped. */
  private long finished(LanePosition position) {
    LaneState state = new LaneState(split(position), 4, module -> {});
    lane.dropped().forEach(state::dropped);
    return state.split().position().heard(0).finished();
  }

  /** Nobody sends it, for as long as an outage may last. */
  @Test
  void whatDoesNotComeAgainIsCountedAndHoldsUpNoAcknowledgement() {
    clock.stop();
    LanePosition position = waitingFor(2L, 4L);
    start(position);
    awaitResume(2);
    clock.advance(options.get(ZeroMqSourceOptions.RETAINED_SCAN_TIMEOUT).minusSeconds(1));
    assertThat(lane.dropped(DropReason.GIVEN_UP)).isZero();
    clock.advance(Duration.ofSeconds(1));
    LaneReport report = lane.takeEnd().report();
    assertThat(report.received()).as("as before the restart").isEqualTo(5);
    assertThat(report.drops().get(DropReason.GIVEN_UP)).isEqualTo(2);
    assertThat(lane.dropped(DropReason.GIVEN_UP)).isEqualTo(2);
    assertThat(finished(position)).isEqualTo(5);
    send(SENDER, 6, 10); // of the scan that has ended
    await().until(() -> finished(position) == 6);
  }

  @Test
  void whatAProducerBeforeHadIsCountedAsLost() {
    start(waitingFor(2L, 4L));
    send(SENDER + 1, 1, 10);
    assertThat(takeFrame()).isEqualTo(10);
    assertThat(lane.dropped(DropReason.GIVEN_UP)).isEqualTo(2);
  }

  /** Its job began without the checkpoint whose acknowledgement the producer has. */
  @Test
  void whatWasAcknowledgedByAnotherReaderIsSkippedAndCounted() {
    start(LanePosition.START);
    send(SENDER, 50, 10);
    awaitResume(1);
    acknowledged = 100;
    send(SENDER, 101, 11);
    assertThat(takeFrame()).isEqualTo(11);
    assertThat(lane.skipped()).isEqualTo(100);
  }

  /** The scan has ended; its sectors still wait for their thresholds. */
  @Test
  void aDrainedLaneEndsWhenWhatNoCheckpointHasHasCome() {
    start(
        new LanePosition(
            1,
            7,
            List.of(7L),
            List.of(),
            Map.of(),
            3,
            List.of(new Heard(SENDER, 6, List.of(2L, 4L)))));
    lane.drain();
    send(SENDER, 2, 2);
    assertThat(takeFrame()).isEqualTo(2);
    clock.awaitTurn();
    assertThat(lane.finished()).isFalse();
    send(SENDER, 4, 4);
    assertThat(takeFrame()).isEqualTo(4);
    await().until(lane::finished);
  }

  /** Its number is one of another order. */
  @Test
  void whatAnotherModuleSendsIsDropped() {
    start(LanePosition.START);
    SectorHeader foreign = header(7, 10, 0);
    foreign.module = 1;
    send(SENDER, 1, foreign, pixels(header(7, 10, 0), ONE));
    sender.send(0, 0, new ScanEnd(7, 1, 1, 0, SENDER, 1, 0).encode());
    send(SENDER, 1, 11);
    assertThat(takeFrame()).isEqualTo(11);
    assertThat(lane.dropped(DropReason.UNKNOWN_MODULE)).isEqualTo(2);
  }

  @Test
  void anEndThatCannotBeUsedIsCounted() {
    start(LanePosition.START);
    send(SENDER, 1, 10);
    end(2, 1);
    assertThat(takeFrame()).isEqualTo(10);
    assertThat(lane.takeEnd().report().received()).isEqualTo(1);
    end(3, 1);
    await().until(() -> lane.dropped(DropReason.FINISHED_SCAN) == 1);
  }

  @Test
  void aProducerThatIsStartedAgainBeginsAnew() {
    start(LanePosition.START);
    send(SENDER, 1, 10);
    assertThat(takeFrame()).isEqualTo(10);
    send(SENDER + 1, 1, 11);
    send(SENDER, 2, 12);
    send(SENDER + 1, 2, 13);
    assertThat(takeFrame()).isEqualTo(11);
    assertThat(takeFrame()).isEqualTo(13);
  }

  /** A bad header does not hold up what follows: it is dropped, and not asked for again. */
  @Test
  void whatCannotBeUsedIsDroppedInItsTurn() {
    start(LanePosition.START);
    SectorHeader outside = header(7, 10, 0);
    outside.x = 100;
    send(SENDER, 1, outside, pixels(outside, ONE));
    send(SENDER, 2, 11);
    assertThat(takeFrame()).isEqualTo(11);
    assertThat(lane.dropped(DropReason.POSITION_OUTSIDE_SCAN)).isEqualTo(1);
  }
}

package io.millrace.zeromq.source.reader;

import static io.millrace.zeromq.source.BoundLanes.bands;
import static io.millrace.zeromq.source.BoundLanes.encode;
import static io.millrace.zeromq.source.BoundLanes.header;
import static io.millrace.zeromq.source.BoundLanes.pixels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.Drops;
import io.millrace.detector.LaneRecord;
import io.millrace.detector.LaneReport;
import io.millrace.detector.ScanKey;
import io.millrace.detector.Sector;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.Announcement;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.zeromq.source.BoundLanes;
import io.millrace.zeromq.source.ZeroMqSourceOptions;
import io.millrace.zeromq.source.split.LanePosition;
import io.millrace.zeromq.source.split.LanePosition.OpenScan;
import io.millrace.zeromq.source.split.LaneSplit;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.runtime.metrics.groups.InternalSourceReaderMetricGroup;
import org.apache.flink.runtime.metrics.groups.UnregisteredMetricGroups;
import org.apache.flink.testutils.logging.LoggerAuditingExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;
import org.zeromq.ZMQ;
import org.zeromq.ZMonitor;

@Timeout(60)
class LaneSplitReaderTest {
  private static final DetectorDescription SMALL = bands(2, 2, 8);
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");
  private static final int WIDE_OPEN = 10_000;

  @RegisterExtension
  final LoggerAuditingExtension log =
      new LoggerAuditingExtension(LaneSplitReader.class, Level.WARN);

  private final Configuration options =
      new Configuration()
          .set(ZeroMqSourceOptions.DRAIN_LINGER, Duration.ofMillis(50))
          .set(ZeroMqSourceOptions.SCAN_TIMEOUT, Duration.ofMinutes(5));
  private final LaneClock clock = new LaneClock();
  private BoundLanes sender;
  private ScanKeys keys = ScanKeys.numbers();
  private LaneThread lane;

  @AfterEach
  void close() {
    if (lane != null) {
      lane.close();
    }
    if (sender != null) {
      sender.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sectorsArriveByteForByte(boolean large) {
    DetectorDescription detector = large ? CAMERA : SMALL;
    start(detector, Set.of(), 0, WIDE_OPEN);
    int frames = 40;
    sender.announce(0, 7, frames);
    for (int frame = 0; frame < frames; frame++) {
      for (int module = 0; module < detector.modules(); module++) {
        SectorHeader header = header(7, frame, module);
        if (frame % 2 == 0) {
          sender.send(0, header, pixels(header, detector));
        } else {
          byte[] nine = new byte[HeaderCodec.MAX_BYTES];
          int length = HeaderCodec.encode(header, 1_000, nine);
          sender.send(0, module, Arrays.copyOf(nine, length), pixels(header, detector));
        }
      }
    }
    int[] next = new int[detector.modules()];
    for (int i = 0; i < frames * detector.modules(); i++) {
      Sector sector = lane.takeSector();
      int module = sector.header().module;
      SectorHeader expected = header(7, next[module]++, module);
      assertThat(sector.header()).hasToString(expected.toString());
      assertThat(sector.pixels()).isEqualTo(pixels(expected, detector));
      sector.release();
    }
    long sent = (long) frames * detector.modules();
    LaneThread.End end = lane.takeEnd();
    assertThat(end.report()).isEqualTo(new LaneReport(7, 0, sent, sent, true, new Drops()));
    assertThat(end.watermark()).isEqualTo(7);
    assertThat(lane.sectors()).isEqualTo(sent);
    assertThat(lane.sectorsInTask()).isZero();
    assertThat(log.getMessages()).isEmpty();
  }

  private record Bad(DropReason reason, boolean ofTheScan, byte[]... parts) {
    @Override
    public String toString() {
      return reason + " of " + parts.length + " parts, " + parts[parts.length - 1].length + " B";
    }
  }

  static Stream<Bad> bad() {
    byte[] good = encode(header(7, 1, 0));
    byte[] sector = new byte[SMALL.sectorBytes()];
    HexFormat hex = HexFormat.of();
    return Stream.of(
        new Bad(DropReason.INFO_FORMAT, false, hex.parseHex("01")),
        new Bad(DropReason.INFO_FORMAT, false, sector),
        new Bad(DropReason.PART_COUNT, false, good, sector, new byte[1]),
        new Bad(DropReason.PART_COUNT, false, sector, sector, sector, sector),
        new Bad(DropReason.HEADER_FORMAT, false, hex.parseHex("a3616263"), sector),
        new Bad(DropReason.HEADER_FORMAT, false, sector, sector),
        new Bad(DropReason.FIELD_COUNT, false, hex.parseHex("9707010101010101"), sector),
        new Bad(
            DropReason.FIELD_RANGE,
            false,
            hex.parseHex("980701ce0001000001010101 01".replace(" ", "")),
            sector),
        new Bad(DropReason.PAYLOAD_SIZE, true, good, new byte[0]),
        new Bad(DropReason.PAYLOAD_SIZE, true, good, new byte[sector.length - 1]),
        new Bad(DropReason.PAYLOAD_SIZE, true, good, new byte[sector.length + 1]),
        new Bad(DropReason.PAYLOAD_SIZE, true, good, new byte[20_000]),
        new Bad(DropReason.UNKNOWN_MODULE, true, encode(header(7, 1, 2)), sector),
        new Bad(
            DropReason.EMPTY_SCAN,
            true,
            encode(new SectorHeader().set(7, 1, 0, 100, 0, 0, 0, 0)),
            sector),
        new Bad(
            DropReason.POSITION_OUTSIDE_SCAN,
            true,
            encode(new SectorHeader().set(7, 1, 100, 100, 100, 0, 0, 0)),
            sector),
        new Bad(
            DropReason.INCONSISTENT_SCAN_SIZE,
            true,
            encode(new SectorHeader().set(7, 1, 101, 100, 0, 0, 0, 0)),
            sector),
        new Bad(DropReason.FOREIGN_SCAN, false, encode(header(8, 1, 0)), sector),
        new Bad(DropReason.FOREIGN_SCAN, false, Announcement.of(8, 3).encode()));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void aBadMessageIsCountedLoggedOnceAndDroppedAndTheScanStillEnds(Bad bad) {
    start(SMALL, Set.of(7L), 0, WIDE_OPEN);
    int counted = bad.ofTheScan ? 2 : 0;
    sender.send(0, 0, Announcement.of(7, 2 + counted).encode());
    sender.send(0, 1, Announcement.of(7, 0).encode());
    sender.send(0, header(7, 0, 0), pixels(header(7, 0, 0), SMALL));
    sender.send(0, 0, bad.parts);
    sender.send(0, 0, bad.parts);
    sender.send(0, header(7, 2, 0), pixels(header(7, 2, 0), SMALL));

    for (int frame : new int[] {0, 2}) {
      Sector sector = lane.takeSector();
      assertThat(sector.header().frame).isEqualTo(frame);
      assertThat(sector.pixels()).isEqualTo(pixels(header(7, frame, 0), SMALL));
      sector.release();
    }
    Drops drops = new Drops();
    drops.add(bad.reason, 2);
    assertThat(lane.takeEnd().report())
        .isEqualTo(new LaneReport(7, 0, 2 + counted, 2 + counted, true, drops));
    assertThat(lane.dropped(bad.reason)).isEqualTo(2);
    assertThat(log.getMessages()).hasSize(1);
    assertThat(log.getMessages().get(0))
        .contains(sender.lanes().endpoint(0, 0).substring("tcp://".length()))
        .contains(bad.reason.description())
        .contains("dropped." + bad.reason.label());
  }

  /** JeroMQ does not connect again by itself then: the lane would be deaf on this pipe. */
  @Test
  void aPartThatIsTooLongIsCountedAndTheLaneConnectsAgain() {
    options.set(ZeroMqSourceOptions.MAX_MESSAGE_SIZE, MemorySize.parse("1kb"));
    start(SMALL, Set.of(), 0, WIDE_OPEN);
    ZMonitor connections = null;
    for (int frame = 0; frame < 3; frame++) {
      sender.send(0, header(7, frame, 0), pixels(header(7, frame, 0), SMALL));
      Sector sector = lane.takeSector();
      assertThat(sector.header().frame).as("what came before is used").isEqualTo(frame);
      sector.release();
      if (connections == null) {
        connections = sender.watchConnections().get(0); // behind the first one
      }
      sender.send(0, 0, encode(header(7, frame, 0)), new byte[1025]);
      // What is sent before the sender has the next connection goes into the broken one.
      assertThat(connections.nextEvent(20_000)).isNotNull();
      int broken = frame + 1;
      await().until(() -> lane.dropped(DropReason.OVERSIZED) == broken);
    }
    connections.close();
    sender.announce(0, 7, 3);
    for (int frame = 0; frame < 3; frame++) {
      sender.send(0, header(7, frame, 1), pixels(header(7, frame, 1), SMALL));
      lane.takeSector().release();
    }
    Drops drops = new Drops();
    drops.add(DropReason.OVERSIZED, 3);
    assertThat(lane.takeEnd().report()).isEqualTo(new LaneReport(7, 0, 6, 6, true, drops));
    assertThat(log.getMessages()).hasSize(1);
    assertThat(log.getMessages().get(0)).contains("a part that is too long", "dropped.oversized");
  }

  @Test
  void everyPeerAndReasonIsLogged() {
    start(SMALL, Set.of(), 0, WIDE_OPEN);
    for (int i = 0; i < 3; i++) {
      sender.send(0, 0, new byte[1]);
      sender.send(0, 1, new byte[1]);
      sender.send(0, 1, new byte[1], new byte[1]);
    }
    await()
        .untilAsserted(
            () ->
                assertThat(
                        lane.dropped(DropReason.INFO_FORMAT)
                            + lane.dropped(DropReason.HEADER_FORMAT))
                    .isEqualTo(9));
    assertThat(log.getMessages()).hasSize(3).doesNotHaveDuplicates();
  }

  @Test
  void whatStillComesOfAnEndedScanIsDropped() {
    start(SMALL, Set.of(), 0, WIDE_OPEN);
    sender.announce(0, 7, 0);
    assertThat(lane.takeEnd().report().scan()).isEqualTo(7);
    sender.send(0, header(7, 0, 0), pixels(header(7, 0, 0), SMALL));
    sender.announce(0, 8, 0);
    assertThat(lane.takeEnd().report().drops().get(DropReason.FINISHED_SCAN)).isEqualTo(1);
    assertThat(lane.dropped(DropReason.FINISHED_SCAN)).isEqualTo(1);
  }

  @Test
  void aLostMessageDoesNotStopAScan() {
    options.set(ZeroMqSourceOptions.SCAN_TIMEOUT, Duration.ofMillis(300));
    clock.stop();
    start(SMALL, Set.of(), 0, WIDE_OPEN);
    sender.announce(0, 7, 2);
    for (int module = 0; module < 2; module++) {
      sender.send(0, header(7, 0, module), pixels(header(7, 0, module), SMALL));
      lane.takeSector().release(); // behind the announcement of its module
    }
    clock.advance(Duration.ofMillis(150));
    clock.advance(Duration.ofMillis(149));
    assertThat(lane.waiting()).isZero();
    clock.advance(Duration.ofMillis(1));
    assertThat(lane.takeEnd().report()).isEqualTo(new LaneReport(7, 0, 4, 2, false, new Drops()));
  }

  @Test
  void theMemoryIsBoundedAndTheSenderHasToWait() {
    int room = 3;
    int highWaterMark = 2;
    options
        .set(ZeroMqSourceOptions.SLOTS_PER_MODULE, room)
        .set(ZeroMqSourceOptions.RECEIVE_HIGH_WATER_MARK, highWaterMark);
    start(CAMERA, Set.of(), 0, 1);
    // 66 MB: more than the kernel's buffers take.
    int sectors = 400;
    AtomicInteger sent = new AtomicInteger();
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(
            () -> {
              sender.announce(0, 7, 0);
              sender.send(0, 2, Announcement.of(7, sectors).encode());
              for (int frame = 0; frame < sectors; frame++) {
                sender.send(0, header(7, frame, 2), pixels(header(7, frame, 2), CAMERA));
                sent.incrementAndGet();
              }
            });
    await().until(() -> lane.heldBackMillis() > 200);
    assertThat(lane.waiting()).isEqualTo(room);
    assertThat(lane.sectorsInTask()).isEqualTo(room);
    assertThat(sent.get()).isLessThan(sectors);
    assertThat(sending).isNotDone();
    int capacity = CAMERA.modules() * (room + highWaterMark + 2);
    assertThat(lane.slotsCreated()).isLessThanOrEqualTo(room + highWaterMark + 2);

    for (int frame = 0; frame < sectors; frame++) {
      Sector sector = lane.takeSector();
      assertThat(sector.header().frame).isEqualTo(frame);
      assertThat(sector.pixels()).isEqualTo(pixels(sector.header(), CAMERA));
      sector.release();
    }
    assertThat(lane.takeEnd().report().drained()).isTrue();
    assertThat(lane.slotsCreated()).isLessThanOrEqualTo(capacity);
    assertThat(sending).succeedsWithin(20, TimeUnit.SECONDS);
  }

  @Test
  void slotsAreUsedAgainAndAgain() {
    options
        .set(ZeroMqSourceOptions.SLOTS_PER_MODULE, 8)
        .set(ZeroMqSourceOptions.RECEIVE_HIGH_WATER_MARK, 4);
    start(SMALL, Set.of(), 0, WIDE_OPEN);
    int frames = 5_000;
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(
            () -> {
              sender.announce(0, 7, frames);
              for (int frame = 0; frame < frames; frame++) {
                for (int module = 0; module < 2; module++) {
                  SectorHeader header = header(7, frame, module);
                  sender.send(0, header, pixels(header, SMALL));
                }
              }
            });
    // The task holds some sectors, as a counter does that waits for its thresholds.
    Deque<Sector> held = new ArrayDeque<>();
    for (int i = 0; i < 2 * frames; i++) {
      Sector sector = lane.takeSector();
      held.add(sector);
      if (held.size() > 5) {
        Sector oldest = held.remove();
        assertThat(oldest.pixels())
            .as("%s is not overwritten while it is held", oldest.header())
            .isEqualTo(pixels(oldest.header(), SMALL));
        oldest.release();
      }
    }
    held.forEach(Sector::release);
    assertThat(lane.takeEnd().report().received()).isEqualTo(2L * frames);
    assertThat(lane.slotsCreated()).isLessThanOrEqualTo(2 * (8 + 4 + 2));
    assertThat(lane.sectorsInTask()).isZero();
    assertThat(sending).succeedsWithin(20, TimeUnit.SECONDS);
  }

  @Test
  void aModuleWithoutRoomDoesNotKeepTheOthersFromFlowing() {
    options.set(ZeroMqSourceOptions.SLOTS_PER_MODULE, 4);
    start(SMALL, Set.of(), 0, WIDE_OPEN);
    int frames = 200;
    for (int frame = 0; frame < frames; frame++) {
      sender.send(0, header(7, frame, 0), pixels(header(7, frame, 0), SMALL));
    }
    Set<Long> held = new TreeSet<>();
    Deque<Sector> ofModule0 = new ArrayDeque<>();
    for (int i = 0; i < 4; i++) {
      Sector sector = lane.takeSector();
      held.add(sector.header().frame);
      ofModule0.add(sector);
    }
    for (int frame = 0; frame < frames; frame++) {
      sender.send(0, header(7, frame, 1), pixels(header(7, frame, 1), SMALL));
    }
    for (int frame = 0; frame < frames; frame++) {
      Sector sector = lane.takeSector();
      assertThat(sector.header().module).isEqualTo(1);
      assertThat(sector.header().frame).isEqualTo(frame);
      sector.release();
    }
    assertThat(held).containsExactly(0L, 1L, 2L, 3L);
    ofModule0.forEach(Sector::release);
    for (int frame = 4; frame < frames; frame++) {
      Sector sector = lane.takeSector();
      assertThat(sector.header().frame).isEqualTo(frame);
      sector.release();
    }
  }

  @Test
  void timeInWhichTheLaneDoesNotReadIsNoSilence() {
    options
        .set(ZeroMqSourceOptions.SLOTS_PER_MODULE, 1)
        .set(ZeroMqSourceOptions.SCAN_TIMEOUT, Duration.ofMillis(400));
    clock.stop();
    start(SMALL, Set.of(), 0, WIDE_OPEN);
    sender.announce(0, 7, 2);
    for (int frame = 0; frame < 2; frame++) {
      sender.send(0, header(7, frame, 0), pixels(header(7, frame, 0), SMALL));
      sender.send(0, header(7, frame, 1), pixels(header(7, frame, 1), SMALL));
    }
    await().until(() -> lane.waiting() == 2);
    await()
        .until(
            () -> {
              clock.advance(Duration.ofMillis(1));
              return lane.heldBackMillis() > 0;
            });
    for (int i = 0; i < 8; i++) {
      clock.advance(Duration.ofMillis(150));
    }
    assertThat(lane.waiting()).as("the scan has not ended").isEqualTo(2);
    for (int i = 0; i < 4; i++) {
      lane.takeSector().release();
    }
    clock.advance(options.get(ZeroMqSourceOptions.DRAIN_LINGER));
    assertThat(lane.takeEnd().report().drained()).isTrue();
  }

  @Test
  void aScanThatJustFillsTheRoomEndsWhileTheTaskHoldsIt() {
    options.set(ZeroMqSourceOptions.SLOTS_PER_MODULE, 3);
    start(SMALL, Set.of(), 0, WIDE_OPEN);
    sender.announce(0, 7, 3);
    for (int frame = 0; frame < 3; frame++) {
      sender.send(0, header(7, frame, 0), pixels(header(7, frame, 0), SMALL));
      sender.send(0, header(7, frame, 1), pixels(header(7, frame, 1), SMALL));
    }
    for (int i = 0; i < 6; i++) {
      lane.takeSector();
    }
    assertThat(lane.takeEnd().report().drained()).isTrue();
    assertThat(lane.sectorsInTask()).isEqualTo(6);
  }

  @Test
  void aBoundedLaneEndsWhenTheTaskHasLetGoOfItsLastSector() {
    start(SMALL, Set.of(), 2, WIDE_OPEN);
    for (long scan : new long[] {7, 8}) {
      sender.announce(0, scan, 1);
      sender.send(0, header(scan, 0, 0), pixels(header(scan, 0, 0), SMALL));
      sender.send(0, header(scan, 0, 1), pixels(header(scan, 0, 1), SMALL));
    }
    Deque<Sector> held = new ArrayDeque<>();
    int ends = 0;
    while (ends < 2) {
      LaneRecord record = lane.take();
      if (record instanceof Sector sector) {
        held.add(sector);
      } else if (record instanceof Reached) {
        ends++;
      }
    }
    // A third scan is none of this lane's business.
    sender.send(0, header(9, 0, 0), pixels(header(9, 0, 0), SMALL));
    assertThat(held).hasSize(4);
    held.removeLast().release();
    clock.awaitTurn();
    assertThat(lane.finished()).isFalse();
    assertThat(lane.waiting()).isZero();
    assertThat(lane.sectors()).isEqualTo(4);
    held.forEach(Sector::release);
    await().until(lane::finished);
    assertThat(lane.waiting()).isZero();
    assertThat(lane.sectors()).isEqualTo(4);
  }

  @Test
  void aDrainedLaneEndsTheScanUnderWayAndTakesNoOther() {
    start(SMALL, Set.of(), 0, WIDE_OPEN);
    sender.announce(0, 7, 1);
    sender.send(0, header(7, 0, 0), pixels(header(7, 0, 0), SMALL));
    lane.takeSector().release();
    lane.drain();
    sender.send(0, header(8, 0, 0), pixels(header(8, 0, 0), SMALL));
    await().until(() -> lane.dropped(DropReason.FOREIGN_SCAN) == 1);
    assertThat(lane.finished()).isFalse();
    sender.send(0, header(7, 0, 1), pixels(header(7, 0, 1), SMALL));
    lane.takeSector().release();
    assertThat(lane.takeEnd().report().drained()).isTrue();
    await().until(lane::finished);
  }

  @Test
  void aDrainedLaneWithoutAScanEndsAtOnce() {
    start(SMALL, Set.of(), 0, WIDE_OPEN);
    lane.drain();
    await().until(lane::finished);
    assertThat(lane.waiting()).isZero();
  }

  @Test
  void aDetectorOfTheMostModulesIsReadInBatchesToo() {
    DetectorDescription wide = bands(DetectorDescription.MAX_MODULES, 2, 8);
    start(wide, Set.of(), 1, WIDE_OPEN);
    sender.announce(0, 7, 1);
    for (int module = 0; module < wide.modules(); module++) {
      sender.send(0, header(7, 0, module), pixels(header(7, 0, module), wide));
    }
    for (int module = 0; module < wide.modules(); module++) {
      lane.takeSector().release();
    }
    lane.takeEnd();
    await().until(lane::finished);
    // At most one for each record, and the last: a fetch does not return for nothing.
    assertThat(lane.fetches()).isLessThanOrEqualTo(wide.modules() + 2);
  }

  @Test
  void wakeUpEndsAFetchThatWaits() {
    start(SMALL, Set.of(), 0, WIDE_OPEN);
    for (int i = 1; i <= 3; i++) {
      assertThat(lane.fetches()).isEqualTo(i - 1);
      lane.wakeUp();
      int expected = i;
      await().untilAsserted(() -> assertThat(lane.fetches()).isEqualTo(expected));
    }
    assertThat(lane.waiting()).isZero();
  }

  @Test
  void wakeUpEndsAFetchThatWaitsForRoom() {
    options.set(ZeroMqSourceOptions.SLOTS_PER_MODULE, 1);
    start(SMALL, Set.of(), 0, WIDE_OPEN);
    sender.send(0, header(7, 0, 0), pixels(header(7, 0, 0), SMALL));
    sender.send(0, header(7, 1, 0), pixels(header(7, 1, 0), SMALL));
    Sector first = lane.takeSector();
    await().until(() -> lane.heldBackMillis() > 0);
    int before = lane.fetches();
    lane.wakeUp();
    await().until(() -> lane.fetches() > before);
    first.release();
    assertThat(lane.takeSector().header().frame).isEqualTo(1);
  }

  @Test
  void closeHangsUp() {
    start(SMALL, Set.of(), 0, 1);
    sender.send(0, header(7, 0, 0), pixels(header(7, 0, 0), SMALL));
    Sector sector = lane.takeSector();
    lane.close();
    await().until(() -> !sender.socket(0, 0).send(new byte[1], ZMQ.DONTWAIT));
    assertThat(sector.pixels())
        .as("what the task still holds outlives the lane")
        .isEqualTo(pixels(sector.header(), SMALL));
    sector.release();
  }

  @Test
  void aScanThatADeadJobHadBegunEndsIfNothingMoreComesOfIt() {
    options.set(ZeroMqSourceOptions.SCAN_TIMEOUT, Duration.ofMillis(300));
    clock.stop();
    keys =
        new ScanKeys() {
          @Override
          public long of(long number, LongPredicate open) {
            return number;
          }

          @Override
          public List<Long> begunBefore() {
            return List.of(6L, 7L);
          }
        };
    start(
        SMALL,
        Set.of(),
        0,
        WIDE_OPEN,
        new LanePosition(1, 6, List.of(6L), List.of(), Map.of(), 0, List.of()));
    assertThat(lane.takeReached()).isEqualTo(6);
    clock.advance(Duration.ofMillis(150));
    clock.advance(Duration.ofMillis(150));
    LaneThread.End end = lane.takeEnd();
    assertThat(end.report()).isEqualTo(new LaneReport(7, 0, 0, 0, false, new Drops()));
    assertThat(end.watermark()).isEqualTo(7);
  }

  @Test
  void aRestoredLaneGoesOnWhereItStood() {
    List<Long> announced = List.of(3L, LanePosition.NOT_ANNOUNCED);
    OpenScan begun = new OpenScan(7, 100, 100, announced, List.of(1L, 2L));
    start(
        SMALL,
        Set.of(),
        2,
        WIDE_OPEN,
        new LanePosition(
            1, 6, List.of(6L), List.of(begun), Map.of(DropReason.LATE, 2L), 0, List.of()));
    assertThat(lane.takeReached()).as("the watermark comes again").isEqualTo(6);
    sender.send(0, header(6, 0, 0), pixels(header(6, 0, 0), SMALL));
    sender.send(0, header(7, 4, 0), pixels(header(7, 4, 0), SMALL));
    sender.send(0, header(7, 5, 0), pixels(header(7, 5, 0), SMALL));
    sender.send(0, 1, Announcement.of(7, 2).encode());
    for (int i = 0; i < 2; i++) {
      lane.takeSector().release();
    }
    LaneThread.End end = lane.takeEnd();
    Drops drops = new Drops();
    drops.add(DropReason.FINISHED_SCAN);
    drops.add(DropReason.LATE, 2);
    assertThat(end.report()).isEqualTo(new LaneReport(7, 0, 5, 5, true, drops));
    assertThat(end.watermark()).isEqualTo(7);
    await().untilAsserted(() -> assertThat(lane.finished()).as("after its second scan").isTrue());
  }

  /** The number goes into the lane, and the key comes out, of sectors, reports and watermarks. */
  @Test
  void aNumberThatBeginsAnewIsAnotherScan() {
    AtomicInteger generation = new AtomicInteger();
    keys = (number, open) -> ScanKey.of(generation.get(), number);
    start(SMALL, Set.of(3L, 7L), 3, WIDE_OPEN);
    for (long number : new long[] {7, 7, 3}) {
      long key = ScanKey.of(generation.get(), number);
      sender.announce(0, number, 1);
      for (int module = 0; module < 2; module++) {
        sender.send(0, header(number, 1, module), pixels(header(key, 1, module), SMALL));
      }
      for (int module = 0; module < 2; module++) {
        Sector sector = lane.takeSector();
        assertThat(sector.scan()).isEqualTo(key);
        assertThat(sector.pixels())
            .isEqualTo(pixels(header(key, 1, sector.header().module), SMALL));
        sector.release();
      }
      LaneThread.End end = lane.takeEnd();
      assertThat(end.report()).isEqualTo(new LaneReport(key, 0, 2, 2, true, new Drops()));
      assertThat(end.watermark()).isEqualTo(key);
      generation.incrementAndGet();
    }
    await().untilAsserted(() -> assertThat(lane.finished()).as("after its third scan").isTrue());
  }

  @Test
  void aReaderReadsOneLane() {
    LaneSplitReader reader =
        new LaneSplitReader(
            InternalSourceReaderMetricGroup.mock(
                UnregisteredMetricGroups.createUnregisteredOperatorMetricGroup()),
            SMALL,
            Set.of(),
            0,
            options,
            () -> false,
            null,
            Optional.empty(),
            position -> ScanKeys.numbers(),
            lane -> null,
            clock);
    LaneSplit split = new LaneSplit(0, List.of(), "", LanePosition.START);
    assertThatThrownBy(
            () -> reader.handleSplitsChanges(new SplitsAddition<>(List.of(split, split))))
        .hasMessageContaining("one lane");
    reader.close();
  }

  private void start(
      DetectorDescription detector, Set<Long> scans, int boundedAfter, int highWaterMark) {
    start(detector, scans, boundedAfter, highWaterMark, LanePosition.START);
  }

  private void start(
      DetectorDescription detector,
      Set<Long> scans,
      int boundedAfter,
      int highWaterMark,
      LanePosition position) {
    sender = BoundLanes.bind(1, detector.modules(), highWaterMark);
    LaneSplit split = new LaneSplit(0, sender.lanes().endpoints(0), "", position);
    List<ZMonitor> connections = sender.watchConnections();
    lane =
        new LaneThread(
            detector, scans, boundedAfter, options, split, Optional.empty(), keys, clock);
    // What goes into a connection that breaks while it is made is lost.
    for (ZMonitor pipe : connections) {
      assertThat(pipe.nextEvent(20_000)).isNotNull();
      pipe.close();
    }
  }
}

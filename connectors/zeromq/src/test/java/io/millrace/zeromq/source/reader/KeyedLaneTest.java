package io.millrace.zeromq.source.reader;

import static io.millrace.zeromq.source.BoundLanes.bands;
import static io.millrace.zeromq.source.BoundLanes.header;
import static io.millrace.zeromq.source.BoundLanes.pixels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.Drops;
import io.millrace.detector.LaneReport;
import io.millrace.detector.Sector;
import io.millrace.detector.wire.Announcement;
import io.millrace.sockets.CurveKeys;
import io.millrace.sockets.KeyFolder;
import io.millrace.zeromq.source.BoundLanes;
import io.millrace.zeromq.source.ZeroMqSourceOptions;
import io.millrace.zeromq.source.split.LaneSplit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.testutils.logging.LoggerAuditingExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.event.Level;

/** A lane whose sockets have CURVE keys. */
class KeyedLaneTest {
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @RegisterExtension
  final LoggerAuditingExtension log =
      new LoggerAuditingExtension(LaneSplitReader.class, Level.WARN);

  @TempDir Path folder;

  private final Configuration options =
      new Configuration()
          .set(ZeroMqSourceOptions.DRAIN_LINGER, Duration.ofMillis(50))
          .set(ZeroMqSourceOptions.SCAN_TIMEOUT, Duration.ofMinutes(5));
  private CurveKeys keys;
  private BoundLanes sender;
  private LaneThread lane;

  @BeforeEach
  void makeKeys() throws IOException {
    keys = keysIn("ours");
  }

  private CurveKeys keysIn(String name) throws IOException {
    return CurveKeys.read(KeyFolder.create(folder.resolve(name)).get(KeyFolder.ALL));
  }

  @AfterEach
  void close() {
    if (lane != null) {
      lane.close();
    }
    sender.close();
  }

  private void start(DetectorDescription detector, int highWaterMark, Optional<CurveKeys> ofLane) {
    sender = BoundLanes.bind(1, detector.modules(), highWaterMark, Optional.of(keys));
    lane =
        new LaneThread(
            detector,
            Set.of(),
            0,
            options,
            LaneSplit.plain(0, sender.lanes()),
            ofLane,
            ScanKeys.numbers(),
            System::nanoTime);
  }

  /** With small ones, many messages come in one piece. */
  @Test
  void aScanOfSmallSectorsArrivesByteForByte() {
    arrivesByteForByte(bands(2, 2, 8), 1_000);
  }

  @Test
  void aScanOfSectorsOfTheRealSizeArrivesByteForByte() {
    arrivesByteForByte(CAMERA, 30);
  }

  private void awaitConnected(DetectorDescription detector) {
    await().atMost(PATIENCE).until(() -> sender.greeted() >= detector.modules());
  }

  private void arrivesByteForByte(DetectorDescription detector, int frames) {
    start(detector, 1_000, Optional.of(keys));
    awaitConnected(detector);
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(
            () -> {
              sender.announce(0, 7, frames);
              for (int frame = 0; frame < frames; frame++) {
                for (int module = 0; module < detector.modules(); module++) {
                  sender.send(
                      0, header(7, frame, module), pixels(header(7, frame, module), detector));
                }
              }
            });
    int[] next = new int[detector.modules()];
    for (int i = 0; i < frames * detector.modules(); i++) {
      Sector sector = lane.takeSector();
      assertThat(sector.header().frame).isEqualTo(next[sector.header().module]++);
      assertThat(sector.pixels()).isEqualTo(pixels(sector.header(), detector));
      sector.release();
    }
    long sent = (long) frames * detector.modules();
    assertThat(lane.takeEnd().report())
        .isEqualTo(new LaneReport(7, 0, sent, sent, true, new Drops()));
    assertThat(sending).succeedsWithin(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(lane.sectorsInTask()).isZero();
    assertThat(log.getMessages()).isEmpty();
  }

  /** One module runs ahead and fills all that it may; the others go on, and nothing is torn. */
  @Test
  void aModuleWithoutRoomWaitsAndDoesNotKeepTheOthersFromFlowing() {
    int room = 3;
    options
        .set(ZeroMqSourceOptions.SLOTS_PER_MODULE, room)
        .set(ZeroMqSourceOptions.RECEIVE_HIGH_WATER_MARK, 2);
    start(CAMERA, 1, Optional.of(keys));
    awaitConnected(CAMERA);
    // 50 MB: more than the kernel's buffers take.
    int ahead = 300;
    AtomicInteger sent = new AtomicInteger();
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(
            () -> {
              sender.send(0, 2, Announcement.of(7, ahead).encode());
              for (int frame = 0; frame < ahead; frame++) {
                sender.send(0, header(7, frame, 2), pixels(header(7, frame, 2), CAMERA));
                sent.incrementAndGet();
              }
            });
    await().atMost(PATIENCE).until(() -> lane.heldBackMillis() > 200);
    assertThat(lane.sectorsInTask()).isEqualTo(room);
    assertThat(sent.get()).isLessThan(ahead);
    List<Sector> held = new ArrayList<>();
    for (int i = 0; i < room; i++) {
      held.add(lane.takeSector());
    }

    for (int module : new int[] {0, 1, 3}) {
      for (int frame = 0; frame < 10; frame++) {
        sender.send(0, header(7, frame, module), pixels(header(7, frame, module), CAMERA));
        Sector sector = lane.takeSector();
        assertThat(sector.header().module).isEqualTo(module);
        assertThat(sector.pixels()).isEqualTo(pixels(header(7, frame, module), CAMERA));
        sector.release();
      }
      sender.send(0, module, Announcement.of(7, 10).encode());
    }
    held.forEach(Sector::release);
    for (int frame = room; frame < ahead; frame++) {
      Sector sector = lane.takeSector();
      assertThat(sector.header().frame).isEqualTo(frame);
      assertThat(sector.pixels()).isEqualTo(pixels(header(7, frame, 2), CAMERA));
      sector.release();
    }
    assertThat(lane.takeEnd().report())
        .isEqualTo(new LaneReport(7, 0, ahead + 30, ahead + 30, true, new Drops()));
    assertThat(sending).succeedsWithin(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(log.getMessages()).isEmpty();
  }

  @Test
  void aLaneWithTheKeysOfOthersGetsNothingAndSaysWhy() throws IOException {
    assertGetsNothing(Optional.of(keysIn("others")), "has another key than the server-public");
  }

  @Test
  void aLaneWithoutKeysGetsNothingAndSaysWhy() {
    assertGetsNothing(Optional.empty(), "it may ask for keys: set MILLRACE_CURVE_KEYS");
  }

  private void assertGetsNothing(Optional<CurveKeys> ofLane, String reason) {
    start(bands(2, 2, 8), 1_000, ofLane);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(log.getMessages()).isNotEmpty());
    assertThat(log.getMessages().get(0))
        .contains("the aggregator at " + sender.lanes().endpoint(0, 0).substring(0, 15))
        .contains(reason);
    assertThat(lane.sectors()).isZero();
    assertThat(lane.waiting()).isZero();
  }
}

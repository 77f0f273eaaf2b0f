package io.millrace.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.detector.ScanGeometry;
import io.millrace.detector.live.LiveCodec;
import io.millrace.detector.live.LiveMessage;
import io.millrace.detector.live.LiveSent;
import io.millrace.sockets.CurveKeys;
import io.millrace.sockets.KeyFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveSocketTest {
  @TempDir Path dir;
  private final LiveCounters counters = new LiveCounters();

  /** As a database that is away. */
  private final AtomicBoolean idsFail = new AtomicBoolean();

  private final LiveScans scans = new LiveScans(this::id, 1L << 30, Clock.systemUTC(), counters);
  private LiveSocket socket;
  private Publisher publisher;

  @BeforeEach
  void open() throws IOException {
    socket = LiveSocket.open("tcp://127.0.0.1:*", scans, counters, Optional.empty());
    publisher = new Publisher(socket.address());
  }

  @AfterEach
  void close() {
    publisher.close();
    socket.close();
  }

  private String id(String session, long key, String by, ScanGeometry geometry, Instant seen) {
    if (idsFail.get()) {
      throw new IllegalStateException("the database is away");
    }
    return session + "." + key;
  }

  private void tell(LiveMessage message) {
    publisher.tell("night", message);
  }

  @Test
  void takesWhatIsPublished() {
    tell(Told.pattern(0));
    tell(Told.row(0, 3, 1, 5, 8));
    await().until(() -> counters.messages.sum() == 2);
    assertThat(scans.shown().orElseThrow().values("bright_field", new Rows(0, 1)))
        .contains(new float[] {5, 5, 5});
  }

  @Test
  void whatIsNoLiveMessageIsCountedAndTheNextOneIsTaken() {
    List<byte[]> good =
        LiveCodec.encode(new LiveSent("night", "p", 0, Instant.now(), Told.pattern(0)));
    publisher.raw(List.of(good.get(0)));
    publisher.raw(List.of(good.get(0), "no JSON".getBytes(StandardCharsets.UTF_8), good.get(2)));
    publisher.raw(List.of(good.get(0), good.get(1), new byte[3]));
    publisher.raw(List.of(good.get(0), good.get(1), good.get(2), good.get(2), new byte[1]));
    publisher.raw(good);
    await().until(() -> counters.messages.sum() == 1);
    assertThat(counters.malformed.sum()).isEqualTo(4);
  }

  @Test
  void whatContradictsItsScanIsCountedAndTheNextOneIsTaken() {
    tell(Told.pattern(0));
    tell(
        new io.millrace.detector.live.LivePattern(
            Told.KEY, Told.GEOMETRY, 2, 2, 2, 1, 1, new int[4]));
    tell(Told.row(0, 3, 1, 5, 8));
    await().until(() -> counters.messages.sum() == 2);
    assertThat(counters.contradictory.sum()).isEqualTo(1);
  }

  @Test
  void whatFailsHereIsNotCountedAsTheJobsFaultAndTheNextOneIsTaken() {
    idsFail.set(true);
    tell(Told.pattern(0));
    await().until(() -> counters.failed.sum() == 1);
    idsFail.set(false);
    tell(Told.pattern(0));
    await().until(() -> counters.messages.sum() == 1);
    assertThat(counters.contradictory.sum() + counters.malformed.sum()).isZero();
    assertThat(counters.failed.sum()).isEqualTo(1);
    assertThat(socket.isReceiving()).isTrue();
    socket.close();
    assertThat(socket.isReceiving()).as("its thread has ended").isFalse();
  }

  @Test
  void withKeysJobsHaveToShowOneThatIsKnown() throws IOException {
    Optional<CurveKeys> ours = keys("ours", KeyFolder.AGGREGATOR);
    Optional<CurveKeys> jobs = Optional.of(CurveKeys.read(dir.resolve("ours/lanes.keys")));
    try (LiveSocket closed = LiveSocket.open("tcp://127.0.0.1:*", scans, counters, ours);
        Publisher stranger = new Publisher(closed.address(), "stranger", Optional.empty());
        Publisher other = new Publisher(closed.address(), "other", keys("b", KeyFolder.LANES));
        Publisher job = new Publisher(closed.address(), "job", jobs)) {
      job.awaitSubscriber();
      await().until(() -> counters.all().containsKey("refused.no-handshake"));
      await().until(() -> counters.all().containsKey("refused.other-server-key"));
      stranger.tell("night", Told.pattern(0));
      other.tell("night", Told.pattern(0));
      job.tell("night", Told.pattern(0));
      await().until(() -> counters.messages.sum() > 0);
      assertThat(counters.messages.sum()).isEqualTo(1);
      assertThat(scans.all().get(0).isToldBy("job")).isTrue();
    }
  }

  /** New keys, of which it gives those in one file. */
  private Optional<CurveKeys> keys(String folder, String file) throws IOException {
    return Optional.of(CurveKeys.read(KeyFolder.create(dir.resolve(folder)).get(file)));
  }

  @Test
  void keysOfWhoConnectsAreRefused() throws IOException {
    Optional<CurveKeys> lanes = keys("ours", KeyFolder.LANES);
    assertThatThrownBy(() -> LiveSocket.open("tcp://127.0.0.1:*", scans, counters, lanes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("server-secret");
  }

  @Test
  void addressThatIsTakenIsSaid() {
    assertThatThrownBy(() -> LiveSocket.open(socket.address(), scans, counters, Optional.empty()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(socket.address());
  }
}

package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.wire.LaneStatus;
import io.millrace.sockets.CurveKeys;
import io.millrace.sockets.KeyFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/** A producer that keeps its sectors, against bare sockets in place of an aggregator's. */
class KeepingSenderIT {
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int MODULE = 3;
  private static final int ONE_LANE = 1;
  private static final long SENDER = 1_000;

  private static final ScanGeometry GEOMETRY = new ScanGeometry(5, 4);

  /** All sectors, and the end of the scan. */
  private static final int MESSAGES = 20 + 1;

  private final int port = Ports.free(2);
  private final ZMQ.Context context = ZMQ.context(1);
  private final ZMQ.Socket statuses = context.socket(SocketType.PUB);
  private volatile AggregatorPlace place =
      new AggregatorPlace(endpoint(0), "the edge", endpoint(1), ONE_LANE);

  {
    statuses.setLinger(0);
    statuses.bind(endpoint(1));
  }

  @AfterEach
  void close() {
    statuses.close();
    context.term();
  }

  private String endpoint(int n) {
    return "tcp://127.0.0.1:" + (port + n);
  }

  private KeepingSender sender(Duration stall) {
    return sender(stall, Optional.empty());
  }

  private KeepingSender sender(Duration stall, Optional<CurveKeys> keys) {
    SimulatedSectors scan =
        new SimulatedSectors(
            new SimulatedCamera(CAMERA, MODULE, GEOMETRY, 6, 500, 0, 1),
            CAMERA,
            GEOMETRY,
            MODULE,
            new Faults(1, 6, 0, 0, 0, 1),
            0);
    return new KeepingSender(
        MODULE,
        ModuleScans.of(scan),
        () -> place,
        keys,
        new Outbox(
            ONE_LANE,
            SENDER,
            CAMERA.sectorBytes(),
            Outbox.least(AggregatorLink.SEND_QUEUE),
            AggregatorLink.SEND_QUEUE,
            Optional.empty(),
            false),
        new Pace(Double.POSITIVE_INFINITY, Duration.ZERO),
        LONG,
        stall);
  }

  private void tell(long sender, long acknowledged, long next, long resume) {
    statuses.send(new LaneStatus(MODULE, 0, 7, sender, acknowledged, next, resume, false).encode());
  }

  /** Takes what comes, and tells the same each time, until the sender has ended. */
  private List<Long> takeAndTell(BarePull pull, CompletableFuture<Void> sending, Runnable status) {
    List<Long> numbers = new ArrayList<>();
    Awaitility.await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              status.run();
              for (BarePull.Message m; (m = pull.receive(Duration.ofMillis(1))) != null; ) {
                numbers.add(m.number());
              }
              return sending.isDone();
            });
    return numbers;
  }

  private static List<Long> numbers(long from) {
    return LongStream.rangeClosed(from, MESSAGES).boxed().toList();
  }

  @Test
  void endsWhenAllIsAcknowledged() {
    KeepingSender sender = sender(LONG);
    try (BarePull pull = BarePull.bound(endpoint(0))) {
      CompletableFuture<Void> sending = ProducerIT.run(sender);
      assertThat(pull.receive(MESSAGES).stream().map(BarePull.Message::number).toList())
          .isEqualTo(numbers(1));
      Awaitility.await().until(() -> sender.state() == ModuleOutput.State.FINISHING);
      assertThat(sending).isNotDone();
      assertThat(takeAndTell(pull, sending, () -> tell(SENDER, MESSAGES, MESSAGES + 1, 0)))
          .isEmpty();
      assertThat(sending).isCompleted();
    }
  }

  /** It sends again what is lost, each time in vain. */
  @Test
  void sendingAgainIsNoProgress() {
    KeepingSender sender = sender(Duration.ofSeconds(5));
    try (BarePull pull = BarePull.bound(endpoint(0))) {
      CompletableFuture<Void> sending = ProducerIT.run(sender);
      List<Long> came = takeAndTell(pull, sending, () -> tell(SENDER, 0, 1, 1));
      assertThat(came.size()).as("sent again").isGreaterThanOrEqualTo(2 * MESSAGES);
      assertThatThrownBy(sending::join)
          .hasMessageContaining("nobody acknowledged a sector")
          .hasMessageContaining(MESSAGES + " messages are not acknowledged");
      assertThat(sender.counts().get("repeated")).isGreaterThanOrEqualTo(MESSAGES);
    }
  }

  /** Its clock is behind, or another one has taken its place: nobody takes what it sends. */
  @Test
  void aReaderThatKnowsALaterProducerEndsIt() {
    KeepingSender sender = sender(LONG);
    try (BarePull pull = BarePull.bound(endpoint(0))) {
      CompletableFuture<Void> sending = ProducerIT.run(sender);
      takeAndTell(pull, sending, () -> tell(SENDER + 1, 0, 1, 0));
      assertThatThrownBy(sending::join)
          .hasMessageContaining(
              "the reader of lane 0 takes the sectors of a producer that began at")
          .hasMessageContaining("later than this one (1970-01-01T00:00:01Z)");
    }
  }

  @Test
  void aStatusThatIsOfNoUseIsCounted() {
    KeepingSender sender = sender(LONG);
    try (BarePull pull = BarePull.bound(endpoint(0))) {
      CompletableFuture<Void> sending = ProducerIT.run(sender);
      byte[] torn = LaneStatus.prefix(MODULE);
      Awaitility.await()
          .atMost(LONG)
          .until(
              () -> {
                statuses.send(torn);
                return sender.counts().get("statusesIgnored") > 0;
              });
      takeAndTell(pull, sending, () -> tell(SENDER, MESSAGES, MESSAGES + 1, 0));
      assertThat(sending).isCompleted();
    }
  }

  /** What was on its way is lost, and has the same numbers the second time. */
  @Test
  void aConnectionThatWasCutGetsAgainWhatIsNotAcknowledged() throws Exception {
    KeepingSender sender = sender(LONG);
    CompletableFuture<Void> sending;
    try (BarePull pull = BarePull.bound(endpoint(0))) {
      sending = ProducerIT.run(sender);
      pull.receive(5);
    }
    AggregatorPlace again = new AggregatorPlace(endpoint(0), "its heir", endpoint(1), ONE_LANE);
    try (BarePull pull = BarePull.bound(endpoint(0))) {
      place = again;
      List<Long> came = new ArrayList<>();
      Awaitility.await()
          .atMost(LONG)
          .until(
              () -> {
                tell(SENDER, 3, 4, 0);
                BarePull.Message m = pull.receive(Duration.ofMillis(50));
                if (m != null) {
                  came.add(m.number());
                }
                return !came.isEmpty() && came.get(came.size() - 1) == MESSAGES;
              });
      assertThat(came).containsAll(numbers(6));
      takeAndTell(pull, sending, () -> tell(SENDER, MESSAGES, MESSAGES + 1, 0));
      sending.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @Test
  void anAggregatorThatCannotTakeItsPlaceIsNamed() {
    KeepingSender sender = sender(LONG);
    try (BarePull pull = BarePull.bound(endpoint(0))) {
      CompletableFuture<Void> sending = ProducerIT.run(sender);
      pull.receive(MESSAGES);
      place = new AggregatorPlace(endpoint(0), "another", endpoint(1), ONE_LANE + 2);
      assertThatThrownBy(() -> sending.get(LONG.toSeconds(), TimeUnit.SECONDS))
          .hasMessageContaining("another has 3 lanes, the one before had 1");
    }
    place = new AggregatorPlace(endpoint(0), "a plain one", "", ONE_LANE);
    CompletableFuture<Void> refused = ProducerIT.run(sender(LONG));
    assertThatThrownBy(() -> refused.get(LONG.toSeconds(), TimeUnit.SECONDS))
        .hasMessageContaining("a plain one has 1 lanes and passes on no acknowledgements");
  }

  /** And does not wait for the socket that could not be made. */
  @Test
  void keysOfAnotherRoleAreNamed(@TempDir Path directory) throws Exception {
    CurveKeys ofTheAggregator =
        CurveKeys.read(KeyFolder.create(directory.resolve("keys")).get(KeyFolder.AGGREGATOR));
    CompletableFuture<Void> refused = ProducerIT.run(sender(LONG, Optional.of(ofTheAggregator)));
    assertThatThrownBy(() -> refused.get(LONG.toSeconds(), TimeUnit.SECONDS))
        .hasMessageContaining("client");
  }
}

package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.detector.Drops;
import io.millrace.detector.raw.RawFileReader;
import io.millrace.hdf5.CountedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Back-pressure from one end to the other, with real processes: whoever takes nothing stops the
 * source, no memory grows beyond what is configured, the status says who waits for whom, and
 * afterwards the scan is whole.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(360)
class HeldBackIT {
  private static final Logger LOG = LoggerFactory.getLogger(HeldBackIT.class);

  private static final int MIB = 1 << 20;

  /** One module of 512 x 64 pixels. */
  private static final int SECTOR_BYTES = 64 << 10;

  private static final int RECORD_BYTES = RawFileReader.HEADER_BYTES + SECTOR_BYTES;

  /** What a JVM may come to need besides while it works: compiled code, classes, stacks. */
  private static final long SLACK = 48 * MIB;

  private static final Duration DEADLINE = TrialProcess.DEADLINE;

  @TempDir private Path directory;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private TrialSession session;

  @BeforeEach
  void open() throws Exception {
    Path camera = TrialSession.camera(directory, 1, 512);
    ZooKeeperServers zooKeeper = ZooKeeperServers.of(1, directory.resolve("zookeeper"));
    opened.push(zooKeeper);
    zooKeeper.start();
    session =
        new TrialSession("s", zooKeeper.address(), directory.resolve("session"), camera, null);
    opened.push(session);
  }

  @AfterEach
  void closeAll() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  /** All of the heap is there from the beginning, so what comes to it later are buffers. */
  private static List<String> jvm(int directMib) {
    return List.of(
        "-Xms64m",
        "-Xmx64m",
        "-XX:+AlwaysPreTouch",
        "-XX:MaxDirectMemorySize=%dm".formatted(directMib));
  }

  /** Not one sector more is taken from the source than may be kept. */
  @Test
  void aPausedTaskManagerStopsAProducerThatKeepsItsSectors() throws Exception {
    int most = 24 * MIB;
    String raster = "40x50";
    int frames = 41 * 50;
    session.aggregator();
    TrialProcess job = session.jobInAProcess();
    TrialProcess producer =
        readyProducer(raster, "--rate=400", "--retain=memory", "--retain-memory=24M");
    long before = producer.mostResident();
    producer.pressEnter();
    session.awaitStreaming(1);

    job.pause();
    Member stalled = session.awaitProducer(MemberState.STALLED);
    assertThat(stalled.reason()).contains("of which no reader has acknowledged any since 20");
    assertThat(stalled.counters())
        .containsEntry(Member.KEPT, (long) most / SECTOR_BYTES)
        .containsEntry(Member.KEPT_BYTES, (long) most)
        .containsEntry(Member.most(Member.KEPT_BYTES), (long) most);
    long sent = stalled.counters().get("sectors");
    assertThat(sent).isBetween((long) most / SECTOR_BYTES, frames - 1L);

    assertShown(stalled, "acknowledged");
    assertThat(session.status())
        .contains("keptBytes 25,165,824 of 25,165,824", "delivery acknowledged")
        .contains("Producer module-0 (process")
        .contains("of which no reader has acknowledged any since");
    assertGrown("producer", producer, before, most + SLACK);

    job.resume();
    assertWhole(raster);
    assertGrown("producer", producer, before, most + SLACK);
    assertThat(session.awaitProducer(MemberState.READY).counters())
        .as("what waited was not sent a second time")
        .containsEntry("repeated", 0L);
    session.drain();
  }

  /**
   * What is in the queues on the way, and no more: then the source waits, without retention too.
   */
  @Test
  void aPausedTaskManagerStopsAProducerThatKeepsNothing() throws Exception {
    String raster = "63x64";
    int frames = 64 * 64;
    TrialProcess aggregator = session.aggregator();
    TrialProcess job = session.jobInAProcess();
    TrialProcess producer = readyProducer(raster, "--rate=500", "--repeat=16");
    long before = producer.mostResident();
    long aggregatorBefore = aggregator.mostResident();
    producer.pressEnter();
    session.awaitStreaming(1);

    job.pause();
    Member stalled = session.awaitProducer(MemberState.STALLED);
    assertThat(stalled.reason()).contains("for module 0, has taken nothing since 20");
    long sent = stalled.counters().get("sectors");
    // Five queues of 66, 10 MB in the kernel's buffers of each of three connections, and what came
    // before the pause.
    assertThat(sent).isLessThan(frames / 2);
    assertShown(stalled, "unacknowledged");
    // Its queue, and the frames that are repeated.
    assertGrown("producer", producer, before, (66 + 16) * SECTOR_BYTES + SLACK);
    // A queue to receive, and one for each lane; its heap may grow to 256 MB, but has no reason to.
    assertGrown("aggregator", aggregator, aggregatorBefore, 3 * 66 * SECTOR_BYTES + 2 * SLACK);

    job.resume();
    session.awaitFile(1, DEADLINE);
    try (CountedFile file = session.file(1)) {
      assertThat(file.complete()).isEqualTo(frames);
      assertThat(file.drops()).isEqualTo(new Drops());
      assertThat(file.text("ended_by")).hasValue("announced");
    }
    session.drain();
  }

  /** The files become as large as they may, and then the source waits until there is a job. */
  @Test
  void aFullSpillDiskStopsTheProducer() throws Exception {
    Path files = directory.resolve("retained");
    String raster = "20x15";
    session.aggregator();
    TrialProcess producer =
        session.producer(
            jvm(32),
            raster,
            "--acquire",
            "--retain=disk",
            "--retain-memory=24M",
            "--retain-dir=" + files,
            "--retain-disk=4M");
    session.awaitProducer(MemberState.READY);
    producer.pressEnter();

    Member stalled = session.awaitProducer(MemberState.STALLED);
    assertThat(stalled.reason()).contains("nothing was heard of the readers of lanes [0, 1]");
    long room = 4 * MIB / RECORD_BYTES;
    assertThat(stalled.counters())
        .containsEntry("sectors", room)
        .containsEntry(Member.SPILLED, room)
        .containsEntry(Member.SPILLED_BYTES, room * RECORD_BYTES)
        .containsEntry(Member.most(Member.SPILLED_BYTES), 4L * MIB);
    assertThat(bytes(files)).isEqualTo(room * RECORD_BYTES);
    assertThat(shownProducer().at("/counters/spilled").asLong()).isEqualTo(room);

    session.jobInAProcess();
    assertWhole(raster);
    assertThat(session.awaitProducer(MemberState.READY).counters())
        .containsEntry(Member.SPILLED, 0L);
    assertThat(bytes(files)).as("all is acknowledged").isZero();
    session.drain();
  }

  /** All parts are there, and the producer waits for Enter. */
  private TrialProcess readyProducer(String raster, String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of("--acquire"));
    all.addAll(List.of(options));
    TrialProcess producer = session.producer(jvm(32), raster, all.toArray(String[]::new));
    session.awaitMembers("aggregator edge", "producer module-0", "lane lane-0", "lane lane-1");
    session.awaitProducer(MemberState.READY);
    return producer;
  }

  /** Programs see the same of a producer that stands still. */
  private void assertShown(Member stalled, String delivery) throws Exception {
    JsonNode shown = shownProducer();
    assertThat(shown.at("/state").asText()).isEqualTo("STALLED");
    assertThat(shown.at("/reason").asText()).isEqualTo(stalled.reason());
    assertThat(shown.at("/offers/delivery").asText()).isEqualTo(delivery);
    assertThat(shown.at("/counters/sectors").asLong())
        .as("it stands still")
        .isEqualTo(stalled.counters().get("sectors"));
    assertThat(shown.at("/rates")).as("it stands still").isEmpty();
  }

  private static void assertGrown(String who, TrialProcess process, long before, long most)
      throws IOException {
    long grown = process.mostResident() - before;
    LOG.info(
        "{}: {} MiB resident at most, {} MiB more than before; may be {} MiB",
        who,
        (before + grown) / MIB,
        grown / MIB,
        most / MIB);
    assertThat(grown).as("growth of the %s's memory", who).isLessThan(most);
  }

  private static long bytes(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  /** The producer as programs see it. */
  private JsonNode shownProducer() throws Exception {
    String json =
        session.status("--json").lines().filter(l -> l.startsWith("{")).findFirst().orElseThrow();
    for (JsonNode member : new ObjectMapper().readTree(json).get("members")) {
      if (member.get("role").asText().equals("PRODUCER")) {
        return member;
      }
    }
    throw new AssertionError("no producer in " + json);
  }

  private void assertWhole(String raster) throws Exception {
    session.awaitFile(1, DEADLINE);
    session.assertWhole(1, session.simulated(raster, 1));
    try (CountedFile file = session.file(1)) {
      assertThat(file.text("ended_by")).hasValue("announced");
    }
  }
}

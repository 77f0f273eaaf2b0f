package io.millrace.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.raw.RawFileName;
import io.millrace.detector.raw.RawFileReader;
import io.millrace.detector.raw.RawVersion;
import io.millrace.detector.wire.Announcement;
import io.millrace.detector.wire.HeaderCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The producer against a bare PULL socket, with sectors of the real size. */
class ProducerIT {
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");
  private static final Duration LONG = Duration.ofSeconds(60);

  private final int port = Ports.free(4);
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;

  /** More sectors than there are slots, and a reader that starts late: no slot is used too soon. */
  @Test
  void sendsExactlyTheBytesOfTheProtocol() {
    ScanGeometry geometry = ScanGeometry.withFlyback(16, 16);
    SimulatedSectors expected = simulated(geometry, 0);
    ModuleSender sender = sender(simulated(geometry, 0), LONG, LONG);
    try (BarePull pull = BarePull.bound(endpoint(3))) {
      CompletableFuture<Void> sending = run(sender);
      Awaitility.await().atMost(LONG).until(() -> sender.done() >= 60);
      assertThat(pull.receive(1).get(0).first())
          .isEqualTo(Announcement.of(6, expected.sectors()).encode());
      SectorHeader header = new SectorHeader();
      ByteBuffer slot = ByteBuffer.allocateDirect(CAMERA.sectorBytes());
      byte[] pixels = new byte[CAMERA.sectorBytes()];
      byte[] headerBytes = new byte[HeaderCodec.MAX_BYTES];
      while (expected.next(header)) {
        BarePull.Message message = pull.receive(1).get(0);
        int length = HeaderCodec.encode(header, headerBytes);
        assertThat(message.first()).isEqualTo(Arrays.copyOf(headerBytes, length));
        expected.pixels(slot).get(0, pixels);
        assertThat(Arrays.equals(message.second(), pixels)).as("pixels of %s", header).isTrue();
      }
      sending.join();
      assertThat(sender.done()).isEqualTo(expected.sectors());
      assertThat(pull.receive(Duration.ofMillis(200))).isNull();
    }
  }

  /** Prepared pictures over one connection, and slots that are used again in the next scan. */
  @Test
  void sendsAScanForEachLineOfTheInput() throws Exception {
    SimulatedSectors pattern = simulated(new ScanGeometry(10, 10), 0);
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    Acquisition acquisition = new Acquisition(0xffff_ffffL, new PrintStream(told, true, UTF_8));
    ModuleSender sender = sender(acquisition.module(pattern::of), LONG, LONG);
    PipedWriter button = new PipedWriter();
    CompletableFuture<Void> following =
        CompletableFuture.runAsync(follow(acquisition, new PipedReader(button)));
    Instant before = Instant.now();
    try (BarePull pull = BarePull.bound(endpoint(3))) {
      CompletableFuture<Void> sending = run(sender);
      for (long scan : new long[] {0xffff_ffffL, 0, 1}) {
        assertThat(pull.receive(Duration.ofMillis(50))).as("before the button is pressed").isNull();
        button.write("\n");
        button.flush();
        receiveScan(pull, pattern.of(scan));
        Awaitility.await().atMost(LONG).until(() -> told.toString(UTF_8).contains(":" + scan));
      }
      assertThat(sending).as("waits for more").isNotDone();
      button.close();
      sending.get(LONG.toSeconds(), TimeUnit.SECONDS);
      following.get(LONG.toSeconds(), TimeUnit.SECONDS);
      assertThat(pull.receive(Duration.ofMillis(50))).isNull();
    }
    List<String> lines = told.toString(UTF_8).lines().toList();
    assertThat(lines).hasSize(3);
    Matcher line =
        Pattern.compile("\\{\"scan\":1,\"sectors\":(\\d+),\"first\":\"(.*)\",\"last\":\"(.*)\"}")
            .matcher(lines.get(2));
    assertThat(line.matches()).as(lines.get(2)).isTrue();
    assertThat(line.group(1)).isEqualTo(Long.toString(pattern.of(1).sectors()));
    assertThat(Instant.parse(line.group(2))).isBetween(before, Instant.parse(line.group(3)));
    assertThat(Instant.parse(line.group(3))).isBeforeOrEqualTo(Instant.now());
  }

  /** Prepared pictures into a file a scan; when a scan is told, its file is there as a whole. */
  @Test
  void writesAScanForEachLineOfTheInput() throws Exception {
    SimulatedSectors pattern = simulated(new ScanGeometry(10, 10), 3);
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    Acquisition acquisition = new Acquisition(6, new PrintStream(told, true, UTF_8));
    ModuleWriter writer =
        new ModuleWriter(acquisition.module(pattern::of), directory, CAMERA.sectorBytes());
    PipedWriter button = new PipedWriter();
    CompletableFuture.runAsync(follow(acquisition, new PipedReader(button)));
    CompletableFuture<Void> writing = run(writer);
    for (long scan : new long[] {6, 7}) {
      Path file = directory.resolve(RawFileName.compose(scan, 3, 0));
      assertThat(file).as("before the button is pressed").doesNotExist();
      button.write("\n");
      button.flush();
      Awaitility.await().atMost(LONG).until(() -> told.toString(UTF_8).contains(":" + scan));
      assertHolds(file, pattern.of(scan));
    }
    assertThat(writing).as("waits for more").isNotDone();
    button.close();
    writing.get(LONG.toSeconds(), TimeUnit.SECONDS);
    assertThat(told.toString(UTF_8)).contains("\"scan\":7,\"sectors\":100,");
  }

  private static void assertHolds(Path file, SimulatedSectors expected) throws IOException {
    ByteBuffer slot = ByteBuffer.allocateDirect(CAMERA.sectorBytes());
    ByteBuffer read = ByteBuffer.allocate(CAMERA.sectorBytes());
    SectorHeader sector = new SectorHeader();
    SectorHeader header = new SectorHeader();
    try (RawFileReader reader = new RawFileReader(file, RawVersion.of(5), CAMERA, 3)) {
      while (expected.next(sector)) {
        assertThat(reader.next(header)).isTrue();
        assertThat(header).hasToString(sector.toString());
        reader.pixels(read);
        assertThat(read).as("pixels of %s", sector).isEqualTo(expected.pixels(slot));
      }
      assertThat(reader.next(header)).isFalse();
      assertThat(reader.truncatedBytes()).isZero();
    }
  }

  private static Runnable follow(Acquisition acquisition, Reader input) {
    return () -> acquisition.follow(input);
  }

  private static void receiveScan(BarePull pull, SimulatedSectors expected) {
    assertThat(pull.receive(1).get(0).announcement())
        .isEqualTo(Announcement.of(expected.scan(), expected.sectors()));
    SectorHeader header = new SectorHeader();
    ByteBuffer slot = ByteBuffer.allocateDirect(CAMERA.sectorBytes());
    byte[] pixels = new byte[CAMERA.sectorBytes()];
    while (expected.next(header)) {
      BarePull.Message message = pull.receive(1).get(0);
      assertThat(message.header()).hasToString(header.toString());
      expected.pixels(slot).get(0, pixels);
      assertThat(Arrays.equals(message.second(), pixels)).as("pixels of %s", header).isTrue();
    }
  }

  @Test
  void nobodyAnswers() {
    ModuleSender sender =
        sender(simulated(new ScanGeometry(2, 2), 0), Duration.ofMillis(300), LONG);
    assertThatThrownBy(sender::call)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("module 3: no aggregator answered at " + endpoint(3))
        .hasMessageContaining("--connect-timeout");
  }

  @Test
  void nobodyTakesSectors() {
    ModuleSender sender =
        sender(simulated(new ScanGeometry(100, 10), 4), LONG, Duration.ofMillis(500));
    try (BarePull pull = BarePull.bound(endpoint(3))) {
      assertThatThrownBy(sender::call)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("module 3: nobody took a sector at " + endpoint(3))
          .hasMessageContaining("of 1000")
          .hasMessageContaining("--stall-timeout");
      assertThat(pull.receive(1).get(0).announcement()).isEqualTo(Announcement.of(6, 1000));
    }
  }

  @Test
  void nobodyTakesTheLastSectors() {
    // All fit into the queue, but not into the network's buffers.
    ModuleSender sender =
        sender(simulated(new ScanGeometry(60, 1), 4), LONG, Duration.ofMillis(500));
    try (BarePull pull = BarePull.bound(endpoint(3))) {
      assertThatThrownBy(sender::call)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("module 3: nobody took the last sectors")
          .hasMessageContaining("after 60 of 60");
      assertThat(pull.receive(1).get(0).announcement()).isEqualTo(Announcement.of(6, 60));
    }
  }

  /** The queue of 64, and what may be on its way, go there too, with their own pixels. */
  @Test
  void goesWhereTheAggregatorGoesWithWhatItMayNotHave() throws Exception {
    List<String> expected = digests(simulated(new ScanGeometry(30, 10), 0));
    AtomicReference<String> aggregator = new AtomicReference<>(endpoint(0));
    ModuleSender sender = following(() -> AggregatorPlace.at(aggregator.get()));
    CompletableFuture<Void> sending;
    try (BarePull first = BarePull.bound(endpoint(0))) {
      sending = run(sender);
      assertThat(first.receive(1).get(0).announcement())
          .isEqualTo(Announcement.of(6, expected.size()));
      first.receive(40);
      Awaitility.await("back-pressure").atMost(LONG).until(() -> sender.stall() != null);
      assertThat(sender.done()).isGreaterThan(65).isLessThan(expected.size());
    }
    try (BarePull second = BarePull.bound(endpoint(1))) {
      aggregator.set(endpoint(1));
      assertThat(second.receive(1).get(0).announcement())
          .isEqualTo(Announcement.of(6, expected.size()));
      List<String> arrived = new ArrayList<>();
      while (arrived.isEmpty()
          || !arrived.get(arrived.size() - 1).equals(expected.get(expected.size() - 1))) {
        arrived.add(digest(second.receive(1).get(0)));
      }
      int from = expected.size() - arrived.size();
      assertThat(from).as("what the first one has had for long").isPositive();
      assertThat(arrived).hasSizeGreaterThan(65);
      assertThat(arrived).isEqualTo(expected.subList(from, expected.size()));
      sending.get(LONG.toSeconds(), TimeUnit.SECONDS);
      assertThat(sender.done()).isEqualTo(expected.size());
    }
  }

  /** Another process, which knows nothing of the scan: the id tells it from a link that was cut. */
  @Test
  void anAggregatorThatIsStartedAgainAtTheSameAddressIsToldAllAnew() throws Exception {
    List<String> expected = digests(simulated(new ScanGeometry(30, 10), 0));
    AtomicReference<String> id = new AtomicReference<>("aggregator-1");
    ModuleSender sender = following(() -> new AggregatorPlace(endpoint(0), id.get(), "", 0));
    CompletableFuture<Void> sending;
    try (BarePull first = BarePull.bound(endpoint(0))) {
      sending = run(sender);
      first.receive(41);
      Awaitility.await("back-pressure").atMost(LONG).until(() -> sender.stall() != null);
    }
    id.set("aggregator-2");
    try (BarePull second = BarePull.bound(endpoint(0))) {
      List<BarePull.Message> messages = new ArrayList<>();
      String last = expected.get(expected.size() - 1);
      do {
        messages.add(second.receive(1).get(0));
      } while (isAnnouncement(messages) || !digest(messages.get(messages.size() - 1)).equals(last));
      sending.get(LONG.toSeconds(), TimeUnit.SECONDS);
      assertThat(messages.stream().filter(m -> m.second() == null))
          .as("announced once")
          .singleElement()
          .satisfies(
              m -> assertThat(m.announcement()).isEqualTo(Announcement.of(6, expected.size())));
    }
  }

  /** It was seen late: the scan was begun when it was there already. */
  @Test
  void anotherAggregatorOnTheSameConnectionHasTheScanAlready() throws Exception {
    List<String> expected = digests(simulated(new ScanGeometry(30, 10), 0));
    AtomicReference<String> id = new AtomicReference<>("aggregator-1");
    ModuleSender sender = following(() -> new AggregatorPlace(endpoint(0), id.get(), "", 0));
    try (BarePull pull = BarePull.bound(endpoint(0))) {
      CompletableFuture<Void> sending = run(sender);
      assertThat(pull.receive(1).get(0).announcement())
          .isEqualTo(Announcement.of(6, expected.size()));
      Awaitility.await("back-pressure").atMost(LONG).until(() -> sender.stall() != null);
      id.set("aggregator-2");
      assertThat(pull.receive(expected.size()).stream().map(ProducerIT::digest).toList())
          .isEqualTo(expected);
      sending.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** Sends 300 sectors, more than wait anywhere, to where the aggregator is. */
  private ModuleSender following(Supplier<AggregatorPlace> aggregator) {
    return new ModuleSender(
        3,
        ModuleScans.of(simulated(new ScanGeometry(30, 10), 0)),
        aggregator,
        Optional.empty(),
        CAMERA.sectorBytes(),
        new Pace(Double.POSITIVE_INFINITY, Duration.ZERO),
        LONG,
        LONG);
  }

  private static boolean isAnnouncement(List<BarePull.Message> messages) {
    return messages.get(messages.size() - 1).second() == null;
  }

  /** The one in between is gone before anything reached it; the last one gets it all once. */
  @Test
  void anAggregatorThatMovesTwiceIsToldOnce() throws Exception {
    List<String> expected = digests(simulated(new ScanGeometry(30, 10), 0));
    AtomicReference<String> aggregator = new AtomicReference<>(endpoint(0));
    ModuleSender sender = following(() -> AggregatorPlace.at(aggregator.get()));
    CompletableFuture<Void> sending;
    try (BarePull first = BarePull.bound(endpoint(0))) {
      sending = run(sender);
      first.receive(41);
      Awaitility.await("back-pressure").atMost(LONG).until(() -> sender.stall() != null);
      aggregator.set(endpoint(1)); // where nobody listens
      Awaitility.await("moving")
          .atMost(LONG)
          .until(() -> sender.state() == ModuleOutput.State.CONNECTING);
    }
    try (BarePull last = BarePull.bound(endpoint(2))) {
      aggregator.set(endpoint(2));
      assertThat(last.receive(1).get(0).announcement())
          .isEqualTo(Announcement.of(6, expected.size()));
      String end = expected.get(expected.size() - 1);
      BarePull.Message message;
      do {
        message = last.receive(1).get(0);
        assertThat(message.second()).as("a sector, and no other announcement").isNotNull();
      } while (!digest(message).equals(end));
      sending.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static List<String> digests(SectorSource source) throws IOException {
    List<String> digests = new ArrayList<>();
    SectorHeader header = new SectorHeader();
    ByteBuffer slot = ByteBuffer.allocateDirect(CAMERA.sectorBytes());
    while (source.next(header)) {
      byte[] pixels = new byte[CAMERA.sectorBytes()];
      source.pixels(slot).get(0, pixels);
      digests.add(header + " " + Arrays.hashCode(pixels));
    }
    return digests;
  }

  private static String digest(BarePull.Message message) {
    return message.header() + " " + Arrays.hashCode(message.second());
  }

  @Test
  void aModuleThatFailsStopsTheOthers() {
    ModuleSender healthy = sender(simulated(new ScanGeometry(2, 2), 0), LONG, LONG);
    ModuleSender failing =
        new ModuleSender(
            0,
            ModuleScans.of(simulated(new ScanGeometry(2, 2), 0)),
            () -> AggregatorPlace.at(endpoint(0)),
            Optional.empty(),
            CAMERA.sectorBytes(),
            new Pace(Double.POSITIVE_INFINITY, Duration.ZERO),
            Duration.ofMillis(200),
            LONG);
    assertThatThrownBy(
            () -> new Producer(List.of(healthy, failing), "sent", CAMERA.sectorBytes()).run())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(endpoint(0));
    assertThat(healthy.done()).isZero();
  }

  /** Simulated to files, and from files to the network: what arrives is what was simulated. */
  @Test
  void writesFilesAndSendsThem() {
    int written =
        execute(
            "--simulate 8x4 --scan-number 6 --seed 2 --modules 3 --lose-sectors 0.2 --reorder 8"
                + " --write "
                + directory);
    assertThat(written).as("%s", err).isZero();
    assertThat(directory.resolve(RawFileName.compose(6, 3, 0))).exists();
    SimulatedSectors expected =
        new SimulatedSectors(
            new SimulatedCamera(CAMERA, 3, ScanGeometry.withFlyback(8, 4), 6, 500, 0, 2),
            CAMERA,
            ScanGeometry.withFlyback(8, 4),
            3,
            new Faults(2, 6, 0.2, 0, 0, 8),
            0);
    try (BarePull pull = BarePull.bound(endpoint(3))) {
      CompletableFuture<Integer> sending =
          CompletableFuture.supplyAsync(
              () ->
                  execute(
                      "--input %s --modules 3 --aggregator %s".formatted(directory, endpoint(0))));
      assertThat(pull.receive(1).get(0).announcement())
          .isEqualTo(Announcement.of(6, expected.sectors()));
      SectorHeader header = new SectorHeader();
      ByteBuffer slot = ByteBuffer.allocateDirect(CAMERA.sectorBytes());
      byte[] pixels = new byte[CAMERA.sectorBytes()];
      while (expected.next(header)) {
        BarePull.Message message = pull.receive(1).get(0);
        assertThat(message.header()).hasToString(header.toString());
        expected.pixels(slot).get(0, pixels);
        assertThat(message.second()).isEqualTo(pixels);
      }
      assertThat(sending.join()).as("%s", err).isZero();
    }
  }

  @Test
  void theCommandSaysWhatIsWrongAndHowItEnded() throws IOException {
    Files.createFile(directory.resolve("module0.data"));
    String to = " --aggregator " + endpoint(0);
    assertFails(1, "--simulate 2x2 --connect-timeout 100ms" + to, "no aggregator answered");
    assertFails(1, "--input " + directory + to, "there is no usable file");
    assertFails(1, "--input " + directory.resolve("x") + to, "cannot be listed");
    assertFails(2, "--simulate 2x2", "--aggregator");
    assertFails(2, "--simulate 2x2 --connect-timeout 1s", "--zookeeper");
    assertFails(2, "--simulate 2x2 --session s" + to, "--zookeeper");
    assertFails(2, "--simulate 2x2 --zookeeper x:1 --write y", "not for --write");
    assertFails(2, "--simulate 2x2 --zookeeper x:1 --session a/b" + to, "'a/b'");
    assertFails(2, "--simulate 2x2 --zookeeper x:1 --wait 0s" + to, "--wait");
    assertFails(1, "--simulate 2x2 --zookeeper 127.0.0.1:1 --wait 100ms", "no ZooKeeper at");
    assertFails(2, to, "--simulate");
    assertFails(2, "--simulate 2x2 --input x" + to, "mutually exclusive");
    assertFails(2, "--simulate 2x2 --scan 7" + to, "--input");
    assertFails(2, "--simulate 2x2 --surprise" + to, "--surprise");
    assertFails(2, "--simulate 2x2 --aggregator localhost:1", "tcp://host:port");
    assertFails(2, "--simulate 2by2" + to, "such as 64x64");
    assertFails(2, "--simulate 0x2" + to, "at least one column");
    assertFails(2, "--simulate 65535x2" + to, "no possible scan");
    assertFails(2, "--simulate 2x2 --modules 3-4" + to, "modules 0 to 3, not 4");
    assertFails(2, "--simulate 2x2 --modules 3-1" + to, "wrong way round");
    assertFails(2, "--simulate 2x2 --modules a" + to, "such as 0-3");
    assertFails(2, "--simulate 2x2 --lose-sectors 2" + to, "share of all, 0 to 1");
    assertFails(2, "--simulate 2x2 --reorder 0" + to, "1 or more");
    assertFails(2, "--simulate 2x2 --electrons -1" + to, "0 to 100000");
    assertFails(2, "--simulate 2x2 --rate 0" + to, "above 0");
    assertFails(2, "--simulate 2x2 --stall-timeout soon" + to, "such as 500ms");
    // Who keeps no sectors needs no memory for them, however large they are.
    Path large = directory.resolve("large.yaml");
    Files.writeString(
        large,
        "name: large\nframe: {rows: 2100, columns: 1024}\npixel: uint16-le\nsectors:\n"
            + "  - {row: 0, column: 0, rows: 2100, columns: 1024}\n");
    assertFails(1, "--input " + directory + " --camera " + large + to, "there is no usable file");
    assertFails(2, "--simulate 2x2 --retain memory" + to, "--retain needs a session");
    String session = " --zookeeper x:1 --retain ";
    assertFails(2, "--simulate 2x2" + session + "tape", "not none, memory or disk");
    assertFails(2, "--simulate 2x2" + session + "disk", "needs a --retain-dir");
    assertFails(2, "--simulate 2x2" + session + "none --retain-dir x", "--retain=memory or disk");
    assertFails(2, "--simulate 2x2" + session + "memory --retain-memory 1M", "67 sectors");
    assertFails(2, "--simulate 2x2" + session + "memory --retain-memory 9", "such as 256M");
    assertFails(
        2, "--simulate 2x2" + session + "memory --retain-memory 999999G", "this machine has");
    long tooMuch = DirectMemory.most() / 4 + (1 << 20);
    assertFails(
        2,
        "--simulate 2x2 --retain-memory %dM".formatted(tooMuch >> 20) + session + "memory",
        "MaxDirectMemorySize=");
    assertFails(2, "--simulate 2x2 --slow-module 1" + to, "needs --delay or --slow-rate");
    assertFails(2, "--simulate 2x2 --slow-module 1 --delay 1s --modules 2" + to, "[2]");
    assertFails(2, "--simulate 2x2 --camera mine" + to, "no detector is named mine");
    assertFails(2, "--input . --version 4" + to, "4d-camera-columns");
    assertFails(2, "--input . --version 7" + to, "give 3 (frames)");
  }

  private void assertFails(int code, String arguments, String message) {
    err.getBuffer().setLength(0);
    assertThat(execute(arguments.trim())).as("exit code of %s", arguments).isEqualTo(code);
    assertThat(err).asString().contains(message);
  }

  private int execute(String arguments) {
    CommandLine command = Millrace.commandLine().setErr(new PrintWriter(err, true));
    return command.execute(("producer " + arguments).split(" +"));
  }

  static CompletableFuture<Void> run(ModuleOutput output) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            output.call();
          } catch (IOException e) {
            throw new CompletionException(e);
          }
        });
  }

  private ModuleSender sender(SectorSource source, Duration connect, Duration stall) {
    return sender(ModuleScans.of(source), connect, stall);
  }

  private ModuleSender sender(ModuleScans scans, Duration connect, Duration stall) {
    return new ModuleSender(
        3,
        scans,
        () -> AggregatorPlace.at(endpoint(3)),
        Optional.empty(),
        CAMERA.sectorBytes(),
        new Pace(Double.POSITIVE_INFINITY, Duration.ZERO),
        connect,
        stall);
  }

  private SimulatedSectors simulated(ScanGeometry geometry, int repeat) {
    return new SimulatedSectors(
        new SimulatedCamera(CAMERA, 3, geometry, 6, 500, 0, 1),
        CAMERA,
        geometry,
        3,
        new Faults(1, 6, 0, 0, repeat > 0 ? 0 : 0.1, 4),
        repeat);
  }

  private String endpoint(int module) {
    return "tcp://127.0.0.1:" + (port + module);
  }
}

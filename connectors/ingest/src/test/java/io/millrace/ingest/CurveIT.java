package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.Announcement;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.detector.wire.Lanes;
import io.millrace.sockets.CurveKeys;
import io.millrace.sockets.KeyFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Producer and aggregator as processes, with keys that fit, do not fit, or are not there. */
class CurveIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");
  private static final int LANES = 2;
  private static final ScanGeometry GEOMETRY = ScanGeometry.withFlyback(8, 9);

  private final int port = Ports.free(4 + 4 * LANES);
  private final Lanes listen = new Lanes("127.0.0.1", port, 1, 4);
  private final Lanes lanes = new Lanes("127.0.0.1", port + 4, LANES, 4);
  private final List<AutoCloseable> opened = new ArrayList<>();

  @TempDir Path folder;
  private Map<String, Path> ours;
  private Map<String, Path> others;

  @BeforeEach
  void makeKeys() throws IOException {
    ours = KeyFolder.create(folder.resolve("ours"));
    others = KeyFolder.create(folder.resolve("others"));
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  private MillraceProcess start(String name, Path keys, String arguments) throws IOException {
    Map<String, String> environment =
        keys == null ? Map.of() : Map.of(CurveKeys.VARIABLE, keys.toString());
    MillraceProcess process =
        MillraceProcess.start(folder.resolve(name + ".log"), environment, arguments);
    opened.add(process);
    return process;
  }

  private MillraceProcess aggregator(Path keys) throws IOException {
    MillraceProcess aggregator =
        start(
            "aggregator",
            keys,
            "aggregator --listen %s --lane-address %s --lanes %d"
                .formatted(listen.endpoint(0, 0), lanes.endpoint(0, 0), LANES));
    aggregator.awaitLog("ready: modules 0 to 3");
    return aggregator;
  }

  private MillraceProcess producer(Path keys) throws IOException {
    return start(
        "producer",
        keys,
        "producer --simulate 8x9 --scan-number 4 --electrons 20 --connect-timeout 8s --aggregator "
            + listen.endpoint(0, 0));
  }

  @Test
  void withTheRightKeysAWholeScanGetsThrough() throws Exception {
    MillraceProcess aggregator = aggregator(ours.get(KeyFolder.AGGREGATOR));
    List<BarePull> nodes = new ArrayList<>();
    for (int l = 0; l < LANES; l++) {
      BarePull node =
          BarePull.connected(lanes.endpoints(l), CurveKeys.read(ours.get(KeyFolder.LANES)));
      opened.add(0, node);
      nodes.add(node);
    }
    MillraceProcess producer = producer(ours.get(KeyFolder.PRODUCER));
    assertThat(producer.exitCode()).as(producer.log()).isZero();
    List<BarePull.Message> data = new ArrayList<>();
    long announced = 0;
    for (BarePull node : nodes) {
      for (int told = 0; told < 4; ) {
        BarePull.Message message = node.receive(1).get(0);
        if (message.isData()) {
          data.add(message);
        } else {
          announced += message.announcement().counts().get(4L);
          told++;
        }
      }
    }
    assertThat(data).hasSize(4 * GEOMETRY.positions());
    assertThat(announced).isEqualTo(data.size());
    for (int m = 0; m < 4; m++) {
      assertHolds(data, m);
    }
    assertThat(aggregator.log())
        .contains("with the keys of " + ours.get(KeyFolder.AGGREGATOR))
        .doesNotContain("refused");
  }

  private static void assertHolds(List<BarePull.Message> data, int module) {
    SimulatedSectors expected =
        new SimulatedSectors(
            new SimulatedCamera(CAMERA, module, GEOMETRY, 4, 20, 0, 1),
            CAMERA,
            GEOMETRY,
            module,
            new Faults(1, 4, 0, 0, 0, 1),
            0);
    ByteBuffer slot = ByteBuffer.allocateDirect(CAMERA.sectorBytes());
    byte[] pixels = new byte[CAMERA.sectorBytes()];
    SectorHeader header = new SectorHeader();
    while (expected.next(header)) {
      expected.pixels(slot).get(0, pixels);
      byte[] out = new byte[HeaderCodec.MAX_BYTES];
      byte[] first = Arrays.copyOf(out, HeaderCodec.encode(header, out));
      assertThat(data.stream().filter(a -> Arrays.equals(a.first(), first)))
          .as("%s", header)
          .singleElement()
          .matches(a -> Arrays.equals(a.second(), pixels));
    }
  }

  /** The producer gives up and says why; the aggregator counts it; nothing gets through. */
  private void assertRefused(
      Path aggregatorKeys, Path producerKeys, String producerSays, String aggregatorSays)
      throws Exception {
    MillraceProcess aggregator = aggregator(aggregatorKeys);
    MillraceProcess producer = producer(producerKeys);
    assertThat(producer.exitCode()).as(producer.log()).isEqualTo(1);
    assertThat(producer.log())
        .contains("the aggregator at tcp://127.0.0.1:")
        .contains("not connected within 8.0 s")
        .contains(producerSays);
    aggregator.awaitLog(aggregatorSays);
    assertThat(aggregator.log())
        .contains("refused a connection from 127.0.0.1")
        .doesNotContain("sectors announced");
  }

  @Test
  void aProducerWithTheKeysOfOthersIsRefused() throws Exception {
    assertRefused(
        ours.get(KeyFolder.AGGREGATOR),
        others.get(KeyFolder.PRODUCER),
        "has another key than the server-public",
        "refused.other-server-key");
  }

  @Test
  void aProducerThatIsNotAllowedIsRefused() throws Exception {
    Path aggregator = ours.get(KeyFolder.AGGREGATOR);
    String client = Files.readAllLines(ours.get(KeyFolder.PRODUCER)).get(2).split(" +")[1];
    List<String> rest =
        Files.readAllLines(aggregator).stream().filter(line -> !line.contains(client)).toList();
    assertThat(rest).hasSameSizeAs(rest.stream().distinct().toList()).hasSize(5);
    Files.write(aggregator, rest);
    assertRefused(
        aggregator,
        ours.get(KeyFolder.PRODUCER),
        "does not know our key; add the client-public",
        "refused.unknown-key");
  }

  @Test
  void aProducerWithoutKeysIsRefused() throws Exception {
    assertRefused(
        ours.get(KeyFolder.AGGREGATOR),
        null,
        "it may ask for keys: set MILLRACE_CURVE_KEYS",
        "refused.no-handshake");
  }

  @Test
  void anAggregatorWithoutKeysGetsNothingFromAProducerThatHasSome() throws Exception {
    assertRefused(
        null,
        ours.get(KeyFolder.PRODUCER),
        "takes no keys, and we have some",
        "refused.no-handshake");
  }

  @Test
  void aKeyFileThatOthersMayReadStopsBeforeAnythingIsSent() throws Exception {
    Path file = ours.get(KeyFolder.ALL);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    for (String arguments :
        List.of("aggregator", "producer --simulate 2x2 --aggregator tcp://h:1")) {
      MillraceProcess process = start("refused", file, arguments);
      assertThat(process.exitCode()).isEqualTo(1);
      assertThat(process.log()).contains(file.toString()).contains("chmod 600");
    }
    MillraceProcess doctor =
        start("doctor", file, "doctor --zookeeper 127.0.0.1:1 --connect-timeout 1s");
    assertThat(doctor.exitCode()).isEqualTo(1);
    assertThat(doctor.log()).containsPattern("problem +keys").contains("docs/SECURITY.md");
  }

  /** Who is refused at a lane sees nothing, and is among the counters that the session shows. */
  @Test
  void aNodeWithTheWrongKeyReceivesNothingAndIsCounted() throws Exception {
    CurveKeys keys = CurveKeys.read(ours.get(KeyFolder.ALL));
    Lanes one = new Lanes("127.0.0.1", port + 4, 1, 4);
    Aggregator aggregator =
        new Aggregator(CAMERA, listen, one, Optional.of(keys), null, RelayedScans.ANY, LONG, LONG);
    opened.add(aggregator);
    BarePull stranger =
        BarePull.connected(one.endpoints(0), CurveKeys.read(others.get(KeyFolder.LANES)));
    opened.add(0, stranger);
    await()
        .atMost(LONG)
        .until(() -> aggregator.condition().counters().containsKey("refused.other-server-key"));
    BarePull friend = BarePull.connected(one.endpoints(0), keys);
    opened.add(0, friend);
    ModuleSender sender =
        new ModuleSender(
            2,
            ModuleScans.of(
                new SimulatedSectors(
                    new SimulatedCamera(CAMERA, 2, GEOMETRY, 4, 20, 0, 1),
                    CAMERA,
                    GEOMETRY,
                    2,
                    new Faults(1, 4, 0, 0, 0, 1),
                    4)),
            () -> AggregatorPlace.at(listen.endpoint(0, 2)),
            Optional.of(keys),
            CAMERA.sectorBytes(),
            new Pace(Double.POSITIVE_INFINITY, Duration.ZERO),
            LONG,
            LONG);
    sender.call();
    List<BarePull.Message> messages = friend.receive(GEOMETRY.positions() + 1);
    assertThat(messages.get(messages.size() - 1).announcement())
        .isEqualTo(Announcement.of(4, GEOMETRY.positions()));
    assertThat(stranger.receive(Duration.ZERO)).isNull();
    aggregator.close();
    assertThat(aggregator.relayedMessages()).isEqualTo(GEOMETRY.positions());
    assertThat(aggregator.undelivered()).allMatch(lost -> lost.total() == 0);
  }

  @Test
  void theCommandMakesKeysOnceAndSaysWhatToDoNext() throws IOException {
    Path made = folder.resolve("made");
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertThat(keys(made, out, err)).isZero();
    assertThat(out)
        .asString()
        .contains(made.resolve("producer.keys").toString())
        .contains("export MILLRACE_CURVE_KEYS=FILE");
    for (String line : Files.readAllLines(made.resolve("all.keys"))) {
      if (line.contains("secret")) {
        assertThat(out).asString().doesNotContain(line.split(" +")[1]);
      }
    }
    assertThat(keys(made, out, err)).isEqualTo(1);
    assertThat(err).asString().contains("is there already");
    assertThatThrownBy(() -> CurveKeys.read(made)).hasMessageContaining("cannot be read");
  }

  private static int keys(Path directory, StringWriter out, StringWriter err) {
    return Millrace.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute("keys", "--directory", directory.toString());
  }
}

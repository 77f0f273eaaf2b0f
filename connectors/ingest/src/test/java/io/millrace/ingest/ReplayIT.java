package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.raw.RawFileName;
import io.millrace.detector.raw.RawFileWriter;
import io.millrace.detector.wire.Announcement;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Directories of raw files to bare PULL sockets, with sectors of the real size. */
class ReplayIT {
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");
  private static final Duration LONG = Duration.ofSeconds(60);

  private final int port = Ports.free(4);
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;
  @TempDir private Path other;

  private String endpoint(int module) {
    return "tcp://127.0.0.1:" + (port + module);
  }

  private int execute(String arguments) {
    CommandLine command = Millrace.commandLine().setErr(new PrintWriter(err, true));
    return command.execute(arguments.trim().split(" +"));
  }

  private CompletableFuture<Integer> replaying(String options) {
    return CompletableFuture.supplyAsync(
        () -> execute("replay %s --aggregator %s".formatted(options, endpoint(0))));
  }

  private static void assertEndsWell(CompletableFuture<Integer> replaying, StringWriter err)
      throws Exception {
    assertThat(replaying.get(LONG.toSeconds(), TimeUnit.SECONDS)).as("%s", err).isZero();
  }

  private static SectorHeader header(long scan, long frame, int module) {
    return new SectorHeader()
        .set(scan, frame, 100, 10, (int) frame % 100, (int) frame / 100, 0, module);
  }

  private static byte[] pixels(long scan, long frame, int module) {
    byte[] pixels = new byte[CAMERA.sectorBytes()];
    Arrays.fill(pixels, (byte) (scan * 31 + frame * 7 + module));
    return pixels;
  }

  /** So many frames of a scan as a producer puts them aside, a few in each file. */
  private void spill(long scan, int module, int frames, int framesOfAFile) throws IOException {
    long record = 16 + CAMERA.sectorBytes();
    try (SpilledSectors spilled =
        new SpilledSectors(
            directory, module, CAMERA.sectorBytes(), Long.MAX_VALUE, framesOfAFile * record)) {
      for (int frame = 0; frame < frames; frame++) {
        spilled.append(header(scan, frame, module), ByteBuffer.wrap(pixels(scan, frame, module)));
      }
    }
  }

  private static void receive(BarePull pull, long scan, int module, int frames) {
    assertThat(pull.receive(1).get(0).announcement()).isEqualTo(Announcement.of(scan, frames));
    receiveSectors(pull, scan, module, frames);
  }

  private static void receiveSectors(BarePull pull, long scan, int module, int frames) {
    for (int frame = 0; frame < frames; frame++) {
      BarePull.Message message = pull.receive(1).get(0);
      SectorHeader expected = header(scan, frame, module);
      assertThat(message.header()).hasToString(expected.toString());
      assertThat(Arrays.equals(message.second(), pixels(scan, frame, module)))
          .as("pixels of %s", expected)
          .isTrue();
    }
  }

  private static void assertNothingMore(BarePull... pulls) {
    for (BarePull pull : pulls) {
      assertThat(pull.receive(Duration.ofMillis(100))).isNull();
    }
  }

  private Set<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(f -> f.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Names in the other order than numbers, several files a module, and not the same modules. */
  @Test
  void sendsScansInTheOrderOfTheirNumbersWithTheModulesThatEachHas() throws Exception {
    spill(12, 0, 3, 5);
    spill(7, 0, 7, 3);
    spill(7, 3, 2, 1);
    try (RawFileWriter file = new RawFileWriter(other.resolve("a_scan9_module3.data"))) {
      file.write(header(9, 0, 3), ByteBuffer.wrap(pixels(9, 0, 3)));
    }
    Set<String> before = names();
    assertThat(before).hasSize(3 + 2 + 1);
    try (BarePull zero = BarePull.bound(endpoint(0));
        BarePull three = BarePull.bound(endpoint(3))) {
      CompletableFuture<Integer> replaying = replaying(directory + " " + other);
      receive(zero, 7, 0, 7);
      receive(three, 7, 3, 2);
      receive(three, 9, 3, 1);
      receive(zero, 12, 0, 3);
      assertEndsWell(replaying, err);
      assertNothingMore(zero, three);
    }
    assertThat(names()).as("without --remove all stays").isEqualTo(before);
  }

  @Test
  void sendsWhatTheProducerHasWritten() throws Exception {
    for (int scan : new int[] {2, 1}) {
      assertThat(
              execute(
                  "producer --simulate 2x2 --modules 1 --scan-number %d --write %s"
                      .formatted(scan, directory)))
          .isZero();
    }
    try (BarePull pull = BarePull.bound(endpoint(1))) {
      CompletableFuture<Integer> replaying = replaying(directory + " --modules 1-2");
      for (int scan : new int[] {1, 2}) {
        assertThat(pull.receive(1).get(0).announcement()).isEqualTo(Announcement.of(scan, 6));
        assertThat(pull.receive(6)).allMatch(m -> m.header().scan == scan);
      }
      assertEndsWell(replaying, err);
    }
  }

  /**
   * Sixty sectors fit into the sender's queue, but not into the network's buffers: while nobody
   * reads, all are sent in the producer's sense, and yet would be lost with the process.
   */
  @Test
  void removesTheFilesOfAScanWhenTheNetworkHasAllOfItAndNotBefore() throws Exception {
    spill(7, 2, 60, 25);
    spill(8, 2, 60, 25);
    Set<String> all = names();
    Set<String> second =
        all.stream().filter(n -> n.contains("scan0000000008")).collect(Collectors.toSet());
    assertThat(second).hasSize(3);
    try (BarePull pull = BarePull.bound(endpoint(2))) {
      CompletableFuture<Integer> replaying = replaying(directory + " --remove");
      assertThat(pull.receive(1).get(0).announcement()).isEqualTo(Announcement.of(7, 60));
      Awaitility.await()
          .during(Duration.ofSeconds(1))
          .atMost(LONG)
          .until(() -> names().equals(all));
      receiveSectors(pull, 7, 2, 60);
      Awaitility.await().atMost(LONG).until(() -> names().equals(second));
      receive(pull, 8, 2, 60);
      assertEndsWell(replaying, err);
      assertThat(names()).isEmpty();
    }
  }

  @Test
  void keepsTheFilesOfAScanThatNobodyTakes() throws Exception {
    spill(7, 2, 60, 25);
    Set<String> all = names();
    try (BarePull pull = BarePull.bound(endpoint(2))) {
      CompletableFuture<Integer> replaying =
          replaying(directory + " --remove --stall-timeout 500ms");
      assertThat(replaying.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(err.toString()).contains("nobody took the last sectors");
      assertThat(pull.receive(1).get(0).announcement()).isEqualTo(Announcement.of(7, 60));
    }
    assertThat(names()).isEqualTo(all);
  }

  @Test
  void keepsThePaceItIsGiven() throws Exception {
    spill(7, 2, 6, 25);
    long start = System.nanoTime();
    try (BarePull pull = BarePull.bound(endpoint(2))) {
      CompletableFuture<Integer> replaying = replaying(directory + " --rate 10");
      receive(pull, 7, 2, 6);
      assertEndsWell(replaying, err);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(499));
  }

  /** What is good is sent; what is not is named, and stays for somebody to look at. */
  @Test
  void namesBadFilesAndKeepsThemAndSendsTheOthers() throws Exception {
    spill(6, 2, 2, 1);
    Path empty = Files.createFile(directory.resolve("data_scan0000000005_module2_000.data"));
    Path noModule = Files.createFile(directory.resolve("data_scan0000000006.data"));
    Path cut = directory.resolve(RawFileName.compose(6, 2, 1));
    Files.write(cut, new byte[99], java.nio.file.StandardOpenOption.APPEND);
    Path mixed = directory.resolve("data_scan0000000006_module2_mixed.data");
    try (RawFileWriter file = new RawFileWriter(mixed)) {
      file.write(header(6, 2, 2), ByteBuffer.wrap(pixels(6, 2, 2)));
      file.write(header(77, 3, 2), ByteBuffer.wrap(pixels(77, 3, 2)));
    }
    Path log = other.resolve("log");
    try (BarePull pull = BarePull.bound(endpoint(2));
        MillraceProcess replaying =
            MillraceProcess.start(
                log, "replay %s --remove --aggregator %s".formatted(directory, endpoint(0)))) {
      receive(pull, 6, 2, 3);
      assertThat(replaying.exitCode()).isEqualTo(1);
      assertThat(replaying.log())
          .contains("1 of 2 scans were sent; scan 5 has no usable record: " + empty)
          .contains(noModule + ": the name does not tell the module")
          .contains(cut + ": ends within record 1, after 99 of its bytes")
          .contains(mixed + ": 1 records, the first is number 1, have")
          .contains(mixed + " stays");
    }
    assertThat(names())
        .isEqualTo(
            Stream.of(empty, noModule, mixed)
                .map(f -> f.getFileName().toString())
                .collect(Collectors.toSet()));
  }

  @Test
  void theCommandSaysWhatIsWrong() throws IOException {
    String to = " --aggregator " + endpoint(0);
    assertFails(1, "replay " + directory + to, "no file in [" + directory + "] ends with .data");
    assertFails(1, "replay " + directory.resolve("x") + to, "cannot be listed");
    spill(7, 2, 1, 1);
    assertFails(1, "replay --modules 1 " + directory + to, "there is no usable file in");
    assertFails(
        1, "replay --connect-timeout 100ms " + directory + to, "module 2: no aggregator answered");
    assertFails(1, "replay --zookeeper 127.0.0.1:1 --wait 100ms " + directory, "no ZooKeeper at");
    assertFails(2, "replay" + to, "DIR");
    assertFails(2, "replay " + directory, "where to? --aggregator ADDRESS");
    assertFails(2, "replay --rate 0 " + directory + to, "--rate has to be above 0");
    assertFails(2, "replay --modules 3-4 " + directory + to, "modules 0 to 3, not 4");
    assertFails(2, "replay --version 4 " + directory + to, "4d-camera-columns");
    assertFails(2, "replay --session s " + directory + to, "--zookeeper");
    assertFails(2, "replay --aggregator localhost:1 " + directory, "tcp://host:port");
    assertFails(
        2, "replay --version 3 --modules 2 --remove " + directory + to, "would delete the frames");
    assertThat(names()).isEqualTo(Set.of(RawFileName.compose(7, 2, 0)));
  }

  private void assertFails(int code, String arguments, String message) {
    err.getBuffer().setLength(0);
    assertThat(execute(arguments)).as("exit code of %s", arguments).isEqualTo(code);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void aDirectoryGivenTwiceSendsNothingTwice() throws Exception {
    spill(7, 2, 2, 25);
    try (BarePull pull = BarePull.bound(endpoint(2))) {
      CompletableFuture<Integer> replaying =
          replaying(String.join(" ", List.of("" + directory, "" + directory)));
      receive(pull, 7, 2, 2);
      assertEndsWell(replaying, err);
      assertNothingMore(pull);
    }
  }
}

package io.millrace.ingest.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.coordination.Member;
import io.millrace.coordination.Role;
import io.millrace.coordination.ZooKeeperPulse;
import io.millrace.ingest.console.Finding.Grade;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the doctor thinks of what was measured. */
class FindingsTest {
  @TempDir private Path directory;

  @Test
  void whatIsNotGoodHasANextStep() {
    List<Finding> bad =
        List.of(
            MachineFindings.java(11, "11.0.2"),
            MachineFindings.cores(2),
            MachineFindings.memory(3_900_000_000L),
            MachineFindings.memory(7_900_000_000L),
            MachineFindings.files(1024),
            MachineFindings.buffer(212_992),
            FolderFindings.space("output", "/data", 999_999_999L),
            FolderFindings.space("output", "/data", 19_999_999_999L));
    assertThat(bad).extracting(Finding::next).doesNotContain("");
    assertThat(bad)
        .extracting(Finding::grade)
        .containsExactly(
            Grade.PROBLEM,
            Grade.WARNING,
            Grade.PROBLEM,
            Grade.WARNING,
            Grade.WARNING,
            Grade.WARNING,
            Grade.PROBLEM,
            Grade.WARNING);
  }

  @Test
  void whatIsGoodHasNone() {
    assertThat(
            List.of(
                MachineFindings.java(17, "17.0.15"),
                MachineFindings.cores(4),
                MachineFindings.memory(8_000_000_000L),
                MachineFindings.files(4096),
                MachineFindings.buffer(16 << 20),
                FolderFindings.space("output", "/data", 20_000_000_000L)))
        .allSatisfy(
            f -> {
              assertThat(f.grade()).isEqualTo(Grade.OK);
              assertThat(f.next()).isEmpty();
            });
  }

  @Test
  void thisMachineIsLookedAt() {
    assertThat(MachineFindings.here())
        .extracting(Finding::subject)
        .contains("Java", "cores", "memory");
  }

  @Test
  void theKernelsNumberIsReadToItsEnd() throws IOException {
    Path file = Path.of("/proc/sys/net/core/rmem_max");
    assumeThat(file).exists();
    Process cat = new ProcessBuilder("cat", file.toString()).start();
    long bytes = Long.parseLong(new String(cat.getInputStream().readAllBytes(), UTF_8).strip());
    assertThat(MachineFindings.here()).contains(MachineFindings.buffer(bytes));
  }

  @Test
  void aLineIsAlignedAndTheNextStepStandsBelow() {
    assertThat(Finding.ok("cores", "64").lines()).isEqualTo("ok       cores           64\n");
    assertThat(Finding.warning("cores", "2", "Take more.").lines())
        .isEqualTo("warning  cores           2\n                         Take more.\n");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, 1, OK WARNING OK",
    "3, 0, 3, OK OK OK",
    "101, 0, 2, WARNING WARNING OK",
    "1, 400, 3, OK OK OK",
    "1, 510, 3, OK OK WARNING",
    "1, -510, 3, OK OK WARNING",
    "1, -5100, 3, OK OK PROBLEM",
  })
  void zooKeeperIsJudged(long latency, long ahead, int servers, String grades) {
    List<Finding> found =
        ZooKeeperFindings.of(
            "zk:2181",
            new ZooKeeperPulse(
                Duration.ofMillis(latency),
                Duration.ofMillis(ahead),
                Duration.ofMillis(2),
                servers));
    assertThat(found.stream().map(f -> f.grade().name()).collect(Collectors.joining(" ")))
        .isEqualTo(grades);
  }

  @Test
  void aSkewSaysWhoIsAheadAndWhatIsUncertainIsNone() {
    ZooKeeperPulse behind =
        new ZooKeeperPulse(Duration.ofMillis(8), Duration.ofMillis(-750), Duration.ofMillis(5), 3);
    assertThat(ZooKeeperFindings.of("zk:2181", behind).get(2).text())
        .isEqualTo("ZooKeeper's is 750.0 ms behind ours (+- 5.0 ms)");
    ZooKeeperPulse slow =
        new ZooKeeperPulse(Duration.ofMillis(8), Duration.ofMillis(750), Duration.ofMillis(600), 3);
    assertThat(ZooKeeperFindings.of("zk:2181", slow).get(2).grade()).isEqualTo(Grade.OK);
  }

  @Test
  void freePortsAreSaidToBe() {
    PortFindings ports = new PortFindings(p -> true, "edge01", List.of());
    assertThat(
            Stream.concat(
                ports.aggregator(4).stream(),
                Stream.of(ports.zooKeeper(false), ports.flink(Optional.empty()))))
        .allSatisfy(
            f -> {
              assertThat(f.grade()).isEqualTo(Grade.OK);
              assertThat(f.text()).startsWith("free");
            });
    assertThat(ports.aggregator(4))
        .extracting(Finding::subject)
        .containsExactly("ports 5560-5563", "ports 5600-5603");
  }

  @Test
  void portsOfMembersAreTheirs() {
    Set<Integer> taken = Set.of(5560, 5561, 5600, 2181, 8081);
    Member edge =
        Seen.offering(
            Seen.member(Role.AGGREGATOR, "edge"),
            Map.of(Member.PRODUCERS, "tcp://*:5560", Member.LANES_AT, "tcp://edge01:5600"));
    PortFindings ports = new PortFindings(p -> !taken.contains(p), "edge01", List.of(edge));
    assertThat(
            Stream.concat(
                ports.aggregator(2).stream(),
                Stream.of(ports.zooKeeper(true), ports.flink(Optional.of("2.3.0")))))
        .extracting(Finding::text)
        .containsExactly(
            "used by Aggregator edge (process 4711 on edge01), for producers",
            "used by Aggregator edge (process 4711 on edge01), for lane 0",
            "used by ZooKeeper",
            "used by Flink 2.3.0");
    PortFindings elsewhere = new PortFindings(p -> !taken.contains(p), "node7", List.of(edge));
    assertThat(
            Stream.concat(
                elsewhere.aggregator(2).stream(),
                Stream.of(elsewhere.zooKeeper(false), elsewhere.flink(Optional.empty()))))
        .allSatisfy(
            f -> {
              assertThat(f.grade()).isEqualTo(Grade.WARNING);
              assertThat(f.text()).contains("is used by a program that is no member");
              assertThat(f.next()).contains("ss -ltnp").contains("--");
            });
  }

  @Test
  void aPortIsFreeUntilSomebodyListens() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
      assertThat(PortFindings.isFree(port)).isFalse();
    }
    assertThat(PortFindings.isFree(port)).isTrue();
  }

  @Test
  void foldersAreTried() throws IOException {
    assertThat(FolderFindings.of("output", directory).text()).startsWith(directory + ": ");
    Path missing = directory.resolve("a/b");
    assertThat(FolderFindings.of("output", missing).text())
        .startsWith(missing + ", which will be made: ");
    assertThat(directory).as("nothing is left").isEmptyDirectory();
    Path file = Files.createFile(directory.resolve("file"));
    assertThat(FolderFindings.of("output", file.resolve("b")))
        .isEqualTo(
            Finding.problem(
                "output", file + " is not a folder", "Choose another one, or move it away."));
  }

  @Test
  void aFolderThatCannotBeWrittenIsAProblem() throws IOException {
    Path closed =
        Files.createDirectory(
            directory.resolve("closed"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
    // Nobody keeps root from writing; but there is one folder in which not even root makes files.
    Path folder = Files.isWritable(closed) ? Path.of("/proc/sys") : closed;
    assumeThat(folder).isDirectory();
    Finding found = FolderFindings.of("output", folder);
    assertThat(found.grade()).isEqualTo(Grade.PROBLEM);
    assertThat(found.text()).contains(folder + " cannot be written");
  }

  @Test
  void whoIsReachedFromElsewhereIsWarnedOf() {
    Member local =
        Seen.offering(
            Seen.member(Role.AGGREGATOR, "local"),
            Map.of(Member.PRODUCERS, "tcp://127.0.0.1:5560", Member.CAMERA, "4d-camera"));
    assertThat(ExposureFindings.in("127.0.0.1:2181,localhost:2182/millrace", false, List.of(local)))
        .singleElement()
        .extracting(Finding::grade)
        .isEqualTo(Grade.OK);
    Member open =
        Seen.offering(
            Seen.member(Role.AGGREGATOR, "edge"), Map.of(Member.PRODUCERS, "tcp://0.0.0.0:5560"));
    assertThat(ExposureFindings.in("127.0.0.1:2181,zk2:2181", false, List.of(local, open)))
        .extracting(Finding::grade, Finding::text)
        .containsExactly(
            tuple(
                Grade.WARNING,
                "ZooKeeper is reached at 127.0.0.1:2181,zk2:2181, and its nodes are open to everybody"),
            tuple(
                Grade.WARNING,
                "Aggregator edge (process 4711 on edge01) is reached at tcp://0.0.0.0:5560"));
    Member keyed =
        Seen.offering(
            Seen.member(Role.AGGREGATOR, "edge"),
            Map.of(Member.PRODUCERS, "tcp://edge01:5560", Member.KEYS, "curve"));
    assertThat(ExposureFindings.in("127.0.0.1:2181", false, List.of(open, keyed)))
        .extracting(Finding::grade, Finding::text)
        .containsExactly(
            tuple(
                Grade.WARNING,
                "Aggregator edge (process 4711 on edge01) is reached at tcp://0.0.0.0:5560"),
            tuple(
                Grade.OK,
                "Aggregator edge (process 4711 on edge01) is reached at tcp://edge01:5560, by those only whose keys it knows"));
    assertThat(ExposureFindings.in("127.0.0.1:2181", false, List.of(open)).get(0).next())
        .contains("MILLRACE_CURVE_KEYS")
        .contains("docs/SECURITY.md");
    assertThat(ExposureFindings.in("zk2:2181", true, List.of()))
        .extracting(Finding::grade)
        .containsExactly(Grade.OK);
  }
}

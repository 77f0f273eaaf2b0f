package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.demo.Sandbox.Result;
import io.millrace.detector.DetectorDescription;
import io.millrace.hdf5.CountedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Sessions on the nodes of a real Slurm, as an operator leads them: {@code millrace session start},
 * scans, faults, {@code stop}. Three nodes are processes of this machine; ZooKeeper and the
 * aggregator are outside, at the edge. After every test nothing may be left.
 */
@Isolated("three nodes, each with a TaskManager")
class SlurmSessionIT {
  private static final int FRAMES = 33 * 32;
  private static final int ALL = (1 << DetectorDescription.load("4d-camera").modules()) - 1;

  private Path dir;
  private Sandbox sandbox;
  private Process zooKeeperServer;

  @RegisterExtension
  final TestExecutionExceptionHandler showOutput =
      (context, failure) -> {
        throw new AssertionError(failure.getMessage() + "\n" + sandbox.printed() + logs(), failure);
      };

  @BeforeEach
  void startSlurm() throws Exception {
    // Slurm's authentication wants a folder that others can look into.
    dir =
        Files.createTempDirectory(
            "millrace-slurm",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    sandbox = new Sandbox(dir);
    Result up =
        sandbox.run(Sandbox.script("slurm"), "up", bed(), "--nodes", "3", "--memory", "4000");
    assertThat(up.status()).as(up.err()).isZero();
    sandbox.environment.put("SLURM_CONF", dir.resolve("slurm/slurm.conf").toString());
    Files.createDirectories(dir.resolve("sessions"));
    String profile =
        Files.readString(Sandbox.ROOT.resolve("conf/machines/local-slurm.yaml"))
            .replace("/var/tmp/millrace/sessions", dir.resolve("sessions").toString())
            .replace("/var/tmp/millrace/scans", sandbox.output.toString())
            .replace("local: /tmp", "local: " + Files.createDirectory(dir.resolve("local")))
            .replace("# zookeeper: zk.example.org:2181", "zookeeper: " + zooKeeper())
            .replace("task-manager-memory: 3000", "task-manager-memory: 1700")
            .replace("queue-minutes: 60", "queue-minutes: 1");
    assertThat(profile).contains("zookeeper: " + zooKeeper(), "task-manager-memory: 1700");
    Files.writeString(dir.resolve("machine.yaml"), profile);
    zooKeeperServer =
        sandbox.start(
            sandbox.run,
            List.of(
                Sandbox.script("millrace"),
                "zookeeper",
                "--port=" + sandbox.zookeeperPort,
                "--data=" + dir.resolve("zookeeper")));
  }

  @AfterEach
  void stopSlurm() throws Exception {
    Result down = sandbox.run(Sandbox.script("slurm"), "down", bed());
    // The edge is not a part of any session.
    zooKeeperServer.destroy();
    zooKeeperServer.waitFor(30, TimeUnit.SECONDS);
    List<String> left = sandbox.left();
    sandbox.close();
    deleteAll(dir);
    assertThat(down.status()).as(down.err()).isZero();
    assertThat(left).as("left over").isEmpty();
  }

  private static void deleteAll(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
    }
  }

  private String bed() {
    return dir.resolve("slurm").toString();
  }

  private String zooKeeper() {
    return "127.0.0.1:" + sandbox.zookeeperPort;
  }

  private String logs() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.list(dir.resolve("sessions"))) {
      for (Path log : files.filter(f -> f.toString().endsWith(".log")).sorted().toList()) {
        text.append("---- ").append(log.getFileName()).append('\n').append(Files.readString(log));
      }
    }
    return text.toString();
  }

  // ---- What an operator does -----------------------------------------------------------------

  private List<String> millrace(String... arguments) {
    List<String> command = new ArrayList<>(List.of(Sandbox.script("millrace")));
    command.addAll(List.of(arguments));
    return command;
  }

  private Process session(String action, String... arguments) throws IOException {
    List<String> command = millrace("session", action);
    command.add("--machine=" + dir.resolve("machine.yaml"));
    command.addAll(List.of(arguments));
    return sandbox.start(sandbox.run, command);
  }

  /** With its aggregator, which comes later than the session's job here. */
  private Process startSession(String name, int nodes) throws Exception {
    Process start =
        session(
            "start",
            "--session=" + name,
            "--nodes=" + nodes,
            "--walltime=30m",
            "--poll=500ms",
            "--job=--background=28.5",
            "--job=--xray=436");
    Process aggregator =
        sandbox.start(
            sandbox.run,
            millrace(
                "aggregator",
                "--session=" + name,
                "--zookeeper=" + zooKeeper(),
                "--listen=tcp://127.0.0.1:" + sandbox.producerPort,
                "--lane-address=tcp://127.0.0.1:" + sandbox.lanePort,
                "--lanes=3"));
    Result started = sandbox.result(start);
    assertThat(started.status()).as(started.out()).isZero();
    assertThat(started.out())
        .contains("session " + name + " is job", "STARTING", "READY: ready: press acquire");
    return aggregator;
  }

  private List<String> producer(String session, int scan, int rate, String... more) {
    List<String> command =
        millrace(
            "producer",
            "--session=" + session,
            "--zookeeper=" + zooKeeper(),
            "--simulate=32x32",
            "--seed=5",
            "--scan-number=" + scan,
            "--rate=" + rate);
    command.addAll(List.of(more));
    return command;
  }

  private JsonNode status(String session) throws Exception {
    Result status =
        sandbox.run(
            millrace("status", "--json", "--session=" + session, "--zookeeper=" + zooKeeper())
                .toArray(String[]::new));
    return new ObjectMapper().readTree(status.out());
  }

  private String scanState(String session, int number) throws Exception {
    for (JsonNode scan : status(session).path("scans")) {
      if (scan.path("number").asInt() == number) {
        return scan.path("state").asText().toLowerCase(Locale.ROOT);
      }
    }
    return "";
  }

  /** The session's log says so each time; a look by a program of its own would take seconds. */
  private void awaitStreaming(String session, int scan) {
    await()
        .atMost(Sandbox.DEADLINE)
        .until(
            () -> sessionLog(session).lines().filter(l -> l.contains("STREAMING")).count() >= scan);
  }

  private String sessionLog(String session) throws IOException {
    return Files.readString(dir.resolve("sessions/%s.log".formatted(session)));
  }

  private void awaitInLog(String session, String text) {
    await().atMost(Sandbox.DEADLINE).until(() -> sessionLog(session).contains(text));
  }

  private void slurm(String... command) throws Exception {
    Result result = sandbox.run(command);
    assertThat(result.status()).as(result.err()).isZero();
  }

  private void stop(String session, String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add("--poll=500ms");
    arguments.add(session);
    Result stopped = sandbox.result(session("stop", arguments.toArray(String[]::new)));
    assertThat(stopped.status()).as(stopped.out()).isZero();
  }

  private static void end(Process process) throws Exception {
    process.destroy();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  /** The events of a scan of which nothing may be missing. */
  private List<int[]> events(int scan) throws Exception {
    String ending = "_%05d.h5".formatted(scan);
    await()
        .atMost(Sandbox.DEADLINE)
        .until(() -> sandbox.outputs().stream().anyMatch(f -> f.endsWith(ending)));
    List<String> files = sandbox.outputs().stream().filter(f -> f.endsWith(ending)).toList();
    assertThat(files).as("files of scan %d", scan).hasSize(1);
    List<int[]> events = new ArrayList<>();
    try (CountedFile file = new CountedFile(sandbox.output.resolve(files.get(0)))) {
      assertThat(file.complete()).isEqualTo(FRAMES);
      for (int position = 0; position < FRAMES; position++) {
        assertThat(file.mask(position, 0)).isEqualTo(ALL);
        events.add(file.events(position, 0));
      }
    }
    assertThat(events.stream().mapToInt(e -> e.length).sum()).isPositive();
    return events;
  }

  // ---- Tests ---------------------------------------------------------------------------------

  /** The file is the same, and who cannot have nodes hears why. */
  @Test
  void aNodeDiesInMidScanAndTheSessionGoesOn() throws Exception {
    Process aggregator = startSession("night", 3);
    Result undisturbed =
        sandbox.result(sandbox.start(sandbox.run, producer("night", 1, 300, "--retain=memory")));
    assertThat(undisturbed.status()).as(undisturbed.err()).isZero();

    Process waits = session("start", "--session=late", "--nodes=1", "--poll=500ms");
    Process producer = sandbox.start(sandbox.run, producer("night", 2, 50, "--retain=memory"));
    awaitStreaming("night", 2);
    slurm(Sandbox.script("slurm"), "kill", bed(), "--node", "n3");

    Result sent = sandbox.result(producer);
    assertThat(sent.status()).as(sent.err()).isZero();
    assertThat(events(2)).containsExactlyElementsOf(events(1));
    awaitInLog("night", "lost: n3");

    Result late = sandbox.result(waits);
    assertThat(late.status()).isEqualTo(1);
    assertThat(late.out())
        .contains(
            "QUEUED", "waits for 1 nodes: Resources", "FAILED: QUEUED for 1 min", "is cancelled");

    stop("night");
    end(aggregator);
    try (Stream<Path> local = Files.list(dir.resolve("local"))) {
      // The dead node's disk cannot be cleaned; and it is the disk of all here.
      assertThat(local.map(p -> p.getFileName().toString())).allMatch(name -> name.endsWith("-n3"));
    }
  }

  /**
   * What its producers have kept goes into the next session; and that one ends near its walltime.
   */
  @Test
  void aSessionIsCancelledInMidScanAndTheNextOneHasTheScanWhole() throws Exception {
    Process aggregator = startSession("first", 2);
    String kept = dir.resolve("kept").toString();
    Result undisturbed =
        sandbox.result(sandbox.start(sandbox.run, producer("first", 1, 300, "--retain=memory")));
    assertThat(undisturbed.status()).as(undisturbed.err()).isZero();
    Process producer =
        sandbox.start(
            sandbox.run, producer("first", 2, 50, "--retain=disk", "--retain-dir=" + kept));
    awaitStreaming("first", 2);
    // All of the scan is to be kept, also what is sent when nobody is there any more.
    stop("first", "--now");
    assertThat(scanState("first", 2)).isEqualTo("failed");
    await()
        .atMost(Sandbox.DEADLINE)
        .until(() -> !producer.isAlive() || sandbox.printed().contains("all sectors are sent"));
    end(producer);
    end(aggregator);

    Process nextAggregator = startSession("next", 2);
    Result replayed =
        sandbox.result(
            sandbox.start(
                sandbox.run,
                millrace(
                    "replay",
                    kept,
                    "--session=next",
                    "--zookeeper=" + zooKeeper(),
                    "--retain=memory",
                    "--remove")));
    assertThat(replayed.status()).as(replayed.err()).isZero();
    assertThat(events(2)).containsExactlyElementsOf(events(1));

    // As Slurm does near the walltime: what is under way ends, and then the session.
    Process last = sandbox.start(sandbox.run, producer("next", 3, 100, "--retain=memory"));
    awaitStreaming("next", 2);
    slurm("scancel", "--batch", "--signal=USR1", "--name=next");
    Result sent = sandbox.result(last);
    assertThat(sent.status()).as(sent.err()).isZero();
    awaitInLog("next", "session next has ended");
    assertThat(events(3)).containsExactlyElementsOf(events(1));
    end(nextAggregator);
    assertThat(dir.resolve("local")).isEmptyDirectory();
  }
}

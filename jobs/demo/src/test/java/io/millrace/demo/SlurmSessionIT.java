package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.demo.Sandbox.Result;
import io.millrace.demo.Vectors.Counted;
import io.millrace.detector.DetectorDescription;
import io.millrace.hdf5.CountedFile;
import io.millrace.parts.SlurmTestBed;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Sessions on the nodes of a real Slurm, as an operator leads them: {@code millrace session start},
 * scans, faults, {@code stop}. Three nodes are processes of this machine; ZooKeeper and the
 * aggregator are outside, at the edge. After every test nothing may be left.
 */
@Execution(ExecutionMode.CONCURRENT)
@Order(1) // the longest ones first, so that none is left alone in the end
class SlurmSessionIT {
  private static final int FRAMES = 33 * 32;
  private static final int ALL = (1 << DetectorDescription.load("4d-camera").modules()) - 1;

  private static final Duration LEAVING = Duration.ofMinutes(1);

  private static final String CLIENT = "millracetests";

  @TempDir Path dir;
  private SlurmTestBed slurm;
  private Sandbox sandbox;
  private Process zooKeeperServer;
  private Process emulator;
  private List<String> jobOptions = List.of("--job=--background=28.5", "--job=--xray=436");
  private final Set<String> seen = new HashSet<>();

  @RegisterExtension
  final TestExecutionExceptionHandler showOutput =
      (context, failure) -> {
        throw new AssertionError(failure.getMessage() + "\n" + sandbox.printed() + logs(), failure);
      };

  @BeforeEach
  void startSlurm() throws Exception {
    sandbox = new Sandbox(dir);
    slurm = SlurmTestBed.start(Sandbox.ROOT, "--nodes", "4", "--memory", "4000");
    sandbox.environment.putAll(slurm.environment());
    Files.createDirectories(dir.resolve("sessions"));
    String profile =
        Files.readString(Sandbox.ROOT.resolve("conf/machines/local-slurm.yaml"))
            .replace("/var/tmp/millrace/sessions", dir.resolve("sessions").toString())
            .replace("/var/tmp/millrace/scans", sandbox.output.toString())
            .replace("local: /tmp", "local: " + Files.createDirectory(dir.resolve("local")))
            .replace("# zookeeper: zk.example.org:2181", "zookeeper: " + zooKeeper())
            .replace("task-manager-memory: 3000", "task-manager-memory: 1700")
            .replace("queue-minutes: 60", "queue-minutes: 1")
            .replace("  no-requeue:\n", "  requeue:\n");
    assertThat(profile)
        .contains("zookeeper: " + zooKeeper(), "task-manager-memory: 1700", "  requeue:\n");
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
    try {
      // Before Slurm ends what is left: the sessions have left nothing but the nodes' own daemons.
      try {
        for (String node : slurm.nodes()) {
          await().atMost(LEAVING).until(() -> slurm.processes(node).size() <= 1);
        }
      } finally {
        slurm.close();
      }
      // The edge is not a part of any session.
      zooKeeperServer.destroy();
      zooKeeperServer.waitFor(30, TimeUnit.SECONDS);
      assertThat(sandbox.left()).as("left over").isEmpty();
    } finally {
      sandbox.close();
    }
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
    return startSession(name, nodes, sandbox.producerPort, sandbox.lanePort, 3);
  }

  private Process startSession(String name, int nodes, int producers, int lanesAt, int lanes)
      throws Exception {
    List<String> options =
        new ArrayList<>(
            List.of("--session=" + name, "--nodes=" + nodes, "--walltime=30m", "--poll=500ms"));
    options.addAll(jobOptions);
    Process start = session("start", options.toArray(String[]::new));
    Process aggregator =
        sandbox.start(
            sandbox.run,
            millrace(
                "aggregator",
                "--session=" + name,
                "--zookeeper=" + zooKeeper(),
                "--listen=tcp://127.0.0.1:" + producers,
                "--lane-address=tcp://127.0.0.1:" + lanesAt,
                "--lanes=" + lanes));
    Result started = sandbox.result(start);
    assertThat(started.status()).as(started.out()).isZero();
    assertThat(started.out())
        .contains("session " + name + " is job", "STARTING", "READY: ready: press acquire");
    return aggregator;
  }

  /** Of a scan that is the same each time; its number begins anew with it. */
  private List<String> producer(String session, int rate) {
    return millrace(
        "producer",
        "--session=" + session,
        "--zookeeper=" + zooKeeper(),
        "--simulate=32x32",
        "--seed=5",
        "--retain=memory",
        "--rate=" + rate);
  }

  /** Until a scan is under way; the one before has its file. */
  private void awaitStreaming(String session) {
    await()
        .atMost(Sandbox.DEADLINE)
        .until(
            () -> {
              // What it said last, since READY stands behind each scan that has ended.
              String log = sessionLog(session);
              return log.lastIndexOf("Allocation - STREAMING")
                  > log.lastIndexOf("Allocation - READY");
            });
  }

  private void awaitIdle(String session) {
    await()
        .atMost(Sandbox.DEADLINE)
        .until(
            () -> {
              String log = sessionLog(session);
              return log.lastIndexOf("Allocation - READY")
                  > log.lastIndexOf("Allocation - STREAMING");
            });
  }

  private JsonNode report(String session) throws IOException {
    return new ObjectMapper()
        .readTree(dir.resolve("sessions/%s/session.json".formatted(session)).toFile());
  }

  private String sessionLog(String session) throws IOException {
    return Files.readString(dir.resolve("sessions/%s.log".formatted(session)));
  }

  private void awaitInLog(String session, String text) {
    await().atMost(Sandbox.DEADLINE).until(() -> sessionLog(session).contains(text));
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

  /** The events of the next scan that has a file, of which nothing may be missing. */
  private List<int[]> nextEvents() throws Exception {
    return nextEvents(1).get(0);
  }

  /** The same of several scans. */
  private List<List<int[]>> nextEvents(int scans) throws Exception {
    await().atMost(Sandbox.DEADLINE).until(() -> newFiles().size() == scans);
    List<List<int[]>> all = new ArrayList<>();
    for (String name : newFiles()) {
      seen.add(name);
      List<int[]> events = new ArrayList<>();
      try (CountedFile file = new CountedFile(sandbox.output.resolve(name))) {
        assertThat(file.complete()).isEqualTo(FRAMES);
        for (int position = 0; position < FRAMES; position++) {
          assertThat(file.mask(position, 0)).isEqualTo(ALL);
          events.add(file.events(position, 0));
        }
      }
      assertThat(events.stream().mapToInt(e -> e.length).sum()).isPositive();
      all.add(events);
    }
    return all;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).toList();
    }
  }

  private List<String> newFiles() throws IOException {
    return sandbox.outputs().stream()
        .filter(name -> name.endsWith(".h5") && !seen.contains(name))
        .toList();
  }

  // ---- Tests ---------------------------------------------------------------------------------

  /**
   * In one session, one after the other, since each start takes half a minute: a node dies in
   * mid-scan, and who cannot have nodes meanwhile hears why; the session's job is cancelled in
   * mid-scan, and another one goes on.
   */
  @Test
  @Timeout(value = 12, unit = TimeUnit.MINUTES)
  void aScanIsTheSameWhateverEndsInItsMiddle() throws Exception {
    Process aggregator = startSession("night", 3);
    succeeds(sandbox.start(sandbox.run, producer("night", 300)));
    List<int[]> undisturbed = nextEvents();

    awaitIdle("night");
    Process waits = session("start", "--session=late", "--nodes=2", "--poll=500ms");
    Process producer = sandbox.start(sandbox.run, producer("night", 60));
    awaitStreaming("night");
    slurm.killNode("n3");
    assertThat(producer.isAlive()).as("in mid-scan").isTrue();
    succeeds(producer);
    assertThat(nextEvents()).containsExactlyElementsOf(undisturbed);
    awaitInLog("night", "lost: n3");
    Result late = sandbox.result(waits);
    assertThat(late.status()).isEqualTo(1);
    assertThat(late.out())
        .contains(
            "QUEUED", "waits for 2 nodes: Resources", "FAILED: QUEUED for 1 min", "is cancelled");

    awaitIdle("night");
    // 42 s: longer than it takes to stop the session.
    producer = sandbox.start(sandbox.run, producer("night", 25));
    awaitStreaming("night");
    stop("night", "--now");
    assertThat(producer.isAlive()).as("in mid-scan").isTrue();
    assertThat(sessionLog("night")).contains("'millrace session start --resume' goes on");
    Result again =
        sandbox.result(
            session(
                "start",
                "--resume",
                "--session=night",
                "--nodes=1",
                "--walltime=30m",
                "--poll=500ms"));
    assertThat(again.status()).as(again.out()).isZero();
    succeeds(producer);
    assertThat(nextEvents()).containsExactlyElementsOf(undisturbed);

    awaitIdle("night.again-1");
    stop("night");
    end(aggregator);
    // The dead node's disk cannot be cleaned; and it is the disk of all here.
    await()
        .atMost(Sandbox.DEADLINE)
        .untilAsserted(
            () -> assertThat(names(dir.resolve("local"))).allMatch(name -> name.endsWith("-n3")));
  }

  /** It gets another node in mid-scan, and ends as near its walltime, when the scan is whole. */
  @Test
  @Timeout(value = 12, unit = TimeUnit.MINUTES)
  void aSessionGrowsAndComesNearItsWalltimeInMidScan() throws Exception {
    Process aggregator = startSession("night", 1);
    succeeds(sandbox.start(sandbox.run, producer("night", 300)));
    List<int[]> undisturbed = nextEvents();

    awaitIdle("night");
    // 88 s: longer than it takes until the node takes part.
    Process producer = sandbox.start(sandbox.run, producer("night", 12));
    awaitStreaming("night");
    succeeds(session("scale", "--nodes=2", "night"));
    await().atMost(Sandbox.DEADLINE).until(() -> report("night").path("taskManagers").asInt() == 2);
    assertThat(producer.isAlive()).as("in mid-scan").isTrue();
    Result signalled = sandbox.run("scancel", "--batch", "--signal=USR1", "--name=night");
    assertThat(signalled.status()).as(signalled.err()).isZero();
    succeeds(producer);
    awaitInLog("night", "session night is over: ENDED");
    assertThat(nextEvents()).containsExactlyElementsOf(undisturbed);
    awaitInLog("night.more-1", "leaving session night");
    end(aggregator);
    await()
        .atMost(Sandbox.DEADLINE)
        .untilAsserted(() -> assertThat(names(dir.resolve("local"))).isEmpty());
  }

  /**
   * Two sessions count the same scan side by side into the same folder. The one's first node, with
   * all that leads it, dies in mid-scan; its job is put back to the queue, and goes on on other
   * nodes.
   */
  @Test
  @Timeout(value = 12, unit = TimeUnit.MINUTES)
  void aSessionThatIsPutBackToTheQueueGoesOnAndAnotherOneIsNotDisturbed() throws Exception {
    Process nightEdge = startSession("night", 2);
    assertThat(node("night")).isEqualTo("n[1-2]");
    int free = sandbox.jobManagersPort + 2;
    Process dayEdge = startSession("day", 1, free, free + 5, 1);
    Process day = sandbox.start(sandbox.run, producer("day", 25));
    awaitStreaming("day");
    Process night = sandbox.start(sandbox.run, producer("night", 25));
    awaitStreaming("night");
    slurm.killNode("n1");
    assertThat(night.isAlive()).as("in mid-scan").isTrue();
    // Slurm would let it wait for two minutes.
    await().atMost(Sandbox.DEADLINE).until(() -> slurmSays("night", "%T").equals("PENDING"));
    Result now =
        sandbox.run("scontrol", "update", "JobId=" + slurmSays("night", "%i"), "StartTime=now");
    assertThat(now.status()).as(now.err()).isZero();
    succeeds(day);
    succeeds(night);
    List<List<int[]>> both = nextEvents(2);
    assertThat(both.get(0)).containsExactlyElementsOf(both.get(1));
    assertThat(node("night")).isEqualTo("n[2,4]");
    stop("night");
    stop("day");
    end(nightEdge);
    end(dayEdge);
  }

  private String node(String session) throws Exception {
    return slurmSays(session, "%N");
  }

  private String slurmSays(String session, String field) throws Exception {
    Result said = sandbox.run("squeue", "--noheader", "--name=" + session, "--format=" + field);
    assertThat(said.status()).as(said.err()).isZero();
    return said.out().strip();
  }

  /**
   * As from a lab, with nothing but the facility's API, which answers once as it should not: its
   * answer to the submit is lost. There is one job, and the file is that of the program in use.
   */
  @Test
  @Timeout(value = 8, unit = TimeUnit.MINUTES)
  void aSessionThroughTheSuperfacilityApiCountsAsTheProgramInUse() throws Exception {
    String address = startEmulator();
    order(address, "{\"loseSubmit\": true}");
    Path vectors = Vectors.folder("scan_3x2_f2");
    Counted expected = Vectors.counted(vectors);
    jobOptions =
        List.of(
            "--job=--background=" + expected.thresholds().background(),
            "--job=--xray=" + expected.thresholds().xray(),
            "--job=--frames-per-position=2");
    Process aggregator = startSession("night", 1);
    Result queue = sandbox.run("squeue", "--noheader", "--states=all");
    assertThat(queue.out().lines()).hasSize(1);
    Path input = Files.createDirectory(dir.resolve("input"));
    Vectors.unpack(vectors, input);
    succeeds(
        sandbox.start(
            sandbox.run,
            millrace(
                "producer",
                "--session=night",
                "--zookeeper=" + zooKeeper(),
                "--input=" + input,
                "--version=5",
                "--retain=memory")));
    await().atMost(Sandbox.DEADLINE).until(() -> newFiles().size() == 1);
    try (CountedFile file = new CountedFile(sandbox.output.resolve(newFiles().get(0)))) {
      assertThat(file.complete()).isEqualTo(expected.lists().size());
      for (int p = 0; p < expected.lists().size() / 2; p++) {
        // stempy's order within a position is a race.
        assertThat(List.of(file.events(p, 0), file.events(p, 1)))
            .containsExactlyInAnyOrderElementsOf(expected.lists().subList(2 * p, 2 * p + 2));
      }
    }
    stop("night");
    end(aggregator);
    end(emulator);
    assertThat(dir.resolve("local")).isEmptyDirectory();
  }

  private String startEmulator() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair key = generator.generateKeyPair();
    Path publicKey =
        Files.writeString(dir.resolve("public.pem"), pem("PUBLIC", key.getPublic().getEncoded()));
    Path secret =
        Files.createFile(
            dir.resolve("key.pem"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(secret, CLIENT + "\n" + pem("PRIVATE", key.getPrivate().getEncoded()));
    emulator =
        sandbox.start(
            sandbox.run,
            List.of(
                Sandbox.script("superfacility"),
                "--root=" + dir,
                "--port=" + (sandbox.jobManagersPort + 1),
                "--client-id=" + CLIENT,
                "--client-public-key=" + publicKey));
    String address = "http://127.0.0.1:" + (sandbox.jobManagersPort + 1);
    await().atMost(Sandbox.DEADLINE).until(() -> sandbox.printed().contains("ready " + address));
    Path machine = dir.resolve("machine.yaml");
    Files.writeString(
        machine,
        Files.readString(machine)
            .replace(
                "  kind: slurm\n",
                """
                  kind: superfacility
                  api: %s/api/v1.2
                  token: %s/c2id/token
                  machine: perlmutter
                  key: %s
                """
                    .formatted(address, address, secret))
            .replace("# millrace: /opt/millrace", "millrace: " + Sandbox.ROOT));
    return address;
  }

  private static String pem(String kind, byte[] key) {
    return "-----BEGIN %1$s KEY-----\n%2$s\n-----END %1$s KEY-----\n"
        .formatted(kind, Base64.getMimeEncoder().encodeToString(key));
  }

  private static void order(String address, String faults) throws Exception {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(address + "/emulator/faults"))
                    .timeout(Duration.ofSeconds(10))
                    .POST(HttpRequest.BodyPublishers.ofString(faults))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  private void succeeds(Process process) throws Exception {
    Result result = sandbox.result(process);
    assertThat(result.status()).as(result.err()).isZero();
  }
}

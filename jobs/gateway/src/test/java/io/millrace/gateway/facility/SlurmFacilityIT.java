package io.millrace.gateway.facility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.millrace.parts.SlurmTestBed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same of both ways to a real Slurm: by its programs, and by its REST API. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class SlurmFacilityIT {
  private static final Patience QUICK =
      new Patience(
          Duration.ofSeconds(30),
          Duration.ofSeconds(20),
          Duration.ofMillis(200),
          Duration.ofSeconds(1),
          Duration.ofSeconds(20),
          Duration.ZERO,
          Duration.ofSeconds(2));

  private static final Duration SOON = Duration.ofSeconds(40);
  private static final AtomicInteger JOBS = new AtomicInteger();

  private static SlurmTestBed slurm;
  private static Path token;

  @TempDir Path folder;

  /** The two ways. */
  enum Way {
    PROGRAMS,
    REST
  }

  @BeforeAll
  static void start() throws Exception {
    slurm = SlurmTestBed.start(Path.of("../.."), "--nodes", "2", "--rest");
    SlurmPrograms.Result made = programs().run("", "scontrol", "token", "lifespan=3600");
    assertThat(made.words()).isEmpty();
    token =
        Files.createTempFile(
            "token",
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(token, made.output());
  }

  @AfterAll
  static void stop() throws Exception {
    List<Long> processes = new ArrayList<>();
    for (String node : slurm.nodes()) {
      processes.addAll(slurm.processes(node));
    }
    slurm.close();
    Files.delete(token);
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(processes)
                    .isNotEmpty()
                    .noneMatch(pid -> ProcessHandle.of(pid).isPresent()));
  }

  private static SlurmPrograms programs() {
    return new SlurmPrograms(Optional.empty(), slurm.environment(), Duration.ofSeconds(30));
  }

  private static ComputeFacility facility(Way way) {
    return switch (way) {
      case PROGRAMS -> new SlurmCommands(programs(), QUICK);
      case REST -> rest(slurm.rest());
    };
  }

  private static ComputeFacility rest(String address) {
    return new SlurmRest(address, "v0.0.38", System.getProperty("user.name"), token, true, QUICK);
  }

  private static String name() {
    return "job-" + JOBS.incrementAndGet();
  }

  private String script(String options, String commands) {
    return """
        #!/bin/bash
        #SBATCH --nodes=1
        #SBATCH --ntasks-per-node=1
        #SBATCH --time=1
        #SBATCH --chdir=%1$s
        #SBATCH --output=%1$s/log
        #SBATCH --open-mode=append
        #SBATCH --no-kill
        #SBATCH --no-requeue
        %2$s
        %3$s
        """
        .formatted(folder, options, commands);
  }

  private static Job ended(ComputeFacility facility, String id) {
    return await()
        .atMost(SOON)
        .until(
            () -> facility.get(id),
            job -> job.filter(j -> j.state().phase() == JobState.Phase.ENDED).isPresent())
        .orElseThrow();
  }

  private static String log(ComputeFacility facility, Path folder) throws Exception {
    return facility.tail(folder.resolve("log").toString(), 1000).orElse("");
  }

  @ParameterizedTest
  @EnumSource
  void jobRunsIsFoundAndCancelled(Way way) throws Exception {
    try (ComputeFacility facility = facility(way)) {
      String name = name();
      String id =
          facility.submit(
              name,
              script("#SBATCH --exclusive\n#SBATCH --mem=0", "echo here $SLURM_JOB_ID; sleep 55"));
      await().atMost(SOON).until(() -> log(facility, folder).contains("here " + id));
      Job job = facility.get(id).orElseThrow();
      assertThat(job.name()).isEqualTo(name);
      assertThat(job.state()).isEqualTo(JobState.RUNNING);
      assertThat(job.nodes()).isEqualTo(1);
      assertThat(job.elapsed().orElseThrow()).isLessThan(SOON);
      assertThat(job.limit()).contains(Duration.ofMinutes(1));
      assertThat(facility.find(name).map(Job::id)).contains(id);
      facility.cancel(id);
      assertThat(ended(facility, id).state()).isEqualTo(JobState.CANCELLED);
      assertThatCode(() -> facility.cancel(id)).doesNotThrowAnyException();
      assertThat(facility.find(name).map(Job::state)).contains(JobState.CANCELLED);
    }
  }

  @ParameterizedTest
  @EnumSource
  void exitStatusDecides(Way way) throws Exception {
    try (ComputeFacility facility = facility(way)) {
      String good = facility.submit(name(), script("", "exit 0"));
      String bad = facility.submit(name(), script("", "exit 3"));
      assertThat(ended(facility, good).state()).isEqualTo(JobState.COMPLETED);
      Job failed = ended(facility, bad);
      assertThat(failed.state()).isEqualTo(JobState.FAILED);
      assertThat(failed.reason()).isEqualTo("exit status 3");
    }
  }

  @ParameterizedTest
  @EnumSource
  void impossibleJobIsRefused(Way way) throws Exception {
    try (ComputeFacility facility = facility(way)) {
      String name = name();
      assertThatThrownBy(() -> facility.submit(name, script("#SBATCH --partition=nope", "exit 0")))
          .isInstanceOf(SubmitRefused.class)
          .hasMessageContaining(name)
          .hasMessageContaining("Invalid partition");
      assertThatThrownBy(() -> facility.submit(name(), script("#SBATCH --no-such", "exit 0")))
          .isInstanceOf(SubmitRefused.class)
          .hasMessageContaining("no-such");
    }
  }

  @ParameterizedTest
  @EnumSource
  void jobThatWaitsForEverSaysWhy(Way way) throws Exception {
    try (ComputeFacility facility = facility(way)) {
      String id = facility.submit(name(), script("#SBATCH --nodes=9", "exit 0"));
      await()
          .atMost(SOON)
          .until(
              () -> facility.get(id).orElseThrow(),
              j -> j.reason().matches("PartitionNodeLimit|PartitionConfig"));
      Job job = facility.get(id).orElseThrow();
      assertThat(job.state()).isEqualTo(JobState.PENDING);
      assertThat(job.nodes()).isEqualTo(9);
      assertThat(job.elapsed()).isEmpty();
      facility.cancel(id);
      assertThat(ended(facility, id).state()).isEqualTo(JobState.CANCELLED);
    }
  }

  @ParameterizedTest
  @EnumSource
  void unknownJobIsEmpty(Way way) throws Exception {
    try (ComputeFacility facility = facility(way)) {
      assertThat(facility.get("999999")).isEmpty();
      assertThat(facility.find("nobody")).isEmpty();
      assertThatCode(() -> facility.cancel("999999")).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @EnumSource
  void shellGetsTheSignalBeforeTheEnd(Way way) throws Exception {
    try (ComputeFacility facility = facility(way)) {
      String id =
          facility.submit(
              name(),
              script(
                  "#SBATCH --signal=B:USR1@55",
                  "trap 'echo drained; exit 0' USR1; sleep 58 & wait $!"));
      assertThat(ended(facility, id).state()).isEqualTo(JobState.COMPLETED);
      assertThat(log(facility, folder)).contains("drained");
    }
  }

  @ParameterizedTest
  @EnumSource
  void filesComeBack(Way way) throws Exception {
    try (ComputeFacility facility = facility(way)) {
      String path = folder.resolve("a; touch b").toString();
      assertThat(facility.tail(path, 10)).isEmpty();
      facility.put(path, "first".getBytes());
      facility.put(path, "last words".getBytes());
      assertThat(facility.tail(path, 5)).contains("words");
      assertThat(facility.tail(path, 100)).contains("last words");
      assertThat(folder.resolve("b")).doesNotExist();
      assertThatThrownBy(() -> facility.put("relative", new byte[0]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingReachesAShell(Way way) throws Exception {
    try (ComputeFacility facility = facility(way)) {
      for (String word : List.of("x; touch X", "$(touch X)", "x`touch X`", "-x", "x y", "")) {
        assertThatThrownBy(() -> facility.submit(word, script("", "exit 0")))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> facility.find(word)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> facility.get(word)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> facility.cancel(word))
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThatThrownBy(() -> facility.submit(name(), "echo"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void slurmIsActive(Way way) throws Exception {
    try (ComputeFacility facility = facility(way)) {
      assertThat(facility.status())
          .isEqualTo(new FacilityStatus(FacilityStatus.Health.ACTIVE, List.of()));
    }
  }

  @Test
  void tokenSaysWhenItEnds() throws Exception {
    try (ComputeFacility facility = facility(Way.REST)) {
      assertThat(facility.credentialExpiry().orElseThrow())
          .isBetween(Instant.now().plusSeconds(3000), Instant.now().plusSeconds(3600));
    }
  }

  /** sbatch says that it has had no answer, when there is a job. */
  @Test
  void lostAnswerOfSbatchMakesNoSecondJob() throws Exception {
    Path sbatch = folder.resolve("sbatch");
    Files.writeString(
        sbatch,
        """
        #!/bin/bash
        echo >>%s/calls
        %s "$@" >/dev/null
        echo "sbatch: error: Batch job submission failed: Socket timed out" >&2
        exit 1
        """
            .formatted(folder, which("sbatch")));
    Files.setPosixFilePermissions(sbatch, PosixFilePermissions.fromString("rwx------"));
    for (String program : List.of("squeue", "sacct", "scancel")) {
      Files.createSymbolicLink(folder.resolve(program), which(program));
    }
    try (ComputeFacility facility =
        new SlurmCommands(
            new SlurmPrograms(Optional.of(folder), slurm.environment(), Duration.ofSeconds(30)),
            QUICK)) {
      requireOneJob(facility);
    }
    assertThat(folder.resolve("calls")).hasContent("\n");
  }

  private static Path which(String program) {
    for (String one : System.getenv("PATH").split(":")) {
      Path path = Path.of(one, program);
      if (Files.isExecutable(path)) {
        return path;
      }
    }
    throw new AssertionError(program + " is not on the path");
  }

  private void requireOneJob(ComputeFacility facility) throws Exception {
    String name = name();
    String id = facility.submit(name, script("", "sleep 50"));
    List<String> jobs =
        programs()
            .run("", "squeue", "--noheader", "--states=all", "--name=" + name, "--format=%i")
            .output()
            .lines()
            .toList();
    assertThat(jobs).containsExactly(id);
    facility.cancel(id);
  }

  /**
   * With a squeue that has forgotten the job. Where there is no database this is not tried: it is
   * big, and nothing else needs it.
   */
  @Test
  void accountingKnowsWhatSqueueHasForgotten() throws Exception {
    assumeTrue(
        isThere("/usr/sbin/slurmdbd") && isThere("/usr/sbin/mariadbd"), "slurmdbd, mariadb-server");
    Path squeue = folder.resolve("squeue");
    Files.writeString(squeue, "#!/bin/bash\n");
    Files.setPosixFilePermissions(squeue, PosixFilePermissions.fromString("rwx------"));
    for (String program : List.of("sbatch", "sacct")) {
      Files.createSymbolicLink(folder.resolve(program), which(program));
    }
    try (SlurmTestBed accounted =
            SlurmTestBed.start(Path.of("../.."), "--nodes", "1", "--accounting");
        ComputeFacility facility =
            new SlurmCommands(
                new SlurmPrograms(
                    Optional.of(folder), accounted.environment(), Duration.ofSeconds(30)),
                QUICK)) {
      String name = name();
      String id = facility.submit(name, script("", "exit 3"));
      // The database learns of a job bit by bit: its end may be there before its name.
      Job job =
          await()
              .atMost(SOON)
              .until(
                  () -> facility.find(name),
                  found -> found.filter(j -> j.state() == JobState.FAILED).isPresent())
              .orElseThrow();
      assertThat(facility.get(id)).contains(job);
      assertThat(job.id()).isEqualTo(id);
      assertThat(job.reason()).isEqualTo("exit status 3");
      assertThat(job.limit()).contains(Duration.ofMinutes(1));
    }
  }

  private static boolean isThere(String program) {
    return Files.isExecutable(Path.of(program));
  }

  /** What stands between loses the first answer to a submit. */
  @Test
  void lostAnswerOfSlurmrestdMakesNoSecondJob() throws Exception {
    AtomicInteger submits = new AtomicInteger();
    HttpServer gate =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    gate.createContext(
        "/",
        exchange -> {
          try (exchange) {
            HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(slurm.rest() + exchange.getRequestURI()))
                    .timeout(Duration.ofSeconds(30))
                    .method(
                        exchange.getRequestMethod(),
                        HttpRequest.BodyPublishers.ofByteArray(
                            exchange.getRequestBody().readAllBytes()));
            for (String header :
                List.of("X-SLURM-USER-NAME", "X-SLURM-USER-TOKEN", "Content-Type")) {
              String value = exchange.getRequestHeaders().getFirst(header);
              if (value != null) {
                request.header(header, value);
              }
            }
            byte[] answer =
                client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()).body();
            boolean lost =
                exchange.getRequestMethod().equals("POST") && submits.incrementAndGet() == 1;
            exchange.sendResponseHeaders(lost ? 502 : 200, lost ? -1 : answer.length);
            if (!lost) {
              exchange.getResponseBody().write(answer);
            }
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        });
    gate.start();
    try (ComputeFacility facility = rest("http://127.0.0.1:" + gate.getAddress().getPort())) {
      requireOneJob(facility);
    } finally {
      gate.stop(0);
    }
    assertThat(submits).hasValue(1);
  }

  @Test
  void programThatIsNotThereSaysWhatToDo() {
    ComputeFacility facility = new SlurmCommands(Optional.of(folder), Map.of());
    assertThatThrownBy(() -> facility.get("1"))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("squeue cannot be started")
        .hasMessageContaining("programs");
  }
}

package io.millrace.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.facility.FacilityStatus;
import io.millrace.gateway.facility.Job;
import io.millrace.gateway.facility.JobState;
import io.millrace.gateway.facility.SubmitRefused;
import io.millrace.gateway.facility.SuperfacilityApi;
import io.millrace.parts.SlurmTestBed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client, through the emulator, with a real Slurm behind it. */
class SuperfacilityApiIT {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Path REPOSITORY = Path.of("../..").toAbsolutePath().normalize();

  private static SlurmTestBed slurm;

  @TempDir Path folder;
  @TempDir Path root;
  private Emulation emulation;
  private SuperfacilityApi api;
  private final String name = "millrace-" + UUID.randomUUID();

  @BeforeAll
  static void slurm() throws Exception {
    slurm = SlurmTestBed.start(REPOSITORY, "--nodes", "1");
  }

  @AfterAll
  static void noSlurm() throws Exception {
    if (slurm != null) {
      slurm.close();
    }
  }

  @BeforeEach
  void emulation() throws Exception {
    // Not by a symbolic link, which the emulator would refuse.
    root = root.toRealPath();
    emulation = new Emulation(folder, root, slurm.environment());
    api = emulation.client();
  }

  @AfterEach
  void noEmulation() throws Exception {
    api.close();
    emulation.close();
    slurm("scancel", "--name=" + name);
  }

  /** A script of that name that does this, with these further options. */
  private String script(String does, String... options) {
    StringBuilder script = new StringBuilder("#!/bin/bash\n");
    script.append("#SBATCH --job-name=%s\n".formatted(name));
    script.append("#SBATCH --output=%s/%s.log\n".formatted(root, name));
    for (String option : options) {
      script.append("#SBATCH %s\n".formatted(option));
    }
    return script.append(does).append('\n').toString();
  }

  /** Waits until a file is there; ends by itself if nobody makes it. */
  private String waits() {
    return "for i in {1..600}; do [[ -e %s/go ]] && break; read -rt 0.1 <> <(:); done; echo done"
        .formatted(root);
  }

  private Job await(String id, JobState state) {
    return Awaitility.await()
        .atMost(DEADLINE)
        .until(() -> api.get(id), job -> job.isPresent() && job.get().state() == state)
        .orElseThrow();
  }

  private static String slurm(String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(slurm.environment());
    Process process = builder.start();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** How many of that name Slurm has ever seen. */
  private long jobs() throws Exception {
    return slurm("squeue", "--noheader", "--states=all", "--format=%i", "--name=" + name)
        .lines()
        .count();
  }

  @Test
  void aJobRunsToItsEndAndItsLogIsRead() throws Exception {
    String id = api.submit(name, script("echo begun\n" + waits()));
    Job running = await(id, JobState.RUNNING);
    assertThat(running.name()).isEqualTo(name);
    assertThat(running.nodes()).isEqualTo(1);
    assertThat(running.elapsed()).isPresent();
    assertThat(api.find(name).orElseThrow().id()).isEqualTo(id);
    api.put(root + "/go", new byte[] {0, 1, (byte) 0xff});
    assertThat(Files.readAllBytes(root.resolve("go"))).containsExactly(0, 1, 0xff);
    await(id, JobState.COMPLETED);
    assertThat(api.tail(root + "/" + name + ".log", 1000)).contains("begun\ndone\n");
    assertThat(api.tail(root + "/" + name + ".log", 5)).contains("done\n");
    assertThat(api.tail(root + "/none.log", 5)).isEmpty();
    assertThat(api.find(name).orElseThrow().state()).isEqualTo(JobState.COMPLETED);
    assertThat(jobs()).isOne();
  }

  @Test
  void aJobThatFailsSaysHow() throws Exception {
    Job job = await(api.submit(name, script("exit 3")), JobState.FAILED);
    assertThat(job.reason()).isEqualTo("exit status 3");
  }

  @Test
  void aJobIsCancelledOnce() throws Exception {
    String id = api.submit(name, script(waits()));
    await(id, JobState.RUNNING);
    api.cancel(id);
    await(id, JobState.CANCELLED);
    api.cancel(id);
    api.cancel("4000000");
  }

  @Test
  void filesBesideTheRootAreNotRead() throws Exception {
    Files.writeString(folder.resolve("secret"), "x");
    Files.createSymbolicLink(root.resolve("link"), folder);
    assertThatThrownBy(() -> api.tail(folder + "/secret", 10))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("only paths below");
    assertThatThrownBy(() -> api.tail(root + "/link/secret", 10))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("symbolic link");
    assertThatThrownBy(() -> api.tail(root + "/../x", 10))
        .isInstanceOf(IllegalArgumentException.class);
    api.put(root + "/a b%2e?#", "x".getBytes(StandardCharsets.UTF_8));
    assertThat(api.tail(root + "/a b%2e?#", 10)).contains("x");
  }

  @Test
  void tokensAreRenewedBeforeTheyEndAndWhenTheyDoNotCountAnyMore() throws Exception {
    emulation.order("{\"tokenSeconds\": 4}");
    String id = api.submit(name, script(waits()));
    await(id, JobState.RUNNING);
    Instant begin = Instant.now();
    Awaitility.await()
        .atMost(DEADLINE)
        .until(
            () -> {
              assertThat(api.get(id)).isPresent();
              return Duration.between(begin, Instant.now()).toSeconds() >= 6;
            });
    emulation.order("{\"tokenSeconds\": 600}");
    assertThat(api.get(id)).isPresent();
    emulation.order("{\"revokeTokens\": true}");
    assertThat(api.get(id)).isPresent();
    // Neither is a submit lost with its token.
    api.cancel(id);
    emulation.order("{\"revokeTokens\": true}");
    assertThat(api.submit(name, script("true"))).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504})
  void aBusyFacilityIsAskedAgain(int status) throws Exception {
    emulation.order(
        "{\"status\": %d, \"calls\": 3, \"path\": \"/compute\", \"retryAfter\": 1}"
            .formatted(status));
    Instant begin = Instant.now();
    String id = api.submit(name, script("true"));
    assertThat(Duration.between(begin, Instant.now())).isGreaterThan(Duration.ofSeconds(1));
    await(id, JobState.COMPLETED);
    assertThat(jobs()).isOne();
  }

  @Test
  void anAnswerThatIsLostMakesNoSecondJob() throws Exception {
    emulation.order("{\"loseSubmit\": true}");
    String id = api.submit(name, script("true"));
    await(id, JobState.COMPLETED);
    assertThat(jobs()).isOne();
  }

  @Test
  void aTaskThatIsStuckMakesNoSecondJob() throws Exception {
    emulation.order("{\"stuckTask\": true}");
    String id = api.submit(name, script("true"));
    await(id, JobState.COMPLETED);
    assertThat(jobs()).isOne();
  }

  @Test
  void sbatchRefusesInItsOwnWords() throws Exception {
    assertThatThrownBy(() -> api.submit(name, script("true", "--partition=none")))
        .isInstanceOf(SubmitRefused.class)
        .hasMessageContaining("invalid partition");
    assertThat(jobs()).isZero();
  }

  @Test
  void aJobMayBeUnknownForAWhile() throws Exception {
    String id = api.submit(name, script("true"));
    emulation.order("{\"emptySeconds\": 3600}");
    assertThat(api.get(id)).isEmpty();
    emulation.order("{\"emptySeconds\": 0}");
    await(id, JobState.COMPLETED);
  }

  @Test
  void aJobThatWaitsForEverSaysWhy() throws Exception {
    String id = api.submit(name, script("true", "--hold"));
    Job job = await(id, JobState.PENDING);
    assertThat(job.reason()).isEqualTo("JobHeldUser");
    assertThat(job.elapsed()).isEmpty();
    assertThat(api.get("4000000")).isEmpty();
    assertThat(api.find("never-" + name)).isEmpty();
  }

  @Test
  void aMachineInMaintenanceSaysSo() throws Exception {
    emulation.order("{\"machineStatus\": \"unavailable\", \"notes\": [\"back at noon\"]}");
    assertThat(api.status().health()).isEqualTo(FacilityStatus.Health.UNAVAILABLE);
    assertThatThrownBy(() -> api.submit(name, script("true")))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("perlmutter is unavailable: back at noon");
    assertThatThrownBy(() -> api.get("1"))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("perlmutter is unavailable: back at noon");
    assertThat(jobs()).isZero();
    emulation.order("{\"machineStatus\": \"degraded\"}");
    assertThat(api.status().health()).isEqualTo(FacilityStatus.Health.DEGRADED);
  }

  @Test
  void aWrongKeyIsRefused() throws Exception {
    try (SuperfacilityApi other = emulation.client(new RSAKeyGenerator(2048).generate())) {
      assertThatThrownBy(() -> other.get("1"))
          .isInstanceOf(FacilityException.class)
          .hasMessageContaining("invalid_client")
          .hasMessageContaining("make a new one");
    }
  }

  @Test
  void aClientWithoutTheColourIsToldWhatItNeeds() throws Exception {
    emulation.order("{\"status\": 403, \"path\": \"/compute\", \"body\": \"<html>No</html>\"}");
    assertThatThrownBy(() -> api.submit(name, script("true")))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("red");
  }

  @Test
  void theClientsEndIsKnown() throws Exception {
    Optional<Instant> end = api.credentialExpiry();
    assertThat(end.orElseThrow())
        .isBetween(
            Instant.now().plus(Duration.ofHours(47)), Instant.now().plus(Duration.ofHours(49)));
  }
}

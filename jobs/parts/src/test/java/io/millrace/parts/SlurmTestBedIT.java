package io.millrace.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A Slurm comes up, loses a node in the middle of a job, and leaves nothing behind. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class SlurmTestBedIT {
  private static final Path ROOT = Path.of("../..");

  @Test
  void killedNodeHasNoProcesses() throws Exception {
    Path folder;
    List<Long> processes = new ArrayList<>();
    try (SlurmTestBed slurm = SlurmTestBed.start(ROOT, "--nodes", "2")) {
      folder = slurm.folder();
      assertThat(slurm.nodes()).containsExactly("n1", "n2");
      Path running = folder.resolve("running");
      run(
          slurm,
          "sbatch",
          "-w",
          "n2",
          "-o",
          "/dev/null",
          "--wrap",
          "touch " + running + "; sleep 600");
      await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(running));
      List<Long> killed = slurm.processes("n2");
      assertThat(killed).as("slurmd, slurmstepd, the script and sleep").hasSizeGreaterThan(3);
      slurm.killNode("n2");
      awaitEnd(killed);
      assertThat(slurm.processes("n2")).isEmpty();
      for (String node : slurm.nodes()) {
        processes.addAll(slurm.processes(node));
      }
      assertThat(processes).as("those of the other node").isNotEmpty();
    }
    awaitEnd(processes);
    assertThat(folder).doesNotExist();
  }

  private static void run(SlurmTestBed slurm, String... command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(slurm.folder().resolve("command.log").toFile());
    builder.environment().putAll(slurm.environment());
    Process process = builder.start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  /** They have ended; whose children they were may not have noticed yet. */
  private static void awaitEnd(List<Long> processes) {
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(processes).noneMatch(SlurmTestBedIT::isAlive));
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
  }
}

package io.millrace.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.facility.Job;
import io.millrace.gateway.facility.JobState;
import io.millrace.gateway.facility.SuperfacilityApi;
import io.millrace.parts.SlurmTestBed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client, through the emulator, with the accounting of a real Slurm behind it. */
class AccountingIT {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path folder;
  @TempDir Path root;

  private static Job await(SuperfacilityApi api, String id, JobState state) {
    return Awaitility.await()
        .atMost(DEADLINE)
        .until(() -> api.get(id), job -> job.isPresent() && job.get().state() == state)
        .orElseThrow();
  }

  @Test
  void whatSacctSaysOfJobsIsUnderstood() throws Exception {
    try (SlurmTestBed slurm =
            SlurmTestBed.start(
                Path.of("../..").toAbsolutePath().normalize(), "--nodes", "1", "--accounting");
        Emulation emulation = new Emulation(folder, root.toRealPath(), slurm.environment());
        SuperfacilityApi api = emulation.client()) {
      String name = "millrace-" + UUID.randomUUID();
      String head =
          "#!/bin/bash\n#SBATCH --job-name=%s\n#SBATCH --output=/dev/null\n#SBATCH --time=10\n"
              .formatted(name);
      String ended = api.submit(name, head + "exit 3\n");
      // Of a job that has ended at once, accounting may know its end before its name and limit.
      Job failed =
          Awaitility.await()
              .atMost(DEADLINE)
              .until(
                  () -> api.find(name),
                  job -> job.isPresent() && job.get().state() == JobState.FAILED)
              .orElseThrow();
      assertThat(failed.reason()).isEqualTo("exit status 3");
      assertThat(failed.nodes()).isOne();
      assertThat(failed.id()).isEqualTo(ended);
      assertThat(failed.name()).isEqualTo(name);
      String held = api.submit(name, head + "#SBATCH --hold\ntrue\n");
      Job waiting = await(api, held, JobState.PENDING);
      assertThat(waiting.reason()).isEqualTo("JobHeldUser");
      assertThat(waiting.elapsed()).isEmpty();
      assertThat(waiting.limit()).contains(Duration.ofMinutes(10));
      // The later of two, though accounting does not list it as long as it may not begin.
      assertThat(api.find(name)).contains(waiting);
      api.cancel(held);
      await(api, held, JobState.CANCELLED);
    }
  }
}

package io.millrace.gateway.facility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalProcessesTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  @TempDir Path folder;
  private LocalProcesses facility;

  @BeforeEach
  void facility() {
    facility = new LocalProcesses(folder);
  }

  private Job awaitEnd(String id) {
    return Awaitility.await()
        .atMost(DEADLINE)
        .until(
            () -> facility.get(id).orElseThrow(),
            job -> job.state().phase() == JobState.Phase.ENDED);
  }

  @Test
  void aJobRunsToItsEnd() throws Exception {
    String id = facility.submit("good", "#!/bin/bash\necho one\necho two >&2\n");
    assertThat(awaitEnd(id).state()).isEqualTo(JobState.COMPLETED);
    assertThat(facility.tail(folder + "/good.log", 100)).contains("one\ntwo\n");
    assertThat(facility.tail(folder + "/good.log", 4)).contains("two\n");
  }

  @Test
  void aJobThatFailsSaysSo() throws Exception {
    Job job = awaitEnd(facility.submit("bad", "#!/bin/bash\nexit 3\n"));
    assertThat(job.state()).isEqualTo(JobState.FAILED);
    assertThat(job.reason()).isEqualTo("exit status 3");
  }

  @Test
  void aJobThatIsCancelledMayEndInItsOwnTime() throws Exception {
    String id =
        facility.submit(
            "long",
            "#!/bin/bash\ntrap 'echo told; exit 0' TERM\necho up\nwhile :; do read -rt 0.1 <> <(:); done\n");
    Awaitility.await()
        .atMost(DEADLINE)
        .until(() -> facility.tail(folder + "/long.log", 100).equals(Optional.of("up\n")));
    assertThat(facility.get(id).orElseThrow().state()).isEqualTo(JobState.RUNNING);
    facility.cancel(id);
    assertThat(awaitEnd(id).state()).isEqualTo(JobState.CANCELLED);
    assertThat(facility.tail(folder + "/long.log", 100)).contains("up\ntold\n");
    facility.cancel(id);
  }

  @Test
  void anotherOneKnowsTheJobToo() throws Exception {
    String id = facility.submit("good", "#!/bin/bash\n");
    awaitEnd(id);
    assertThat(new LocalProcesses(folder).find("good").orElseThrow().state())
        .isEqualTo(JobState.COMPLETED);
  }

  @Test
  void aProcessNumberThatSomebodyElseHasNowIsNotTheJob() throws Exception {
    Path job = Files.createDirectories(folder.resolve(".jobs/old"));
    Files.writeString(job.resolve("process"), ProcessHandle.current().pid() + " 12345");
    assertThat(facility.get("old").orElseThrow().state()).isEqualTo(JobState.FAILED);
    facility.cancel("old");
  }

  @Test
  void aNameIsTakenOnce() throws Exception {
    awaitEnd(facility.submit("one", "#!/bin/bash\n"));
    assertThatThrownBy(() -> facility.submit("one", "#!/bin/bash\n"))
        .isInstanceOf(SubmitRefused.class)
        .hasMessageContaining("there was a job one before");
  }

  @Test
  void whatIsNotThereIsEmpty() throws Exception {
    assertThat(facility.get("never")).isEmpty();
    assertThat(facility.find("never")).isEmpty();
    assertThat(facility.tail(folder + "/never.log", 10)).isEmpty();
    facility.cancel("never");
  }

  @Test
  void aNameIsNoPath() {
    assertThatThrownBy(() -> facility.submit("../x", "#!/bin/bash\n"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFileIsPut() throws Exception {
    facility.put(folder + "/drain", "now".getBytes(StandardCharsets.UTF_8));
    assertThat(folder.resolve("drain")).hasContent("now");
  }
}

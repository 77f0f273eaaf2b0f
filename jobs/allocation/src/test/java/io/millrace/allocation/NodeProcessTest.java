package io.millrace.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeProcessTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  @TempDir Path folder;

  private NodeProcess process(String script) {
    return new NodeProcess("test", "here", List.of("bash", "-c", script), folder.resolve("log"));
  }

  @Test
  void whatEndsIsStartedAgain() throws Exception {
    NodeProcess process = process("echo started");
    Awaitility.await()
        .atMost(DEADLINE)
        .until(
            () -> {
              process.tend();
              return process.starts() == 3;
            });
    process.awaitEnd(DEADLINE);
    assertThat(Files.readAllLines(folder.resolve("log")))
        .containsExactly("started", "started", "started");
  }

  @Test
  void whatCannotBeStartedIsTriedAgain() throws Exception {
    Path log = folder.resolve("full/log");
    NodeProcess process = new NodeProcess("test", "here", List.of("bash", "-c", "echo up"), log);
    process.tend();
    assertThat(process.starts()).isZero();
    Files.createDirectory(log.getParent());
    Awaitility.await()
        .atMost(DEADLINE)
        .until(
            () -> {
              process.tend();
              return process.starts() == 1;
            });
    process.awaitEnd(DEADLINE);
  }

  @Test
  void whatRunsIsLeftAlone() throws Exception {
    NodeProcess process = process("echo up; exec sleep 60");
    process.tend();
    Awaitility.await()
        .atMost(DEADLINE)
        .until(() -> Files.readString(folder.resolve("log")).equals("up\n"));
    process.tend();
    assertThat(process.starts()).isEqualTo(1);
    process.stop();
    process.awaitEnd(DEADLINE);
  }

  @Test
  void whatDoesNotHearIsKilled() throws Exception {
    NodeProcess process = process("trap '' TERM; echo $$; while :; do read -rt 0.1 <> <(:); done");
    process.tend();
    Awaitility.await().atMost(DEADLINE).until(() -> Files.size(folder.resolve("log")) > 1);
    long pid = Long.parseLong(Files.readString(folder.resolve("log")).strip());
    process.stop();
    process.awaitEnd(Duration.ofMillis(300));
    Awaitility.await()
        .atMost(DEADLINE)
        .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }
}

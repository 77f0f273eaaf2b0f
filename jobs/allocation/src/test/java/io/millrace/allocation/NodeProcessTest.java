package io.millrace.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
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

  private static void tend(NodeProcess process) {
    try {
      process.tend();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatEndsIsStartedAgain() throws Exception {
    NodeProcess process = process("echo started");
    Awaitility.await()
        .atMost(DEADLINE)
        .until(
            () -> {
              tend(process);
              return process.starts() == 3;
            });
    process.awaitEnd(DEADLINE);
    assertThat(Files.readAllLines(folder.resolve("log")))
        .containsExactly("started", "started", "started");
  }

  @Test
  void whatRunsIsLeftAlone() throws Exception {
    NodeProcess process = process("echo up; exec sleep 60");
    tend(process);
    Awaitility.await()
        .atMost(DEADLINE)
        .until(() -> Files.readString(folder.resolve("log")).equals("up\n"));
    tend(process);
    assertThat(process.starts()).isEqualTo(1);
    process.stop();
    process.awaitEnd(DEADLINE);
  }

  @Test
  void whatDoesNotHearIsKilled() throws Exception {
    NodeProcess process = process("trap '' TERM; echo $$; while :; do read -rt 0.1 <> <(:); done");
    tend(process);
    Awaitility.await().atMost(DEADLINE).until(() -> Files.size(folder.resolve("log")) > 1);
    long pid = Long.parseLong(Files.readString(folder.resolve("log")).strip());
    process.stop();
    process.awaitEnd(Duration.ofMillis(300));
    Awaitility.await()
        .atMost(DEADLINE)
        .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }
}

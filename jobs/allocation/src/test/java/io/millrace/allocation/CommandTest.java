package io.millrace.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CommandTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private static Command shell(String script) {
    return Command.of("sh", "-c", script);
  }

  @Test
  void whatItPrintsIsReturned() throws Exception {
    assertThat(shell("echo one; echo two >&2").output(DEADLINE)).isEqualTo("one\n");
  }

  @Test
  void aFailureSaysWhatTheProgramSaidWithoutItsStackTraces() {
    String said =
        "The program finished with the following exception:\\n"
            + "java.io.IOException: no file /dark.npy\\n"
            + "\\tat io.millrace.Job.main(Job.java:7)\\n"
            + "\\t... 14 more\\n"
            + "  at least one file is needed\\n"
            + "Caused by: java.nio.file.NoSuchFileException: /dark.npy\\n";
    assertThatThrownBy(() -> shell("printf '" + said + "' >&2; exit 3").output(DEADLINE))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith(
            """
            exit status 3: The program finished with the following exception:
            java.io.IOException: no file /dark.npy
              at least one file is needed
            Caused by: java.nio.file.NoSuchFileException: /dark.npy""");
  }

  @Test
  void whatDoesNotEndIsEnded() {
    assertThatThrownBy(() -> Command.of("sleep", "600").output(Duration.ofMillis(200)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'sleep 600' has not ended");
  }
}

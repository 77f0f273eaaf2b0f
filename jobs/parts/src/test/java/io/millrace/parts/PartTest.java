package io.millrace.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  @TempDir Path run;
  private Parts parts;

  @BeforeEach
  void makeFolders() throws RunFailure {
    parts = new Parts(run, run);
  }

  @AfterEach
  void stopParts() {
    parts.close();
  }

  /** A part that prints a line, and ends. */
  private Part printing(String line) throws RunFailure {
    return parts.start("printer", List.of("printf", "%s\\n", line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ready",
        "ready: modules 0 to 3",
        "2026-01-02T03:04:05.678Z INFO  Aggregator - ready: modules 0 to 3",
        "2026-01-02T03:04:05.678Z ERROR Aggregator - ready"
      })
  void saysThatItIsReady(String line) throws Exception {
    Part part = printing(line);
    assertThatCode(() -> part.awaitOutput("ready", DEADLINE)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "already",
        "not ready",
        "readying",
        "2026-01-02T03:04:05.678Z WARN  Sessions - there is a session already",
        "2026-01-02T03:04:05.678Z INFO  Aggregator - already: no",
        "2026-01-02T03:04:05.678Z INFO  Aggregator - not ready: modules 0 to 3"
      })
  void saysSomethingElse(String line) throws Exception {
    Part part = printing(line);
    // It has ended, so that nothing has to be waited for.
    assertThatThrownBy(() -> part.awaitOutput("ready", DEADLINE))
        .isInstanceOf(RunFailure.class)
        .hasMessageContaining("printer failed")
        .hasMessageContaining(line);
  }

  @Test
  void isReadyWhenItSaysSoAndNotBefore() throws Exception {
    Part part = parts.start("script", List.of("sh", "-c", "echo already; read go; echo ready"));
    assertThatThrownBy(() -> part.awaitOutput("ready", Duration.ofMillis(1)))
        .hasMessageContaining("script has not said 'ready' within 0 s");
    part.tell("go");
    part.awaitOutput("ready", DEADLINE);
    assertThat(part.output(DEADLINE)).isEqualTo("already\nready\n");
  }
}

package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.demo.Sandbox.Result;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A part of the running system is killed in mid-scan: the demo names it, ends, and leaves nothing.
 */
@Execution(ExecutionMode.CONCURRENT)
class KilledPartIT {
  private static final Pattern MID_SCAN = Pattern.compile("[1-9]\\d* of 4,160 frames");

  @TempDir Path dir;
  private Sandbox sandbox;

  @BeforeEach
  void open() {
    sandbox = new Sandbox(dir);
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  @ParameterizedTest
  @CsvSource({
    "producer --modules=2, producer-2 failed",
    "aggregator --listen, aggregator failed",
    "TaskManagerRunner, taskmanager-1 has ended",
  })
  void theDemoNamesItAndEnds(String part, String named) throws Exception {
    Process demo =
        sandbox.start(
            sandbox.run,
            sandbox.demoCommand(
                "--scan=64x64", "--background=28.5", "--xray=436", "--producer=--rate=100"));
    await()
        .atMost(Sandbox.DEADLINE)
        .until(() -> !demo.isAlive() || MID_SCAN.matcher(sandbox.printed()).find());
    assertThat(demo.isAlive()).as(sandbox.printed()).isTrue();

    sandbox.kill(part);

    Result ended = sandbox.result(demo);
    assertThat(ended.status()).as(sandbox.printed()).isEqualTo(1);
    assertThat(ended.err()).contains(named);
    assertThat(sandbox.outputs()).as("no file, and no piece of one").isEmpty();
    assertThat(sandbox.left()).isEmpty();
  }
}

package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be measured is refused before anything starts. */
class RunningSystemOptionsTest {
  @ParameterizedTest
  @CsvSource({
    "pipeline --scan 64, --scan: 64 is no size of a scan such as 64x64",
    "pipeline --scan 64x64 --scan 64x64, --scan or --electrons is given twice",
    "pipeline --electrons few, --electrons",
    "pipeline --rounds 0, --rounds has to be 1 or more",
    "pipeline --lanes 0, --lanes has to be 1",
    "scaling --scan 64by64, --scan: 64by64 is no size",
    "files --scan 64, --scan: 64 is no size",
    "files --scan 64x64 --scan 64x64, --scan: a size is given twice",
    "files --rounds 0, --rounds has to be 1 or more",
    "files --lanes 0, --lanes has to be 1",
    "latency --scan 64, --scan: 64 is no size",
    "latency --scans 0, --scans has to be 1 or more",
    "latency --lanes 0, --lanes has to be 1",
    "scaling --rounds 0, --rounds has to be 1 or more",
    "pipeline --electrons 0, '--electrons has to be 1 to 100000, not 0'",
    "pipeline --electrons 500 --electrons -1, '--electrons has to be 1 to 100000, not -1'",
    "scaling --electrons 100001, '--electrons has to be 1 to 100000, not 100001'",
    "files --electrons 0, '--electrons has to be 1 to 100000, not 0'",
    "latency --electrons 0, '--electrons has to be 1 to 100000, not 0'",
    "checkpoints --scan 512, --scan: 512 is no size",
    "checkpoints --electrons 0, '--electrons has to be 1 to 100000, not 0'",
    "checkpoints --lanes 65, '--lanes has to be 1 to 64, not 65'",
    "pipeline --lanes 65, '--lanes has to be 1 to 64, not 65'",
    "files --lanes 2147483647, '--lanes has to be 1 to 64, not 2147483647'",
    "latency --lanes 65, '--lanes has to be 1 to 64, not 65'",
    "pipeline --first-port 0, '--first-port has to be 1 to 64535, not 0'",
    "scaling --first-port 64536, '--first-port has to be 1 to 64535, not 64536'",
    "files --first-port 70000, '--first-port has to be 1 to 64535, not 70000'",
    "latency --first-port -1, '--first-port has to be 1 to 64535, not -1'",
    "pipeline --background 1088, '--xray has to be above --background (1088.0 ADU), not 1088.0'",
    "pipeline --background NaN, '--background has to be 0 ADU or more, not NaN'",
    "pipeline --background -1, '--background has to be 0 ADU or more, not -1.0'",
    "scaling --xray NaN, '--xray has to be above --background (28.5 ADU), not NaN'",
    "files --xray 20, '--xray has to be above --background (28.5 ADU), not 20.0'",
    "latency --xray Infinity, '--xray has to be above --background (28.5 ADU), not Infinity'",
    "latency --live-scan 64, --live-scan: 64 is no size",
    "latency --live-rate 0, '--live-rate has to be above 0, not 0.0'",
    "latency --live-scans 0, --live-scans has to be 1 or more",
    "viewers --scan 64, --scan: 64 is no size",
    "viewers --rounds 0, --rounds has to be 1 or more",
    "viewers --lanes 65, '--lanes has to be 1 to 64, not 65'",
    "viewers --viewers 0, '--viewers has to be 1 to 500, not 0'",
    "viewers --stalled 21, '--stalled has to be 0 to 20, the number of --viewers, not 21'",
    "viewers --rate NaN, --rate has to be above 0",
  })
  void impossibleOptionsAreRefused(String arguments, String message) {
    assertRefused(message, arguments.split(" "));
  }

  /** So is what cannot be written. */
  @Test
  void fileIsNoDirectory(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("scan"));
    assertRefused(
        "--directory: %s is a file; name a directory".formatted(file),
        "file",
        "--quick",
        "--directory",
        file.toString());
  }

  private static void assertRefused(String message, String... arguments) {
    StringWriter err = new StringWriter();
    int status = Bench.commandLine().setErr(new PrintWriter(err, true)).execute(arguments);
    assertThat(status).isEqualTo(2);
    assertThat(err).asString().contains(message);
  }
}

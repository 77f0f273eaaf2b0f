package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
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
    "pipeline --lanes 0, --lanes has to be 1 or more",
    "scaling --scan 64by64, --scan: 64by64 is no size",
    "files --scan 64, --scan: 64 is no size",
    "files --scan 64x64 --scan 64x64, --scan: a size is given twice",
    "files --rounds 0, --rounds has to be 1 or more",
    "files --lanes 0, --lanes has to be 1 or more",
    "latency --scan 64, --scan: 64 is no size",
    "latency --scans 0, --scans has to be 1 or more",
    "latency --lanes 0, --lanes has to be 1 or more",
    "scaling --rounds 0, --rounds has to be 1 or more",
  })
  void impossibleOptionsAreRefused(String arguments, String message) {
    StringWriter err = new StringWriter();
    int status =
        Bench.commandLine().setErr(new PrintWriter(err, true)).execute(arguments.split(" "));
    assertThat(status).isEqualTo(2);
    assertThat(err).asString().contains(message);
  }
}

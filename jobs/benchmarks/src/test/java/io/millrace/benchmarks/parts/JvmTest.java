package io.millrace.benchmarks.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.millrace.parts.RunFailure;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JvmTest {
  @TempDir private Path directory;

  @Test
  void cpuTimeIsThatOfUserAndKernel() {
    assertThat(
            Jvm.cpuSeconds(
                "4711 (java) S 1 4711 4711 0 -1 4194304 9999 0 0 0 1234 66 7 8 20 0 31 0 5555"))
        .isCloseTo(13.0, within(1e-9));
  }

  @Test
  void aProgramMayHaveAnyName() {
    assertThat(
            Jvm.cpuSeconds(
                "4711 (a) b (c 1) R 1 4711 4711 0 -1 4194304 9999 0 0 0 100 50 7 8 20 0 31 0 5555"))
        .isCloseTo(1.5, within(1e-9));
  }

  @Test
  void residentMemoryIsThePeak() {
    assertThat(
            Jvm.peakResidentBytes(
                "Name:\tjava\nVmPeak:\t 9000 kB\nVmHWM:\t  123456 kB\nVmRSS:\t   99999 kB\n"))
        .isEqualTo(123_456L * 1024);
  }

  /** A process of its own, as the parts are: what it allocates is found in its log. */
  @Test
  void aRealProcessIsMeasured() throws Exception {
    List<String> command =
        new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
    command.addAll(Jvm.options(directory));
    command.addAll(
        List.of(
            "-XX:+UseParallelGC",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            Allocating.class.getName()));
    Process process = new ProcessBuilder(command).start();
    try {
      assertThat(process.inputReader().readLine()).isEqualTo("ready");
      Jvm jvm = Jvm.of("program", process.pid(), directory);
      Instant from = jvm.collectGarbage();
      double before = jvm.cpuSeconds();
      process.outputWriter().append("go\n").flush();
      assertThat(process.inputReader().readLine()).isEqualTo("done");
      assertThat(jvm.cpuSeconds()).isGreaterThan(before);
      GcLog.Span span = jvm.allocation(from, jvm.collectGarbage());
      // The log has whole megabytes for each collection.
      assertThat(span.allocatedBytes() / 1e6).isCloseTo(Allocating.MEGABYTES, withinPercentage(10));
      assertThat(span.collections()).isPositive();
      assertThat(span.pauseSeconds()).isPositive();
      assertThat(jvm.peakResidentBytes()).isGreaterThan(20_000_000);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** Allocates so much when it is told to. */
  static final class Allocating {
    static final int MEGABYTES = 500;
    private static volatile byte[] last;

    private Allocating() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
      System.out.println("ready");
      System.in.read();
      for (int i = 0; i < MEGABYTES; i++) {
        last = new byte[1_000_000];
      }
      System.out.println("done");
      Thread.sleep(60_000); // until it is destroyed
    }
  }

  @Test
  void aProcessThatHasEndedIsNamed() {
    Jvm gone = Jvm.of(Jvm.AGGREGATOR, 999_999_999, directory);
    assertThatThrownBy(gone::cpuSeconds)
        .isInstanceOf(RunFailure.class)
        .hasMessageContaining(
            "the aggregator (process 999999999) cannot be measured: it has ended");
    assertThatThrownBy(gone::collectGarbage)
        .isInstanceOf(RunFailure.class)
        .hasMessageContaining("GC.run failed (aggregator)");
  }
}

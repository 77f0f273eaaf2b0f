package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands as processes: they say when they are ready, why they cannot be, and obey SIGTERM.
 */
class MillraceIT {
  @TempDir private Path directory;

  @Test
  void theAggregatorEndsOnSigterm() throws Exception {
    int port = Ports.free(8);
    untilReadyThenTerminate(
        port,
        "aggregator",
        "--listen",
        "tcp://127.0.0.1:" + port,
        "--lane-address",
        "tcp://127.0.0.1:" + (port + 4));
  }

  @Test
  void zookeeperEndsOnSigterm() throws Exception {
    int port = Ports.free(1);
    untilReadyThenTerminate(
        port, "zookeeper", "--port", "" + port, "--data", directory.resolve("data").toString());
  }

  private void untilReadyThenTerminate(int port, String... arguments) throws Exception {
    Path log = directory.resolve("log");
    Process process = start(log, arguments);
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> Files.readString(log).contains("ready"));
      new Socket(InetAddress.getLoopbackAddress(), port).close();
      Process second = start(directory.resolve("second"), arguments);
      assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(second.exitValue()).as("a second one on the same port").isEqualTo(1);
      assertThat(directory.resolve("second")).content().contains("is in use").contains("" + port);
      process.destroy();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(143);
    } finally {
      process.destroyForcibly();
    }
  }

  private static Process start(Path log, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Millrace.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }
}

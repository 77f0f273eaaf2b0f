package io.millrace.ingest.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.coordination.Membership;
import io.millrace.coordination.Role;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.coordination.ZooKeeperNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program, as an operator starts it. */
class ConsoleIT {
  private static final Path MILLRACE = Path.of("../../scripts/millrace").toAbsolutePath();
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir private Path directory;

  private Process start(Path out, String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(MILLRACE.toString());
    command.addAll(List.of(words));
    ProcessBuilder process = new ProcessBuilder(command);
    process.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return process
        .redirectOutput(out.toFile())
        .redirectError(directory.resolve("err").toFile())
        .start();
  }

  private String run(int code, String... words) throws Exception {
    Path out = directory.resolve("out");
    Process process = start(out, words);
    try {
      assertThat(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(directory.resolve("err")).as("what is no result, and no error").isEmptyFile();
    assertThat(process.exitValue()).as(Files.readString(out)).isEqualTo(code);
    return Files.readString(out);
  }

  @Test
  void anOperatorLeadsASessionAndSeesWhatIsWrong() throws Exception {
    String zk;
    try (ZooKeeperNode server = ZooKeeperNode.start("127.0.0.1", 0, directory.resolve("data"))) {
      zk = "127.0.0.1:" + server.port();
      assertThat(run(0, "session", "open", "night", "--zookeeper", zk)).contains("is open since");
      try (ZooKeeperConnection zooKeeper = ZooKeeperConnection.open(zk, TIMEOUT);
          Membership aggregator =
              Membership.join(
                  zooKeeper,
                  Member.starting(Role.AGGREGATOR, "edge", "night", Map.of(Member.LANES, "1")),
                  TIMEOUT);
          Membership lane =
              Membership.join(
                  zooKeeper, Member.starting(Role.LANE, "lane-0", "night", Map.of()), TIMEOUT)) {
        assertThat(run(1, "status", "--zookeeper", zk))
            .contains("1 PROBLEM\n* Session night is open and has no producer.");
        watchUntilSomethingIsWrong(zk, lane);
        assertThat(aggregator.member().state()).isEqualTo(MemberState.STARTING);
      }
      assertThat(run(0, "session", "drain", "night", "--zookeeper", zk)).contains("is drained");
      assertThat(run(0, "status", "--zookeeper", zk, "--json"))
          .contains("\"state\":\"DRAINING\"")
          .contains("\"well\":true");
    }
    assertThat(run(1, "status", "--zookeeper", zk, "--connect-timeout", "1s"))
        .contains("1 PROBLEM\n* ZooKeeper cannot be used: no ZooKeeper at " + zk);
  }

  /** And then ends it with SIGTERM: a shell may have told this process to ignore Ctrl-C. */
  private void watchUntilSomethingIsWrong(String zk, Membership lane) throws Exception {
    Path out = directory.resolve("watched");
    Process watch = start(out, "status", "--watch", "--json", "--zookeeper", zk);
    try {
      await().atMost(TIMEOUT).until(() -> last(out).path("problems").size() == 1);
      lane.tell(MemberState.FAILED, "out of memory");
      await()
          .atMost(TIMEOUT)
          .until(() -> last(out).at("/problems/0/what").asText().endsWith(": out of memory."));
      assertThat(watch.isAlive()).isTrue();
      watch.destroy();
      assertThat(watch.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(watch.exitValue()).isEqualTo(143);
    } finally {
      watch.destroyForcibly();
    }
  }

  private static JsonNode last(Path out) throws IOException {
    String text = Files.readString(out);
    String whole = text.substring(0, text.lastIndexOf('\n') + 1).strip();
    return new ObjectMapper().readTree(whole.substring(whole.lastIndexOf('\n') + 1));
  }
}

package io.millrace.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Asked of JobManagers that are not there, or do not know of the job yet. */
class FlinkRestTest {
  private static final String RUNNING = "{\"state\":\"RUNNING\"}";

  private final List<HttpServer> servers = new ArrayList<>();

  /** What a JobManager answers, in turn; the last one for ever. An empty answer is status 503. */
  private String jobManager(String... answers) throws IOException {
    Queue<String> next = new ArrayDeque<>(List.of(answers));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String answer = next.size() > 1 ? next.remove() : next.element();
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(
              answer.isEmpty() ? 503 : 200, answer.isEmpty() ? -1 : body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    servers.add(server);
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private static String nobody() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }
  }

  @AfterEach
  void stop() {
    servers.forEach(server -> server.stop(0));
  }

  @Test
  void theNextOneIsAskedIfOneIsGone() throws Exception {
    FlinkRest rest = new FlinkRest(List.of(nobody(), jobManager(RUNNING)), Duration.ZERO);
    assertThat(rest.jobState("a")).isEqualTo("RUNNING");
    assertThat(rest.jobState("a")).isEqualTo("RUNNING");
  }

  @Test
  void isAskedAgainUntilOneHasTakenOver() throws Exception {
    FlinkRest rest =
        new FlinkRest(List.of(nobody(), jobManager("", "", "", RUNNING)), Duration.ofSeconds(30));
    assertThat(rest.jobState("a")).isEqualTo("RUNNING");
  }

  @Test
  void withoutPatienceTheProblemIsSaidAtOnce() throws Exception {
    String address = jobManager("", RUNNING);
    assertThatThrownBy(() -> new FlinkRest(List.of(address), Duration.ZERO).jobState("a"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(address + "/jobs/a");
  }

  @Test
  void aJobThatIsBeingStartedHasNoTasksThatRun() throws Exception {
    FlinkRest rest =
        new FlinkRest(
            List.of(
                jobManager(
                    "{\"state\":\"INITIALIZING\",\"vertices\":[]}",
                    "{\"vertices\":[{\"status\":\"RUNNING\"},{\"status\":\"DEPLOYING\"}]}",
                    "{\"vertices\":[{\"status\":\"RUNNING\"},{\"status\":\"RUNNING\"}]}")),
            Duration.ZERO);
    assertThat(rest.allTasksRun("a")).isFalse();
    assertThat(rest.allTasksRun("a")).isFalse();
    assertThat(rest.allTasksRun("a")).isTrue();
  }

  @Test
  void theTaskManagerWithMostToDoIsTheFirst() throws Exception {
    FlinkRest rest =
        new FlinkRest(
            List.of(
                jobManager(
                    """
                    {"taskmanagers":[
                      {"id":"taskmanager-1-1795909933","slotsNumber":4,"freeSlots":4},
                      {"id":"taskmanager-2-1795909934","slotsNumber":4,"freeSlots":3},
                      {"id":"taskmanager-3-1795909935","slotsNumber":4,"freeSlots":2}]}
                    """)),
            Duration.ZERO);
    assertThat(rest.busyTaskManagers()).containsExactly("taskmanager-3", "taskmanager-2");
    assertThat(rest.taskManagers()).isEqualTo(3);
  }

  @Test
  void aJobWasRestartedIfItEverWas() throws Exception {
    FlinkRest rest =
        new FlinkRest(
            List.of(
                jobManager(
                    "{\"timestamps\":{\"RUNNING\":1795000000000,\"RESTARTING\":0}}",
                    "{\"timestamps\":{\"RUNNING\":1795000009000,\"RESTARTING\":1795000005000}}")),
            Duration.ZERO);
    assertThat(rest.wasRestarted("a")).isFalse();
    assertThat(rest.wasRestarted("a")).isTrue();
  }

  @Test
  void onlyCompleteCheckpointsAreToldInTheirOrder() throws Exception {
    FlinkRest rest =
        new FlinkRest(
            List.of(
                jobManager(
                    """
                    {"counts":{"completed":2},"history":[
                      {"id":4,"status":"IN_PROGRESS","trigger_timestamp":1795000003000},
                      {"id":3,"status":"COMPLETED","trigger_timestamp":1795000002000,
                       "state_size":5000000,"checkpointed_size":4000000,"end_to_end_duration":80},
                      {"id":2,"status":"FAILED","trigger_timestamp":1795000001000},
                      {"id":1,"status":"COMPLETED","trigger_timestamp":1795000000000,
                       "state_size":2000,"checkpointed_size":2000,"end_to_end_duration":1200}]}
                    """)),
            Duration.ZERO);
    Instant first = Instant.ofEpochMilli(1_795_000_000_000L);
    assertThat(rest.checkpoints("a"))
        .containsExactly(
            new Checkpoint(first, Duration.ofMillis(1200), 2_000),
            new Checkpoint(first.plusSeconds(2), Duration.ofMillis(80), 5_000_000));
  }
}

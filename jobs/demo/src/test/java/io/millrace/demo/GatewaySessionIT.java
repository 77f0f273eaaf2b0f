package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A session from the gateway's API, on this machine without a batch system: the packaged gateway,
 * real HTTP, real processes. After it nothing may be left.
 */
@Execution(ExecutionMode.CONCURRENT)
class GatewaySessionIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHOSEN = "a password of my own";

  @TempDir Path dir;
  private Sandbox sandbox;
  private Path machines;
  private final HttpClient http = HttpClient.newHttpClient();
  private String address;
  private String cookie = "";
  private String csrf = "";

  @RegisterExtension
  final TestExecutionExceptionHandler showOutput =
      (context, failure) -> {
        throw new AssertionError(failure.getMessage() + "\n" + sandbox.printed(), failure);
      };

  @BeforeEach
  void machine() throws Exception {
    sandbox = new Sandbox(dir);
    machines = sandbox.thisMachine();
  }

  @AfterEach
  void end() throws Exception {
    try {
      assertThat(sandbox.left()).as("left over").isEmpty();
    } finally {
      sandbox.close();
    }
  }

  private Process startGateway() throws Exception {
    int before = occurrences("gateway: http");
    Process gateway =
        sandbox.start(
            sandbox.run,
            List.of(
                Sandbox.script("millrace"),
                "gateway",
                "--listen=127.0.0.1:0",
                "--live-listen=tcp://127.0.0.1:" + (sandbox.jobManagersPort + 2),
                "--database=sqlite:" + dir.resolve("gateway.db"),
                "--machines=" + machines));
    await()
        .atMost(Sandbox.DEADLINE)
        .until(
            () -> {
              assertThat(gateway.isAlive()).as("the gateway runs").isTrue();
              return occurrences("gateway: http") > before;
            });
    Matcher printed = Pattern.compile("gateway: (http://\\S+)/\n").matcher(sandbox.printed());
    while (printed.find()) {
      address = printed.group(1);
    }
    return gateway;
  }

  private int occurrences(String text) {
    return sandbox.printed().split(Pattern.quote(text), -1).length;
  }

  private JsonNode ask(String method, String path, String body, int status) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + "/api/v1" + path))
            .timeout(Duration.ofSeconds(60))
            .header("Content-Type", "application/json")
            .header("X-Millrace-Csrf", csrf)
            .header("Cookie", cookie)
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    answer.headers().firstValue("Set-Cookie").ifPresent(set -> cookie = set.split(";")[0]);
    return JSON.readTree(answer.body());
  }

  private void login(String password) throws Exception {
    JsonNode me =
        ask("POST", "/login", "{\"name\":\"admin\",\"password\":\"%s\"}".formatted(password), 200);
    csrf = me.get("csrf").asText();
  }

  private JsonNode session() throws Exception {
    return ask("GET", "/sessions/night", "", 200);
  }

  private void awaitState(String state) {
    await()
        .atMost(Sandbox.DEADLINE)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              JsonNode session = session();
              assertThat(session.get("state").asText())
                  .as(session.toPrettyString())
                  .isNotEqualTo("FAILED");
              return session.get("state").asText().equals(state);
            });
  }

  /**
   * From REQUESTED over READY to ENDED; the gateway is killed while the session starts, and the
   * next one goes on with it: there is one job.
   */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void aSessionIsStartedAndDrainedThroughTheApi() throws Exception {
    Process gateway = startGateway();
    Matcher password = Pattern.compile("one-time password (\\S+),").matcher(sandbox.printed());
    assertThat(password.find()).isTrue();
    login(password.group(1));
    ask(
        "POST",
        "/me/password",
        "{\"old\":\"%s\",\"new\":\"%s\"}".formatted(password.group(1), CHOSEN),
        204);
    JsonNode asked =
        ask(
            "POST",
            "/sessions",
            """
            {"name":"night","machine":"local","nodes":1,"minutes":30,
             "parameters":{"background":28.5,"xray":436,"centroids":true}}
            """,
            201);
    assertThat(asked.get("state").asText()).isEqualTo("REQUESTED");
    awaitState("STARTING");
    gateway.destroyForcibly().waitFor();

    gateway = startGateway();
    assertThat(occurrences("one-time password")).as("printed once").isEqualTo(2);
    await()
        .atMost(Sandbox.DEADLINE)
        .until(() -> session().get("zookeeper").asText("").contains(":"));
    Process aggregator =
        sandbox.start(
            sandbox.run,
            List.of(
                Sandbox.script("millrace"),
                "aggregator",
                "--session=night",
                "--zookeeper=" + session().get("zookeeper").asText(),
                "--listen=tcp://127.0.0.1:" + sandbox.producerPort,
                "--lane-address=tcp://127.0.0.1:" + sandbox.lanePort,
                "--lanes=1"));
    awaitState("READY");
    JsonNode ready = session();
    assertThat(ready.get("ends").asText()).isNotEmpty();
    assertThat(ask("GET", "/machines", "", 200).get(0).at("/facility/state").asText())
        .isEqualTo("up");
    ask("POST", "/sessions/night/drain", "", 200);
    awaitState("ENDED");
    assertThat(session().get("steps").findValuesAsText("state"))
        .startsWith("REQUESTED", "SUBMITTED")
        .contains("STARTING", "READY", "DRAINING")
        .endsWith("ENDED");

    try (Stream<Path> jobs = Files.list(dir.resolve("sessions/.jobs"))) {
      assertThat(jobs.filter(Files::isDirectory)).as("there was one job").hasSize(1);
    }

    aggregator.destroy();
    gateway.destroy();
    assertThat(aggregator.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(gateway.waitFor(30, TimeUnit.SECONDS)).as("ends on SIGTERM").isTrue();
    assertThat(gateway.exitValue()).isEqualTo(143);
  }
}

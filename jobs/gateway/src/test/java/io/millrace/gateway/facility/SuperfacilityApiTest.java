package io.millrace.gateway.facility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client, against a server that says what it is told to. */
class SuperfacilityApiTest {
  private static final String SCRIPT = "#!/bin/bash\ntrue\n";
  private static final String SUBMIT = "POST /api/compute/jobs/perlmutter";
  private static final String LIST = "GET /api/compute/jobs/perlmutter";
  private static final String JOB = "GET /api/compute/jobs/perlmutter/7";
  private static final String TASK = "GET /api/tasks/t1";
  private static final String TOKEN = "POST /token";
  private static final String TAKEN = "{\"task_id\":\"t1\",\"status\":\"OK\",\"error\":null}";
  private static final String DONE =
      "{\"id\":\"t1\",\"status\":\"COMPLETED\",\"result\":\"{\\\"status\\\":\\\"ok\\\",\\\"jobid\\\":\\\"7\\\",\\\"error\\\":null}\"}";
  private static final String NO_JOBS = "{\"status\":\"OK\",\"output\":[],\"error\":null}";

  private static final Patience PATIENCE =
      patience(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofMillis(300));

  private static Patience patience(Duration answer, Duration call, Duration unseen) {
    return new Patience(
        answer,
        call,
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofSeconds(5),
        Duration.ofMillis(200),
        unseen);
  }

  private static RSAKey key;

  @TempDir Path folder;

  /**
   * An answer.
   *
   * @param status of HTTP; 0 for none at all, -1 for one that never ends
   */
  private record Reply(int status, String body, Map<String, String> headers) {
    static Reply of(String body) {
      return new Reply(200, body, Map.of());
    }

    static Reply of(int status, String body) {
      return new Reply(status, body, Map.of());
    }
  }

  /** By method and path; the last one is given for ever. */
  private final Map<String, Deque<Reply>> replies = new ConcurrentHashMap<>();

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private SuperfacilityApi api;

  @BeforeAll
  static void key() throws Exception {
    key = new RSAKeyGenerator(2048).generate();
  }

  @BeforeEach
  void server() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
    reply("GET /api/status/perlmutter", Reply.of("{\"status\":\"Active\",\"notes\":[]}"));
    reply(TOKEN, Reply.of("{\"access_token\":\"SECRET\",\"expires_in\":600}"));
    reply(SUBMIT, Reply.of(TAKEN));
    reply(TASK, Reply.of(DONE));
    reply(LIST, Reply.of(NO_JOBS));
    api = SuperfacilityApi.open(settings(), PATIENCE);
  }

  private Map<String, String> settings() throws IOException {
    Path file = folder.resolve("key.json");
    Files.writeString(
        file, "{\"client_id\": \"me\", \"secret\": %s}".formatted(key.toJSONString()));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    String address = "http://localhost:" + server.getAddress().getPort();
    return Map.of(
        "api",
        address + "/api/",
        "token",
        address + "/token",
        "machine",
        "perlmutter",
        "key",
        file.toString());
  }

  @AfterEach
  void noServer() {
    api.close();
    server.stop(0);
    threads.shutdownNow();
  }

  private void reply(String to, Reply... with) {
    replies.put(to, new ArrayDeque<>(List.of(with)));
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      String call = exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath();
      asked.add(call + "?" + exchange.getRequestURI().getRawQuery());
      tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      Reply reply;
      synchronized (replies) {
        Deque<Reply> left = replies.getOrDefault(call, new ArrayDeque<>());
        reply =
            left.size() > 1
                ? left.poll()
                : left.isEmpty() ? Reply.of(404, "{\"detail\":\"Not Found\"}") : left.peek();
      }
      if (reply.status() == 0) {
        return;
      }
      reply.headers().forEach(exchange.getResponseHeaders()::set);
      byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
      boolean endless = reply.status() < 0;
      exchange.sendResponseHeaders(endless ? 200 : reply.status(), 0);
      exchange.getResponseBody().write(body);
      if (endless) {
        exchange.getResponseBody().flush();
        Thread.sleep(60_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long posts() {
    return asked.stream().filter(call -> call.startsWith(SUBMIT)).count();
  }

  private static Reply jobs(String row) {
    return Reply.of("{\"status\":\"ok\",\"output\":[%s],\"error\":null}".formatted(row));
  }

  @Test
  void aJobIsSubmitted() throws Exception {
    assertThat(api.submit("a", SCRIPT)).isEqualTo("7");
    assertThat(posts()).isOne();
  }

  @Test
  void aJobWhoseAnswerWasLostIsLookedForBeforeItIsSubmittedAgain() throws Exception {
    reply(SUBMIT, Reply.of(0, ""), Reply.of(TAKEN));
    assertThat(api.submit("a", SCRIPT)).isEqualTo("7");
    List<String> calls = asked.stream().filter(call -> call.contains("compute")).toList();
    assertThat(calls).hasSizeGreaterThan(3);
    assertThat(calls.get(0)).startsWith(SUBMIT);
    assertThat(calls.get(calls.size() - 1)).startsWith(SUBMIT);
    assertThat(calls.subList(1, calls.size() - 1))
        .allMatch(call -> call.startsWith(LIST) && call.contains("kwargs=name%3Da"))
        .allMatch(call -> call.contains("cached=false"));
  }

  @Test
  void aJobThatIsFoundIsNotSubmittedAgain() throws Exception {
    reply(SUBMIT, Reply.of(504, "<html>Gateway Timeout</html>"));
    reply(
        LIST,
        Reply.of(NO_JOBS),
        Reply.of(NO_JOBS),
        jobs("{\"jobid\":\"8\",\"jobname\":\"b\",\"state\":\"RUNNING\"}"),
        Reply.of(NO_JOBS),
        jobs("{\"jobid\":\"9\",\"jobname\":\"a\",\"state\":\"RUNNING\"}"));
    try (SuperfacilityApi patient =
        SuperfacilityApi.open(
            settings(), patience(PATIENCE.answer(), PATIENCE.call(), Duration.ofSeconds(30)))) {
      assertThat(patient.submit("a", SCRIPT)).isEqualTo("9");
    }
    assertThat(posts()).isOne();
  }

  @Test
  void ifItCannotBeLookedForItIsNotSubmittedAgain() {
    reply(SUBMIT, Reply.of(0, ""));
    reply(LIST, Reply.of(500, "broken"));
    assertThatThrownBy(() -> api.submit("a", SCRIPT)).hasMessageContaining("broken");
    assertThat(posts()).isOne();
  }

  @Test
  void besideATaskThatIsStuckNothingIsSubmitted() {
    reply(TASK, Reply.of("{\"id\":\"t1\",\"status\":\"new\",\"result\":null}"));
    assertThatThrownBy(() -> api.submit("a", SCRIPT))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("task t1")
        .hasMessageContaining("look for it by its name");
    assertThat(posts()).isOne();
  }

  @Test
  void aSubmitEndsInItsTime() {
    reply(SUBMIT, Reply.of(429, "slowly"));
    assertThatThrownBy(() -> api.submit("a", SCRIPT))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("status 429, slowly");
    assertThat(posts()).isGreaterThan(2);
  }

  @Test
  void whatTheApiDoesNotUnderstandIsRefused() {
    reply(
        SUBMIT,
        Reply.of(
            422, "{\"detail\":[{\"loc\":[\"body\",\"job\"],\"msg\":\"bad\",\"type\":\"x\"}]}"));
    assertThatThrownBy(() -> api.submit("a", SCRIPT))
        .isInstanceOf(SubmitRefused.class)
        .hasMessageContaining("body.job bad");
    reply(SUBMIT, Reply.of("{\"task_id\":null,\"status\":\"ERROR\",\"error\":\"no account\"}"));
    assertThatThrownBy(() -> api.submit("a", SCRIPT))
        .isInstanceOf(SubmitRefused.class)
        .hasMessageContaining("no account");
  }

  @Test
  void aTaskThatFailedBecauseSlurmWasAwayIsTriedAgain() throws Exception {
    reply(
        TASK,
        Reply.of(
            "{\"status\":\"failed\",\"result\":\"sbatch: error: Unable to contact slurm controller (connect failure)\"}"),
        Reply.of(DONE));
    assertThat(api.submit("a", SCRIPT)).isEqualTo("7");
    assertThat(posts()).isEqualTo(2);
  }

  @Test
  void namesAndScriptsAreChecked() {
    for (String name : List.of("", "a b", "-a", "a;b", "a/b")) {
      assertThatThrownBy(() -> api.submit(name, SCRIPT))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> api.submit("a", "\n" + SCRIPT))
        .isInstanceOf(IllegalArgumentException.class);
    for (String id : List.of("", "../1", "1;2", "a")) {
      assertThatThrownBy(() -> api.get(id)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> api.cancel(id)).isInstanceOf(IllegalArgumentException.class);
    }
    for (String path : List.of("", "a", "/", "/a/../b", "/a//b", "/a/", "/a\nb", "/./a")) {
      assertThatThrownBy(() -> api.tail(path, 1))
          .as(path)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(asked).isEmpty();
  }

  @Test
  void theQueueSaysWhyAJobWaits() throws Exception {
    reply(
        JOB,
        jobs(
            "{\"jobid\":\"7\",\"jobname\":\"a\",\"state\":\"PENDING\",\"reason\":\"None\",\"reqnodes\":\"2\"}"),
        jobs(
            "{\"JOBID\":\"7\",\"name\":\"a\",\"state\":\"PENDING\",\"reason\":\"QOSMaxNodePerUserLimit\",\"nodes\":2}"));
    Job job = api.get("7").orElseThrow();
    assertThat(job.reason()).isEqualTo("QOSMaxNodePerUserLimit");
    assertThat(job.nodes()).isEqualTo(2);
    assertThat(asked.get(1)).endsWith("?sacct=true&cached=false");
    assertThat(asked.get(2)).endsWith("?sacct=false&cached=false");
  }

  @Test
  void aJobThatSlurmDoesNotKnowIsNone() throws Exception {
    reply(
        JOB,
        Reply.of(NO_JOBS),
        Reply.of(
            "{\"status\":\"ERROR\",\"error\":\"slurm_load_jobs error: Invalid job id specified\"}"));
    assertThat(api.get("7")).isEmpty();
    reply(JOB, Reply.of("{\"status\":\"ERROR\",\"error\":\"database is away\"}"));
    assertThatThrownBy(() -> api.get("7")).hasMessageContaining("database is away");
  }

  @Test
  void optionsThatTheApiDoesNotKnowAreLeftOut() throws Exception {
    reply(
        LIST,
        Reply.of(422, "{\"detail\":\"kwargs\"}"),
        jobs("{\"jobid\":\"9\",\"jobname\":\"a\",\"state\":\"RUNNING\"}"));
    assertThat(api.find("a").orElseThrow().id()).isEqualTo("9");
    assertThat(asked.get(2)).endsWith("?sacct=true&cached=false");
  }

  @Test
  void aTokenThatIsRefusedIsRenewedOnce() throws Exception {
    reply(
        TOKEN,
        Reply.of("{\"access_token\":\"SECRET\",\"expires_in\":600}"),
        Reply.of("{\"access_token\":\"OTHER\",\"expires_in\":600}"));
    reply(
        JOB,
        Reply.of(401, "{\"detail\":\"expired\"}"),
        jobs("{\"jobid\":\"7\",\"state\":\"RUNNING\"}"));
    assertThat(api.get("7")).isPresent();
    assertThat(tokens).containsExactly("null", "Bearer SECRET", "null", "Bearer OTHER");
    reply(JOB, Reply.of(401, "{\"detail\":\"expired\"}"));
    assertThatThrownBy(() -> api.get("7"))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("does not take a new access token either")
        .hasMessageNotContaining("OTHER");
  }

  @Test
  void aTokenIsUsedAsLongAsItIsGood() throws Exception {
    reply(JOB, jobs("{\"jobid\":\"7\",\"state\":\"RUNNING\"}"));
    api.get("7");
    api.get("7");
    assertThat(asked.stream().filter(call -> call.startsWith(TOKEN))).hasSize(1);
  }

  @Test
  void aClientThatHasEndedIsToldWhatToDo() {
    reply(
        TOKEN,
        Reply.of(401, "{\"error\":\"invalid_client\",\"error_description\":\"has expired\"}"));
    assertThatThrownBy(() -> api.get("7"))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("client me of " + folder)
        .hasMessageContaining("invalid_client: has expired")
        .hasMessageContaining("make a new one");
  }

  @Test
  void anAnswerThatNeverEndsIsNotWaitedFor() throws Exception {
    // All else is answered, be the machine busy or not; so the client may be in a hurry but once.
    reply("GET /api/status/perlmutter", Reply.of(-1, "{"));
    Instant begin = Instant.now();
    try (SuperfacilityApi hurried =
        SuperfacilityApi.open(
            settings(),
            patience(Duration.ofSeconds(1), Duration.ofSeconds(2), PATIENCE.unseen()))) {
      assertThatThrownBy(hurried::status)
          .isInstanceOf(FacilityException.class)
          .hasMessageContaining("no answer for 1 s");
    }
    assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void aLongerWaitThanThereIsTimeForIsNotBegun() {
    reply(JOB, new Reply(503, "busy", Map.of("Retry-After", "3600")));
    assertThatThrownBy(() -> api.get("7"))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("status 503, busy, and asks to wait 3600 s");
    assertThat(asked.stream().filter(call -> call.startsWith(JOB))).hasSize(1);
  }

  @Test
  void filesComeAsTheyAreOrAsText() throws Exception {
    String download = "GET /api/utilities/download/perlmutter//a%20b/%25%3F.log";
    String bytes = Base64.getEncoder().encodeToString("söme text".getBytes(StandardCharsets.UTF_8));
    reply(
        download,
        Reply.of("{\"status\":\"OK\",\"file\":\"%s\",\"is_binary\":true}".formatted(bytes)),
        Reply.of("{\"status\":\"OK\",\"file\":\"some text\",\"is_binary\":false}"),
        Reply.of("{\"status\":\"ERROR\",\"error\":\"cat: No such file or directory\"}"),
        Reply.of("{\"status\":\"ERROR\",\"error\":\"permission denied\"}"));
    assertThat(api.tail("/a b/%?.log", 100)).contains("söme text");
    assertThat(api.tail("/a b/%?.log", 4)).contains("text");
    assertThat(api.tail("/a b/%?.log", 4)).isEmpty();
    assertThatThrownBy(() -> api.tail("/a b/%?.log", 4)).hasMessageContaining("permission denied");
    assertThat(asked.get(1)).endsWith("?binary=true");
  }

  @Test
  void aFileThatCannotBeWrittenSaysSo() {
    reply(
        "PUT /api/utilities/upload/perlmutter//a",
        Reply.of("{\"status\":\"ERROR\",\"error\":\"disk quota\"}"));
    assertThatThrownBy(() -> api.put("/a", new byte[1])).hasMessageContaining("disk quota");
  }

  @Test
  void cancellingMayBeATask() throws Exception {
    reply("DELETE /api/compute/jobs/perlmutter/7", Reply.of(TAKEN));
    reply(
        TASK,
        Reply.of("{\"status\":\"new\"}"),
        Reply.of("{\"status\":\"completed\",\"result\":\"\"}"));
    api.cancel("7");
    assertThat(asked.stream().filter(call -> call.startsWith(TASK))).hasSize(2);
    reply("DELETE /api/compute/jobs/perlmutter/7", Reply.of(404, "no"));
    api.cancel("7");
    reply(
        "DELETE /api/compute/jobs/perlmutter/7",
        Reply.of("{\"status\":\"error\",\"error\":\"Access denied\"}"));
    assertThatThrownBy(() -> api.cancel("7")).hasMessageContaining("Access denied");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-12-01T12:00:00Z, 2026-12-01T12:00:00Z",
    "2026-12-01T12:00:00-08:00, 2026-12-01T20:00:00Z",
    "2026-12-01T12:00:00.5, 2026-12-01T12:00:00.5Z",
    "never,"
  })
  void theClientsEndIsRead(String said, Instant end) throws Exception {
    reply(
        "GET /api/account/clients",
        Reply.of(
            "[{\"clientId\":\"other\",\"expiresAt\":\"2020-01-01T00:00:00Z\"},{\"clientId\":\"me\",\"expiresAt\":\"%s\"}]"
                .formatted(said)));
    assertThat(api.credentialExpiry().orElse(null)).isEqualTo(end);
  }

  @ParameterizedTest
  @CsvSource({
    "Degraded, DEGRADED",
    "UNAVAILABLE, UNAVAILABLE",
    "active, ACTIVE",
    "on fire, UNKNOWN"
  })
  void theMachinesStatusIsRead(String said, FacilityStatus.Health health) throws Exception {
    reply(
        "GET /api/status/perlmutter",
        Reply.of("{\"status\":\"%s\",\"notes\":[\"a\"]}".formatted(said)));
    assertThat(api.status()).isEqualTo(new FacilityStatus(health, List.of("a")));
    assertThat(tokens).containsExactly("null");
  }

  @ParameterizedTest
  @CsvSource({
    "key, '', key is missing",
    "machine, a/b, letters",
    "api, http://api.example.org, https",
    "token, ftp://localhost, https",
    "token, https://a@localhost, https",
    "user, me, there is no 'user' with kind superfacility"
  })
  void settingsAreChecked(String name, String value, String error) throws Exception {
    Map<String, String> settings = new ConcurrentHashMap<>(settings());
    settings.put(name, value);
    assertThatThrownBy(() -> SuperfacilityApi.open(settings, PATIENCE))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining(error);
  }
}

package io.millrace.emulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Answers as the Superfacility API does, on the loopback interface only. */
public final class EmulatorServer implements AutoCloseable {
  /** Of the API itself. */
  public static final String API = "/api/v1.2";

  /** Where tokens are handed out. */
  public static final String TOKEN = "/c2id/token";

  /** Where troubles are ordered: a POST of {@link Faults.Order} as JSON. */
  public static final String FAULTS = "/emulator/faults";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int THREADS = 8;
  private static final int MOST_BYTES = 64 << 20;

  /** As that of a client that may submit jobs. */
  private static final Duration CLIENT_LASTS = Duration.ofHours(48);

  private static final Pattern JOBS = Pattern.compile("/compute/jobs/([^/]+)(?:/(\\d+))?");
  private static final Pattern TASK = Pattern.compile("/tasks/([^/]+)");
  private static final Pattern STATUS = Pattern.compile("/status/([^/]+)");
  private static final Pattern FILES =
      Pattern.compile("/utilities/(upload|download|ls)/([^/]+)/(.*)", Pattern.DOTALL);
  private static final Pattern JOB_NAME_OR_USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._,-]*");

  /** Options that a list of jobs takes, and sacct's name for each. */
  private static final Map<String, String> OPTIONS =
      Map.of("user", "user", "jobid", "jobs", "name", "name", "starttime", "starttime");

  private final String machine;
  private final String clientId;
  private final Instant began = Instant.now();
  private final RootFolder root;
  private final SlurmPrograms slurm;
  private final TokenDesk desk;
  private final Faults faults = new Faults();
  private final Tasks tasks = new Tasks();
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final HttpServer server;

  /**
   * Listens at once.
   *
   * @param root folder of all files that it may touch, and of jobs
   * @param port 0 for any that is free
   * @param machine that it plays
   * @param clientId of the one client that it knows
   * @param key with which that client signs
   * @param environment of Slurm's commands, beside this process' own
   * @throws IOException if the folder is not there or the port is taken
   */
  public EmulatorServer(
      Path root,
      int port,
      String machine,
      String clientId,
      RSAPublicKey key,
      Map<String, String> environment)
      throws IOException {
    this.machine = machine;
    this.clientId = clientId;
    this.root = new RootFolder(root);
    this.slurm = new SlurmPrograms(this.root.path(), environment);
    this.server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), 0);
    this.desk = new TokenDesk(clientId, key, address() + TOKEN);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Without a path, such as {@code http://127.0.0.1:40000}. */
  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
      try {
        Thread.sleep(faults.latency().toMillis());
        if (body.length > MOST_BYTES) {
          throw Refusal.of(413, "too large");
        }
        answer(exchange, body);
      } catch (Refusal e) {
        send(exchange, e.status(), e.body());
      } catch (IOException e) {
        send(exchange, 500, Map.of("detail", String.valueOf(e.getMessage())));
      } catch (InterruptedException e) {
        // The server ends; so does the connection, without an answer.
        Thread.currentThread().interrupt();
      }
    }
  }

  private void answer(HttpExchange exchange, byte[] body)
      throws IOException, InterruptedException, Refusal {
    String path = exchange.getRequestURI().getPath();
    String method = exchange.getRequestMethod();
    if (path.equals(FAULTS) && method.equals("POST")) {
      order(body);
      send(exchange, 200, Map.of("status", "OK"));
      return;
    }
    String called = path.startsWith(API) ? path.substring(API.length()) : path;
    var failure = faults.fail(called);
    if (failure.isPresent()) {
      fail(exchange, failure.get());
      return;
    }
    if (path.equals(TOKEN) && method.equals("POST")) {
      send(exchange, 200, desk.issue(form(new String(body, StandardCharsets.UTF_8))));
      return;
    }
    if (!path.startsWith(API + "/")) {
      throw Refusal.of(404, "Not Found");
    }
    Matcher status = STATUS.matcher(called);
    if (status.matches()) {
      need(status.group(1));
      send(exchange, 200, status());
      return;
    }
    desk.check(exchange.getRequestHeaders().getFirst("Authorization"), Instant.now());
    Matcher task = TASK.matcher(called);
    Matcher jobs = JOBS.matcher(called);
    Matcher files = FILES.matcher(called);
    if (called.equals("/account/clients") && method.equals("GET")) {
      send(
          exchange,
          200,
          List.of(
              Map.of(
                  "name",
                  "emulated",
                  "clientId",
                  clientId,
                  "expiresAt",
                  began.plus(CLIENT_LASTS).toString(),
                  "comments",
                  "")));
    } else if (task.matches() && method.equals("GET")) {
      send(exchange, 200, task(task.group(1)));
    } else if (jobs.matches()) {
      need(jobs.group(1));
      needAvailable();
      jobs(exchange, method, jobs.group(2), body);
    } else if (files.matches()) {
      need(files.group(2));
      needAvailable();
      send(exchange, 200, files(exchange, method, files.group(1), files.group(3), body));
    } else {
      throw Refusal.of(method.equals("GET") ? 404 : 405, "Not Found");
    }
  }

  private void order(byte[] body) throws IOException, Refusal {
    Faults.Order order;
    try {
      order = JSON.readValue(body, Faults.Order.class);
    } catch (JsonProcessingException e) {
      throw Refusal.of(422, e.getOriginalMessage());
    }
    faults.take(order);
    if (order.tokenSeconds() != null) {
      desk.last(order.tokenSeconds());
    }
    if (order.revokeTokens()) {
      desk.revoke();
    }
  }

  private static void fail(HttpExchange exchange, Faults.Failure failure) throws IOException {
    if (failure.retryAfter() != null) {
      exchange.getResponseHeaders().set("Retry-After", failure.retryAfter().toString());
    }
    if (failure.body() == null) {
      send(exchange, failure.status(), Map.of("detail", "as it was ordered"));
    } else {
      send(
          exchange, failure.status(), "text/html", failure.body().getBytes(StandardCharsets.UTF_8));
    }
  }

  private void need(String called) throws Refusal {
    if (!called.equals(machine)) {
      throw new Refusal(
          422,
          Map.of(
              "detail",
              List.of(
                  Map.of(
                      "loc", List.of("path", "machine"),
                      "msg", "value is not a valid enumeration member",
                      "type", "type_error.enum"))));
    }
  }

  private void needAvailable() throws Refusal {
    if (faults.machineStatus().equals("unavailable")) {
      throw Refusal.of(503, "%s is unavailable".formatted(machine));
    }
  }

  private Map<String, Object> status() {
    return Map.of(
        "name", machine,
        "full_name", machine + ", emulated",
        "status", faults.machineStatus(),
        "notes", faults.notes(),
        "updated_at", Instant.now().toString());
  }

  private Map<String, Object> task(String id) throws Refusal {
    Tasks.Task task = tasks.get(id).orElseThrow(() -> Refusal.of(404, "Task not found"));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("id", id);
    answer.put("status", task.status());
    answer.put("result", task.result().orElse(null));
    return answer;
  }

  private void jobs(HttpExchange exchange, String method, String id, byte[] body)
      throws IOException, InterruptedException, Refusal {
    if (method.equals("POST") && id == null) {
      submit(exchange, form(new String(body, StandardCharsets.UTF_8)));
    } else if (method.equals("GET")) {
      send(exchange, 200, rows(form(exchange.getRequestURI().getRawQuery()), id));
    } else if (method.equals("DELETE") && id != null) {
      SlurmPrograms.Outcome outcome = slurm.cancel(id);
      send(exchange, 200, outcome.good() ? envelope(null) : envelope(outcome.error().strip()));
    } else {
      throw Refusal.of(405, "Method Not Allowed");
    }
  }

  private void submit(HttpExchange exchange, Map<String, List<String>> form)
      throws IOException, Refusal {
    String job = form.getOrDefault("job", List.of("")).get(0);
    boolean isPath = form.getOrDefault("isPath", List.of("false")).get(0).equals("true");
    if (job.isEmpty()) {
      throw new Refusal(
          422,
          Map.of(
              "detail",
              List.of(
                  Map.of(
                      "loc", List.of("body", "job"),
                      "msg", "field required",
                      "type", "value_error.missing"))));
    }
    Path script = isPath ? root.inside(job) : null;
    String id = tasks.take(() -> sbatch(script, job), faults.takeStuckTask());
    if (faults.takeLostSubmit()) {
      // The connection ends without an answer; the task does its work.
      return;
    }
    Map<String, Object> answer = envelope(null);
    answer.put("task_id", id);
    send(exchange, 200, answer);
  }

  /** The result of a task, which is JSON in a string. */
  private String sbatch(Path script, String text) {
    Map<String, Object> result = new LinkedHashMap<>();
    try {
      SlurmPrograms.Outcome outcome = script == null ? slurm.submit(text) : slurm.submit(script);
      if (outcome.good()) {
        result.put("status", "ok");
        result.put("jobid", outcome.out().strip().split(";")[0]);
        result.put("error", null);
      } else {
        result.put("status", "error");
        result.put("error", outcome.error().strip());
      }
    } catch (IOException e) {
      result.put("status", "error");
      result.put("error", String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      result.put("status", "error");
      result.put("error", "the emulator ends");
    }
    return JSON.valueToTree(result).toString();
  }

  private Map<String, Object> rows(Map<String, List<String>> query, String id)
      throws IOException, InterruptedException, Refusal {
    Map<String, String> options = new HashMap<>();
    for (String option : query.getOrDefault("kwargs", List.of())) {
      String[] parts = option.split("=", 2);
      if (parts.length != 2
          || !OPTIONS.containsKey(parts[0])
          || !JOB_NAME_OR_USER.matcher(parts[1]).matches()) {
        throw Refusal.of(422, "kwargs: not " + option);
      }
      options.put(OPTIONS.get(parts[0]), parts[1]);
    }
    if (id != null) {
      options.put("jobs", id);
    }
    Map<String, Object> answer = envelope(null);
    if (faults.empty()) {
      answer.put("output", List.of());
    } else if (query.getOrDefault("sacct", List.of("false")).get(0).equals("true")) {
      answer.put("output", slurm.accounting(options));
    } else {
      options.remove("starttime");
      SlurmPrograms.Outcome queue =
          slurm.queue(
              options.entrySet().stream()
                  .map(option -> "--%s=%s".formatted(option.getKey(), option.getValue()))
                  .toList());
      if (!queue.good()) {
        return envelope(queue.error().strip());
      }
      answer.put("output", SlurmPrograms.table(queue.out()));
    }
    return answer;
  }

  private Map<String, Object> files(
      HttpExchange exchange, String method, String call, String path, byte[] body)
      throws IOException, Refusal {
    Path file = root.inside(path);
    Map<String, Object> answer = envelope(null);
    if (call.equals("upload") && method.equals("PUT")) {
      byte[] content = Multipart.file(exchange.getRequestHeaders().getFirst("Content-Type"), body);
      if (!Files.isDirectory(file.getParent())) {
        return envelope("%s: No such file or directory".formatted(file.getParent()));
      }
      Files.write(file, content);
      answer.put("output", null);
    } else if (call.equals("download") && method.equals("GET")) {
      if (!Files.isRegularFile(file)) {
        return envelope("%s: No such file or directory".formatted(file));
      }
      download(file, form(exchange.getRequestURI().getRawQuery()), answer);
    } else if (call.equals("ls") && method.equals("GET")) {
      if (!Files.exists(file)) {
        return envelope("ls: cannot access '%s': No such file or directory".formatted(file));
      }
      answer.put("entries", entries(file));
    } else {
      throw Refusal.of(405, "Method Not Allowed");
    }
    return answer;
  }

  private static void download(
      Path file, Map<String, List<String>> query, Map<String, Object> answer) throws IOException {
    boolean binary = query.getOrDefault("binary", List.of("false")).get(0).equals("true");
    if (binary) {
      answer.put("file", Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
    } else {
      try {
        answer.put("file", Files.readString(file));
      } catch (CharacterCodingException e) {
        answer.putAll(envelope("the file is binary"));
      }
    }
    answer.put("is_binary", binary);
  }

  private static List<Map<String, Object>> entries(Path file) throws IOException {
    List<Path> listed;
    try (Stream<Path> below = Files.isDirectory(file) ? Files.list(file) : Stream.of(file)) {
      listed = below.sorted().toList();
    }
    List<Map<String, Object>> entries = new ArrayList<>();
    for (Path each : listed) {
      PosixFileAttributes about =
          Files.readAttributes(each, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      entries.add(
          Map.of(
              "perms",
                  (about.isDirectory() ? "d" : "-")
                      + PosixFilePermissions.toString(about.permissions()),
              "user", about.owner().getName(),
              "group", about.group().getName(),
              "size", about.size(),
              "date", about.lastModifiedTime().toString(),
              "name", each.getFileName().toString()));
    }
    return entries;
  }

  /**
   * @param error null if there is none
   */
  private static Map<String, Object> envelope(String error) {
    Map<String, Object> envelope = new LinkedHashMap<>();
    envelope.put("status", error == null ? "OK" : "ERROR");
    envelope.put("error", error);
    return envelope;
  }

  private static Map<String, List<String>> form(String text) {
    Map<String, List<String>> form = new HashMap<>();
    for (String pair : (text == null ? "" : text).split("&")) {
      List<String> parts =
          Arrays.stream(pair.split("=", 2))
              .map(part -> URLDecoder.decode(part, StandardCharsets.UTF_8))
              .toList();
      form.computeIfAbsent(parts.get(0), name -> new ArrayList<>())
          .add(parts.size() == 2 ? parts.get(1) : "");
    }
    return form;
  }

  private static void send(HttpExchange exchange, int status, Object body) throws IOException {
    send(exchange, status, "application/json", JSON.writeValueAsBytes(body));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  /** Ends at once; jobs go on. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    tasks.close();
  }
}

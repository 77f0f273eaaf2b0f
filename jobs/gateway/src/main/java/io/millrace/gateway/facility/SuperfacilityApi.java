package io.millrace.gateway.facility;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A machine of a facility that has the Superfacility API, version 1.2. A job's id is Slurm's.
 *
 * <p>A submit is answered before the job is there, and its answer may be lost; so whenever nobody
 * knows whether a job was taken, it is looked for by its name, and only one that the facility does
 * not know is submitted again.
 */
public final class SuperfacilityApi implements ComputeFacility {
  private static final Logger LOG = LoggerFactory.getLogger(SuperfacilityApi.class);

  private static final Set<String> SETTINGS = Set.of("api", "token", "machine", "key");

  private static final Pattern MACHINE = Pattern.compile("[A-Za-z0-9_-]+");
  private static final Pattern ID = Pattern.compile("\\d+([_+]\\d+)?");
  private static final Pattern TASK = Pattern.compile("[A-Za-z0-9._-]+");
  private static final Pattern FILE = Pattern.compile("/[^\\p{Cntrl}\\\\]+");

  /** Slurm's words on a job that it has forgotten, or has ended already. */
  private static final Pattern NO_SUCH_JOB =
      Pattern.compile(
          "(?i)invalid job id|already completing or completed|no such job|job not found");

  private static final Pattern NO_SUCH_FILE =
      Pattern.compile("(?i)no such file|not found|does not exist|not exist");

  /** Accounting looks no further back than last midnight if nobody says so. */
  private static final String SINCE = "starttime=now-7days";

  private static final int UNAUTHORIZED = 401;
  private static final int NOT_FOUND = 404;
  private static final Set<Integer> NOT_UNDERSTOOD = Set.of(400, 422);

  /** Not taken for sure: who was asked was not there, or did not want to hear it. */
  private static final Set<Integer> NOT_HEARD = Set.of(UNAUTHORIZED, 429);

  private final String machine;
  private final ClientKey key;
  private final Patience patience;
  private final ApiCalls api;

  private SuperfacilityApi(String machine, URI base, URI token, ClientKey key, Patience patience) {
    this.machine = machine;
    this.key = key;
    this.patience = patience;
    HttpCalls calls = new HttpCalls(patience);
    this.api =
        new ApiCalls(
            calls, base.toString().replaceAll("/+$", ""), new AccessToken(calls, token, key));
  }

  /**
   * Reads the key; asks nobody yet.
   *
   * @param settings api and token, two addresses; machine, by the API's name; and key, the file
   *     with the client's
   * @throws FacilityException if one is missing, unknown or wrong; says which
   */
  public static SuperfacilityApi open(Map<String, String> settings, Patience patience)
      throws FacilityException {
    Settings given = new Settings("superfacility", settings, SETTINGS);
    String machine = given.required("machine");
    if (!MACHINE.matcher(machine).matches()) {
      throw new FacilityException(
          "facility: machine has letters, digits, _ and -, not '%s'".formatted(machine));
    }
    return new SuperfacilityApi(
        machine,
        address(given, "api"),
        address(given, "token"),
        ClientKey.read(given.required("key")),
        patience);
  }

  /** In the clear only to this machine itself, since tokens go there. */
  private static URI address(Settings settings, String name) throws FacilityException {
    String text = settings.required(name);
    try {
      URI address = URI.create(text);
      if (address.getHost() != null
          && address.getUserInfo() == null
          && address.getQuery() == null
          && address.getFragment() == null
          && ("https".equals(address.getScheme())
              || "http".equals(address.getScheme())
                  && InetAddress.getByName(address.getHost()).isLoopbackAddress())) {
        return address;
      }
    } catch (IllegalArgumentException | UnknownHostException e) {
      // Then it is none.
    }
    throw new FacilityException(
        "facility: %s is an address that begins with https:// (http:// only on this machine), not '%s'"
            .formatted(name, text));
  }

  @Override
  public FacilityStatus status() throws FacilityException, InterruptedException {
    JsonNode json =
        api.open("asking how %s is".formatted(machine), ApiCalls.path("status", machine));
    List<String> notes = new ArrayList<>();
    json.path("notes").forEach(note -> notes.add(note.asText()));
    FacilityStatus.Health health =
        switch (json.path("status").asText().toLowerCase(Locale.ROOT)) {
          case "active" -> FacilityStatus.Health.ACTIVE;
          case "degraded" -> FacilityStatus.Health.DEGRADED;
          case "unavailable" -> FacilityStatus.Health.UNAVAILABLE;
          default -> FacilityStatus.Health.UNKNOWN;
        };
    return new FacilityStatus(health, notes);
  }

  /** On a day of maintenance all else fails, in any way; that day is what there is to say. */
  private void needAvailable() throws FacilityException, InterruptedException {
    FacilityStatus status = status();
    if (status.health() == FacilityStatus.Health.UNAVAILABLE) {
      throw new FacilityException(
          "%s is unavailable%s; wait until the facility says that it is back, or take another machine"
              .formatted(
                  machine,
                  status.notes().isEmpty() ? "" : ": " + String.join("; ", status.notes())));
    }
  }

  /** Asks, and if nobody answers, whether that is a maintenance. */
  private HttpCalls.Answer call(String what, String path, HttpRequest.Builder request)
      throws FacilityException, InterruptedException {
    try {
      return api.call(what, path, request);
    } catch (HttpCalls.NoAnswer e) {
      needAvailable();
      throw e;
    }
  }

  @Override
  public String submit(String name, String script) throws FacilityException, InterruptedException {
    JobWords.name(name);
    JobWords.script(script);
    needAvailable();
    Instant deadline = Instant.now().plus(patience.submit());
    Pauses pauses = patience.pauses(patience.submit());
    while (true) {
      Attempt attempt = attempt(name, script, deadline);
      if (attempt.jobId().isPresent()) {
        return attempt.jobId().get();
      }
      LOG.info("submitting {} to {}: {}; looking for it there", name, machine, attempt.trouble());
      boolean time = pauses.pause(attempt.pause());
      Optional<Job> job = look(name, attempt.unseen());
      if (job.isPresent()) {
        return job.get().id();
      }
      if (!time) {
        throw new FacilityException(
            "%s takes no job within %d s, and at last: %s; there is no job %s; try again later"
                .formatted(machine, patience.submit().toSeconds(), attempt.trouble(), name));
      }
    }
  }

  /**
   * What one submit has led to.
   *
   * @param jobId if it is known
   * @param trouble otherwise
   * @param unseen how long a job may need to be seen that there may be
   * @param pause how long the facility asks to be left alone
   */
  private record Attempt(Optional<String> jobId, String trouble, Duration unseen, Duration pause) {}

  private Attempt attempt(String name, String script, Instant deadline)
      throws FacilityException, InterruptedException {
    String what = "submitting %s".formatted(name);
    String path = ApiCalls.path("compute", "jobs", machine);
    HttpCalls.Answer answer;
    try {
      answer = api.postOnce(path, "isPath=false&job=%s".formatted(ApiCalls.encoded(script)));
    } catch (ConnectException e) {
      return new Attempt(Optional.empty(), ErrorText.of(e), Duration.ZERO, Duration.ZERO);
    } catch (IOException e) {
      return new Attempt(Optional.empty(), ErrorText.of(e), patience.unseen(), Duration.ZERO);
    }
    if (NOT_UNDERSTOOD.contains(answer.status())) {
      throw new SubmitRefused(
          "%s does not take the job %s: %s".formatted(machine, name, ErrorText.of(answer)));
    }
    if (answer.status() / 100 == 5 || NOT_HEARD.contains(answer.status())) {
      return new Attempt(
          Optional.empty(),
          ErrorText.of(answer),
          NOT_HEARD.contains(answer.status()) ? Duration.ZERO : patience.unseen(),
          answer.pause().orElse(Duration.ZERO));
    }
    JsonNode json = api.json(what, path, answer);
    String task = text(json, "task_id");
    if (task == null || !TASK.matcher(task).matches()) {
      SubmitResult result = SubmitResult.read(answer.body());
      refuse(name, result);
      return new Attempt(
          result.jobId(), "no task: " + result.error(), patience.unseen(), Duration.ZERO);
    }
    return awaitTask(name, task, deadline);
  }

  private void refuse(String name, SubmitResult result) throws SubmitRefused {
    if (result.refused()) {
      throw new SubmitRefused(
          "%s does not take the job %s: %s".formatted(machine, name, result.error()));
    }
  }

  /**
   * A task that is not done in its time may be done later; so there is no other submit beside it:
   * either it ends, or its job is seen.
   */
  private Attempt awaitTask(String name, String task, Instant deadline)
      throws FacilityException, InterruptedException {
    Instant stuck = Instant.now().plus(patience.task());
    Pauses pauses = patience.pauses(Duration.between(Instant.now(), deadline));
    while (true) {
      JsonNode json = task("submitting %s".formatted(name), task);
      String status = json.path("status").asText().toLowerCase(Locale.ROOT);
      if (Set.of("completed", "failed", "cancelled").contains(status)) {
        SubmitResult result = SubmitResult.read(text(json, "result"));
        refuse(name, result);
        return new Attempt(
            result.jobId(),
            "task %s is %s: %s".formatted(task, status, result.error()),
            patience.unseen(),
            Duration.ZERO);
      }
      if (Instant.now().isAfter(stuck)) {
        Optional<Job> job = find(name);
        if (job.isPresent()) {
          LOG.warn(
              "task {} of {} is still {}; its job {} is there",
              task,
              machine,
              status,
              job.get().id());
          return new Attempt(job.map(Job::id), "", Duration.ZERO, Duration.ZERO);
        }
      }
      if (!pauses.pause()) {
        throw new FacilityException(
            "%s has taken the job %s as task %s, which is %s after %d s, and knows no such job yet; it may begin later: look for it by its name before you submit another"
                .formatted(machine, name, task, status, patience.submit().toSeconds()));
      }
    }
  }

  private JsonNode task(String what, String task) throws FacilityException, InterruptedException {
    String path = ApiCalls.path("tasks", task);
    return api.json(what, path, call(what, path, HttpRequest.newBuilder().GET()));
  }

  /** Null for what is not there: Jackson would write a null as a word. */
  private static String text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    return value.isTextual() ? value.textValue() : value.toString();
  }

  /** Looks for a job as long as it may need to be seen; once at least. */
  private Optional<Job> look(String name, Duration unseen)
      throws FacilityException, InterruptedException {
    Pauses pauses = patience.pauses(unseen);
    while (true) {
      Optional<Job> job = find(name);
      if (job.isPresent() || !pauses.pause()) {
        return job;
      }
    }
  }

  @Override
  public Optional<Job> get(String id) throws FacilityException, InterruptedException {
    String job = checkedId(id);
    String what = "asking for job %s".formatted(job);
    String path = ApiCalls.path("compute", "jobs", machine, job);
    return latest(
        rows(what, path + "?sacct=true&cached=false"),
        () -> rows(what, path + "?sacct=false&cached=false"));
  }

  @Override
  public Optional<Job> find(String name) throws FacilityException, InterruptedException {
    String what = "looking for job %s".formatted(name);
    String path = ApiCalls.path("compute", "jobs", machine);
    String named = "&kwargs=" + ApiCalls.encoded("name=" + name);
    String since = "&kwargs=" + ApiCalls.encoded(SINCE);
    List<Map<String, String>> accounting =
        named(name, rows(what, path + "?sacct=true&cached=false", named + since));
    List<Map<String, String>> queue =
        named(name, rows(what, path + "?sacct=false&cached=false", named));
    // Both always: accounting has no jobs in its lists that may not begin yet.
    Optional<Job> last =
        SlurmRows.newest(Stream.concat(accounting.stream(), queue.stream()).toList());
    if (last.isEmpty()) {
      return last;
    }
    String id = last.get().id();
    return latest(ofJob(id, accounting), () -> ofJob(id, queue));
  }

  private static List<Map<String, String>> ofJob(String id, List<Map<String, String>> rows) {
    return rows.stream().filter(row -> id.equals(row.get("jobid"))).toList();
  }

  /** Rows of that name only: who does not know an option may leave it out. */
  private static List<Map<String, String>> named(String name, List<Map<String, String>> rows) {
    return rows.stream()
        .filter(row -> name.equals(row.getOrDefault("jobname", row.get("name"))))
        .toList();
  }

  /** Some rows that are not always needed. */
  @FunctionalInterface
  private interface Rows {
    List<Map<String, String>> ask() throws FacilityException, InterruptedException;
  }

  /**
   * Accounting knows jobs that have ended, and is late; the queue knows why one waits, and forgets
   * those that have ended.
   */
  private static Optional<Job> latest(List<Map<String, String>> accounting, Rows queue)
      throws FacilityException, InterruptedException {
    Optional<Job> known = SlurmRows.newest(accounting);
    if (known.isPresent() && known.get().state().phase() != JobState.Phase.QUEUED) {
      return known;
    }
    Optional<Job> queued = SlurmRows.newest(queue.ask());
    return queued.isPresent() ? queued : known;
  }

  /** With options that the API may not know: it is asked without them then. */
  private List<Map<String, String>> rows(String what, String path, String options)
      throws FacilityException, InterruptedException {
    HttpCalls.Answer answer = call(what, path + options, HttpRequest.newBuilder().GET());
    return NOT_UNDERSTOOD.contains(answer.status()) ? rows(what, path) : rows(what, path, answer);
  }

  private List<Map<String, String>> rows(String what, String path)
      throws FacilityException, InterruptedException {
    return rows(what, path, call(what, path, HttpRequest.newBuilder().GET()));
  }

  private List<Map<String, String>> rows(String what, String path, HttpCalls.Answer answer)
      throws FacilityException {
    if (!answer.good() && NO_SUCH_JOB.matcher(ErrorText.of(answer)).find()) {
      return List.of();
    }
    JsonNode json = api.json(what, path, answer);
    Optional<String> error = error(json);
    if (error.isPresent()) {
      if (NO_SUCH_JOB.matcher(error.get()).find()) {
        return List.of();
      }
      throw new FacilityException(
          "%s: %s says %s; try again later".formatted(what, machine, error.get()));
    }
    List<Map<String, String>> rows = new ArrayList<>();
    for (JsonNode each : json.path("output")) {
      Map<String, String> row = new HashMap<>();
      each.properties()
          .forEach(
              column ->
                  row.put(
                      column.getKey().toLowerCase(Locale.ROOT),
                      column.getValue().isNull() ? "" : column.getValue().asText()));
      rows.add(row);
    }
    return rows;
  }

  /** Of an answer that is good in the eyes of HTTP. */
  private static Optional<String> error(JsonNode json) {
    String status = json.path("status").asText();
    if (!status.equalsIgnoreCase("error") && !status.equalsIgnoreCase("failed")) {
      return Optional.empty();
    }
    String words = ErrorText.of(json.toString());
    return Optional.of(words.isEmpty() ? "that it failed, and not why" : words);
  }

  @Override
  public void cancel(String id) throws FacilityException, InterruptedException {
    String job = checkedId(id);
    String what = "cancelling job %s".formatted(job);
    String path = ApiCalls.path("compute", "jobs", machine, job);
    HttpCalls.Answer answer = call(what, path, HttpRequest.newBuilder().DELETE());
    if (answer.status() == NOT_FOUND
        || !answer.good() && NO_SUCH_JOB.matcher(ErrorText.of(answer)).find()) {
      return;
    }
    if (answer.good() && answer.body().isBlank()) {
      return;
    }
    JsonNode json = api.json(what, path, answer);
    String task = text(json, "task_id");
    if (task != null && TASK.matcher(task).matches()) {
      json = awaitCancel(what, task);
    }
    failOn(what, json);
  }

  private JsonNode awaitCancel(String what, String task)
      throws FacilityException, InterruptedException {
    Pauses pauses = patience.pauses(patience.call());
    while (true) {
      JsonNode json = task(what, task);
      if (!"new".equalsIgnoreCase(json.path("status").asText())) {
        return json;
      }
      if (!pauses.pause()) {
        throw new FacilityException(
            "%s: task %s of %s is not done after %d s; try again later"
                .formatted(what, task, machine, patience.call().toSeconds()));
      }
    }
  }

  private void failOn(String what, JsonNode json) throws FacilityException {
    Optional<String> error = error(json);
    if (error.isPresent() && !NO_SUCH_JOB.matcher(error.get()).find()) {
      throw new FacilityException("%s: %s says %s".formatted(what, machine, error.get()));
    }
  }

  private static String checkedId(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("a job's id is a number, not '%s'".formatted(id));
    }
    return id;
  }

  @Override
  public void put(String path, byte[] content) throws FacilityException, InterruptedException {
    String what = "writing %s".formatted(path);
    String boundary = "millrace-" + UUID.randomUUID();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(
        "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"upload\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            .formatted(boundary)
            .getBytes(StandardCharsets.US_ASCII));
    body.writeBytes(content);
    body.writeBytes("\r\n--%s--\r\n".formatted(boundary).getBytes(StandardCharsets.US_ASCII));
    String upload = ApiCalls.path("utilities", "upload", machine) + filePath(path);
    HttpCalls.Answer answer =
        call(
            what,
            upload,
            HttpRequest.newBuilder()
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .PUT(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
    if (!answer.good() || !answer.body().isBlank()) {
      Optional<String> error = error(api.json(what, upload, answer));
      if (error.isPresent()) {
        throw new FacilityException(
            "%s: %s says %s; see that its folder is there and may be written"
                .formatted(what, machine, error.get()));
      }
    }
  }

  @Override
  public Optional<String> tail(String path, int bytes)
      throws FacilityException, InterruptedException {
    String what = "reading %s".formatted(path);
    // As base64, since nothing else keeps every byte as it is.
    String download =
        ApiCalls.path("utilities", "download", machine) + filePath(path) + "?binary=true";
    HttpCalls.Answer answer = call(what, download, HttpRequest.newBuilder().GET());
    if (!answer.good() && NO_SUCH_FILE.matcher(ErrorText.of(answer)).find()) {
      return Optional.empty();
    }
    JsonNode json = api.json(what, download, answer);
    Optional<String> error = error(json);
    if (error.isPresent()) {
      if (NO_SUCH_FILE.matcher(error.get()).find()) {
        return Optional.empty();
      }
      throw new FacilityException("%s: %s says %s".formatted(what, machine, error.get()));
    }
    String file = json.path("file").isNull() ? "" : json.path("file").asText();
    byte[] all;
    try {
      all =
          json.path("is_binary").asBoolean()
              ? Base64.getMimeDecoder().decode(file)
              : file.getBytes(StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new FacilityException(
          "%s: %s sends something else than base64".formatted(what, machine), e);
    }
    int length = Math.min(bytes, all.length);
    return Optional.of(new String(all, all.length - length, length, StandardCharsets.UTF_8));
  }

  /** Begins with two slashes, as the facility wants it: its own, and that of the path. */
  private static String filePath(String path) {
    if (!FILE.matcher(path).matches()) {
      throw new IllegalArgumentException(
          "a path at a facility is absolute, without control characters or \\, not '%s'"
              .formatted(path));
    }
    String[] parts = path.substring(1).split("/", -1);
    for (String part : parts) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw new IllegalArgumentException(
            "a path at a facility has no empty, . or .. parts, not '%s'".formatted(path));
      }
    }
    return "/" + ApiCalls.path(parts);
  }

  @Override
  public Optional<Instant> credentialExpiry() throws FacilityException, InterruptedException {
    String what = "asking when the client ends";
    String path = ApiCalls.path("account", "clients");
    JsonNode clients = api.json(what, path, call(what, path, HttpRequest.newBuilder().GET()));
    for (JsonNode client : clients) {
      if (client.path("clientId").asText().equals(key.id())) {
        return expiry(client.path("expiresAt").asText());
      }
    }
    return Optional.empty();
  }

  /** A time without a zone is taken for UTC. */
  private static Optional<Instant> expiry(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      try {
        return Optional.of(LocalDateTime.parse(text).toInstant(ZoneOffset.UTC));
      } catch (DateTimeException none) {
        return Optional.empty();
      }
    }
  }
}

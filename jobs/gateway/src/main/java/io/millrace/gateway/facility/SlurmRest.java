package io.millrace.gateway.facility;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Slurm that is reached by slurmrestd, its REST API, with a token. It knows of a job for some
 * minutes after its end (MinJobAge of slurm.conf); then the job is unknown. It carries no files:
 * they are read and written on a file system that this machine shares, or not at all.
 */
public final class SlurmRest implements ComputeFacility {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int UNAUTHORIZED = 401;
  private static final int LONGEST_WORDS = 200;

  /** Slurm's own numbers for a job that is unknown, and for one that has ended. */
  private static final Set<Integer> NO_SUCH_JOB = Set.of(2017, 2021);

  private static final Pattern VERSION = Pattern.compile("v0\\.0\\.(\\d{2})");
  private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1\\]");

  private final String base;
  private final int version;
  private final String user;
  private final SlurmToken token;
  private final boolean shared;
  private final HttpCalls http;
  private final Patience patience;
  private final Tries tries;

  /**
   * @param address of slurmrestd, such as {@code https://slurm.example.org:6820}; without TLS only
   *     on this machine, since who reads a token can use it
   * @param version of its API, such as {@code v0.0.38}
   * @param user whose token it is, as the facility knows them
   * @param token file of mode 0600 with the token
   * @param shared whether this machine has the facility's file system, too
   * @throws IllegalArgumentException if one of these is not possible; says why
   */
  public SlurmRest(String address, String version, String user, Path token, boolean shared) {
    this(address, version, user, token, shared, Patience.SLURM);
  }

  SlurmRest(
      String address, String version, String user, Path token, boolean shared, Patience patience) {
    URI uri = URI.create(address.replaceAll("/+$", ""));
    boolean open = "http".equals(uri.getScheme());
    if (uri.getHost() == null || !open && !"https".equals(uri.getScheme())) {
      throw new IllegalArgumentException(
          "address: is https://HOST:PORT of slurmrestd, not '%s'".formatted(address));
    }
    if (open && !LOOPBACK.matcher(uri.getHost()).matches()) {
      throw new IllegalArgumentException(
          "address: the token would go to %s without TLS; use https, or a tunnel (ssh -L) to this machine"
              .formatted(uri.getHost()));
    }
    Matcher number = VERSION.matcher(version);
    if (!number.matches()) {
      throw new IllegalArgumentException(
          "version: is one such as v0.0.38, not '%s'; slurmrestd -s list shows them"
              .formatted(version));
    }
    if (!USER.matcher(user).matches()) {
      throw new IllegalArgumentException("user: '%s' is no user's name".formatted(user));
    }
    this.base = "%s/slurm/%s/".formatted(uri, version);
    this.version = Integer.parseInt(number.group(1));
    this.user = user;
    this.token = new SlurmToken(token);
    this.shared = shared;
    this.patience = patience;
    this.http = new HttpCalls(patience);
    this.tries = new Tries(patience);
  }

  /**
   * As a machine's profile has it.
   *
   * @param settings {@code address}, {@code version}, {@code user}, {@code token} (a file), {@code
   *     files} (shared or none)
   * @throws FacilityException if one is missing, not possible, or of no such name
   */
  public static SlurmRest open(Map<String, String> settings) throws FacilityException {
    Settings given =
        new Settings(
            "slurmrestd", settings, Set.of("address", "version", "user", "token", "files"));
    String files = given.required("files");
    if (!Set.of("shared", "none").contains(files)) {
      throw new FacilityException("facility: files is shared or none, not '%s'".formatted(files));
    }
    try {
      return new SlurmRest(
          given.required("address"),
          given.required("version"),
          given.optional("user").orElse(System.getProperty("user.name")),
          Settings.path(given.required("token")),
          files.equals("shared"));
    } catch (IllegalArgumentException e) {
      throw new FacilityException("facility: " + e.getMessage(), e);
    }
  }

  /**
   * What came back.
   *
   * @param status of HTTP
   * @param json empty if it is none
   */
  private record Answer(String what, int status, JsonNode json) {
    boolean good() {
      return status / 100 == 2 && json.path("errors").isEmpty();
    }

    /** Slurm's words for what is wrong, in a line. */
    String words() {
      List<String> words = new ArrayList<>();
      for (JsonNode error : json.path("errors")) {
        for (String field : List.of("description", "error")) {
          if (!error.path(field).asText().isBlank()) {
            words.add(error.path(field).asText());
          }
        }
      }
      return words.isEmpty() ? "status " + status : String.join("; ", words);
    }

    boolean noSuchJob() {
      for (JsonNode error : json.path("errors")) {
        if (NO_SUCH_JOB.contains(number(error))) {
          return true;
        }
      }
      return false;
    }

    private static int number(JsonNode error) {
      return error.path("error_number").asInt(error.path("error_code").asInt());
    }

    FacilityException failure() {
      return new FacilityException(
          "%s fails: %s; see whether the token is that user's and the version one that slurmrestd has"
              .formatted(what, words()));
    }
  }

  /** Asks once. */
  private Answer call(String method, String path, String body)
      throws FacilityException, InterruptedException {
    String what = "%s %s%s".formatted(method, base, path);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Accept", "application/json")
            .header("X-SLURM-USER-NAME", user)
            .header("X-SLURM-USER-TOKEN", token.value());
    if (body.isEmpty()) {
      request.method(method, HttpRequest.BodyPublishers.noBody());
    } else {
      request
          .header("Content-Type", "application/json")
          .method(method, HttpRequest.BodyPublishers.ofString(body));
    }
    try {
      return checked(what, http.once(request.build()));
    } catch (HttpTimeoutException e) {
      throw new LostAnswer(
          "%s has no answer within %d s; see whether slurmrestd runs"
              .formatted(what, patience.answer().toSeconds()),
          e);
    } catch (IOException e) {
      throw new LostAnswer(
          "%s has no answer (%s); see whether slurmrestd runs and can be reached from here"
              .formatted(what, e),
          e);
    }
  }

  private Answer checked(String what, HttpCalls.Answer response) throws FacilityException {
    int status = response.status();
    if (response.anotherTime()) {
      throw new LostAnswer("%s is answered with status %d".formatted(what, status));
    }
    if (status == UNAUTHORIZED) {
      throw new FacilityException(
          "%s is not allowed: slurmrestd does not take the token of user %s; make a new one: scontrol token lifespan=SECONDS"
              .formatted(what, user));
    }
    JsonNode json;
    try {
      json = JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      // Half an answer, or that of something before slurmrestd.
      json = JSON.missingNode();
    }
    if (!json.isObject()) {
      if (status / 100 == 2) {
        throw new LostAnswer("%s is answered with something else than JSON".formatted(what));
      }
      throw new FacilityException(
          "%s fails with status %d: %s; see whether slurmrestd has this version of the API"
              .formatted(what, status, ErrorText.line(response.body(), LONGEST_WORDS)));
    }
    Answer given = new Answer(what, status, json);
    if (!given.good() && SlurmPrograms.anotherTime(given.words())) {
      throw new LostAnswer("%s fails: %s".formatted(what, given.words()));
    }
    return given;
  }

  private Answer ask(String method, String path) throws FacilityException, InterruptedException {
    return tries.asking(() -> call(method, path, ""));
  }

  @Override
  public FacilityStatus status() throws FacilityException, InterruptedException {
    Answer ping;
    try {
      ping = call("GET", version >= 40 ? "ping/" : "ping", "");
    } catch (LostAnswer e) {
      return new FacilityStatus(FacilityStatus.Health.UNAVAILABLE, List.of(e.getMessage()));
    }
    if (!ping.good()) {
      throw ping.failure();
    }
    List<String> down = new ArrayList<>();
    int up = 0;
    for (JsonNode controller : ping.json().path("pings")) {
      String state = controller.path("ping").asText(controller.path("pinged").asText());
      if (state.equals("UP")) {
        up++;
      } else {
        down.add("slurmctld at %s is %s".formatted(controller.path("hostname").asText(), state));
      }
    }
    if (up == 0) {
      return new FacilityStatus(FacilityStatus.Health.UNAVAILABLE, down);
    }
    return new FacilityStatus(
        down.isEmpty() ? FacilityStatus.Health.ACTIVE : FacilityStatus.Health.DEGRADED, down);
  }

  @Override
  public String submit(String name, String script) throws FacilityException, InterruptedException {
    String form = SubmitForm.of(version, JobWords.name(name), JobWords.script(script));
    return tries.submitting(name, () -> post(name, form), () -> find(name));
  }

  private String post(String name, String form) throws FacilityException, InterruptedException {
    Answer answer = call("POST", "job/submit", form);
    // There may be words beside it, as of a job that is held.
    long id = answer.json().path("job_id").asLong();
    if (id > 0) {
      return Long.toString(id);
    }
    if (answer.good()) {
      throw new LostAnswer(answer.what() + " names no job");
    }
    throw new SubmitRefused("slurmrestd does not take job %s: %s".formatted(name, answer.words()));
  }

  @Override
  public Optional<Job> get(String id) throws FacilityException, InterruptedException {
    Answer answer = ask("GET", "job/" + JobWords.id(id));
    if (answer.noSuchJob()) {
      return Optional.empty();
    }
    if (!answer.good()) {
      throw answer.failure();
    }
    return SlurmRows.newest(rows(answer.json()));
  }

  /** There is no way to ask for one name. */
  @Override
  public Optional<Job> find(String name) throws FacilityException, InterruptedException {
    JobWords.name(name);
    Answer answer = ask("GET", version >= 40 ? "jobs/" : "jobs");
    if (!answer.good()) {
      throw answer.failure();
    }
    List<Map<String, String>> ours = new ArrayList<>();
    for (Map<String, String> row : rows(answer.json())) {
      if (row.get("name").equals(name) && row.get("user").equals(user)) {
        ours.add(row);
      }
    }
    return SlurmRows.newest(ours);
  }

  /** The jobs of an answer, in the columns of squeue. */
  static List<Map<String, String>> rows(JsonNode json) {
    List<Map<String, String>> rows = new ArrayList<>();
    for (JsonNode job : json.path("jobs")) {
      Map<String, String> row = new TreeMap<>();
      JsonNode state = job.path("job_state");
      row.put("jobid", job.path("job_id").asText());
      row.put("name", job.path("name").asText());
      row.put("user", job.path("user_name").asText());
      row.put("state", (state.isArray() ? state.path(0) : state).asText());
      row.put("reason", job.path("state_reason").asText());
      row.put("nodes", Long.toString(number(job.path("node_count"))));
      row.put("exitcode", exit(job.path("exit_code")));
      row.put("submit_time", Long.toString(number(job.path("submit_time"))));
      long start = number(job.path("start_time"));
      if (start > 0) {
        row.put("start_time", Long.toString(start));
        row.put("time", Long.toString(Math.max(0, end(job) - start)));
      }
      long limit = number(job.path("time_limit"));
      if (limit > 0) {
        row.put("time_limit", Long.toString(limit * 60));
      }
      rows.add(row);
    }
    return rows;
  }

  /** Of a job that runs it is what is expected, so it counts only when it is over. */
  private static long end(JsonNode job) {
    long end = number(job.path("end_time"));
    long now = Instant.now().getEpochSecond();
    return end > 0 && end < now ? end : now;
  }

  /** A number, or an object that has one; 0 if it is not set or has no end. */
  private static long number(JsonNode json) {
    return json.isObject()
        ? json.path("set").asBoolean() && !json.path("infinite").asBoolean()
            ? json.path("number").asLong()
            : 0
        : json.asLong();
  }

  /** As sacct has it, {@code status:signal}; the old API has what wait(2) gives, in one number. */
  private static String exit(JsonNode code) {
    return code.has("return_code")
        ? "%d:%d"
            .formatted(
                number(code.path("return_code")),
                number(
                    code.path("signal").path(code.path("signal").has("id") ? "id" : "signal_id")))
        : "%d:%d".formatted(number(code) >> 8, number(code) & 127);
  }

  @Override
  public void cancel(String id) throws FacilityException, InterruptedException {
    Answer answer = ask("DELETE", "job/" + JobWords.id(id));
    if (!answer.good() && !answer.noSuchJob()) {
      throw answer.failure();
    }
  }

  @Override
  public void put(String path, byte[] content) throws FacilityException {
    requireShared(path);
    SharedFiles.put(path, content);
  }

  @Override
  public Optional<String> tail(String path, int bytes) throws FacilityException {
    requireShared(path);
    return SharedFiles.tail(path, bytes);
  }

  private void requireShared(String path) throws FacilityException {
    if (!shared) {
      throw new FacilityException(
          "slurmrestd carries no files, so %s cannot be reached; mount its file system here, and say 'files: shared' in the machine's file"
              .formatted(path));
    }
  }

  @Override
  public Optional<Instant> credentialExpiry() throws FacilityException {
    return token.expiry();
  }
}

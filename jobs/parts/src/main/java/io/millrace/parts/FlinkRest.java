package io.millrace.parts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * What is asked of Flink's REST API. Each JobManager of a cluster has one, and answers for the one
 * that leads; if one does not answer, the next one is asked.
 */
public final class FlinkRest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(250);

  /** States of a job that has ended. */
  private static final Set<String> ENDED = Set.of("FINISHED", "CANCELED", "FAILED");

  /** Behind the role, when the process was started. */
  private static final Pattern STARTED = Pattern.compile("-\\d+$");

  private final HttpClient http;
  private final ObjectMapper json = new ObjectMapper();
  private final List<String> addresses;
  private final Duration patience;
  private final Duration timeout;
  private int last;

  /**
   * @param addresses such as {@code http://localhost:8081}
   * @param patience how long to ask again when nobody answers: while another JobManager takes the
   *     lead, neither it nor the jobs are there
   */
  public FlinkRest(List<String> addresses, Duration patience) {
    this(addresses, patience, TIMEOUT);
  }

  /**
   * The same for those who cannot wait as long for each answer.
   *
   * @param timeout after which the next one is asked
   */
  public FlinkRest(List<String> addresses, Duration patience, Duration timeout) {
    this.http = HttpClient.newBuilder().connectTimeout(timeout).build();
    this.addresses = List.copyOf(addresses);
    this.patience = patience;
    this.timeout = timeout;
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        return askInTurn(path);
      } catch (IOException e) {
        if (System.nanoTime() - end >= 0) {
          throw e;
        }
        Thread.sleep(POLL.toMillis());
      }
    }
  }

  /** Begins with the one that has answered last. */
  private JsonNode askInTurn(String path) throws IOException, InterruptedException {
    IOException problem = null;
    for (int i = 0; i < addresses.size(); i++) {
      int asked = (last + i) % addresses.size();
      try {
        JsonNode answer = ask(addresses.get(asked), path);
        last = asked;
        return answer;
      } catch (IOException e) {
        if (problem != null) {
          e.addSuppressed(problem);
        }
        problem = e;
      }
    }
    throw problem;
  }

  private JsonNode ask(String address, String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + path)).timeout(timeout).build();
    // The request's own time-out is over with the headers: a body could take for ever.
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    HttpResponse<String> response;
    try {
      response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException("%s%s: %s".formatted(address, path, e.getCause()), e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(
          "%s%s: no answer within %d ms".formatted(address, path, timeout.toMillis()), e);
    } finally {
      answer.cancel(true);
    }
    if (response.statusCode() != 200) {
      throw new IOException("%s%s: %s".formatted(address, path, response.body()));
    }
    return json.readTree(response.body());
  }

  /** The job's state in Flink's words, such as RUNNING. */
  public String jobState(String job) throws IOException, InterruptedException {
    return get("/jobs/" + job).path("state").asText();
  }

  /** Whether a job in that state, in Flink's words, has ended for good. */
  public static boolean hasEnded(String state) {
    return ENDED.contains(state);
  }

  /** The jobs that have not ended, as Flink names them, the one that started first first. */
  public List<String> unfinishedJobs() throws IOException, InterruptedException {
    List<JsonNode> jobs = new ArrayList<>();
    get("/jobs/overview").path("jobs").forEach(jobs::add);
    jobs.removeIf(job -> ENDED.contains(job.path("state").asText()));
    jobs.sort(Comparator.comparingLong(job -> job.path("start-time").asLong()));
    return jobs.stream().map(job -> job.path("jid").asText()).toList();
  }

  /** Whether all tasks of the job run. While the job is being started it has none. */
  public boolean allTasksRun(String job) throws IOException, InterruptedException {
    JsonNode vertices = get("/jobs/" + job).path("vertices");
    for (JsonNode vertex : vertices) {
      if (!"RUNNING".equals(vertex.path("status").asText())) {
        return false;
      }
    }
    return !vertices.isEmpty();
  }

  /** How many checkpoints of the job are complete, since this JobManager leads. */
  public long completedCheckpoints(String job) throws IOException, InterruptedException {
    return get("/jobs/" + job + "/checkpoints").path("counts").path("completed").asLong();
  }

  /** How many TaskManagers are registered. */
  public int taskManagers() throws IOException, InterruptedException {
    return get("/taskmanagers").path("taskmanagers").size();
  }

  /**
   * The TaskManagers that have something to do, the one with the most first.
   *
   * @return their roles in {@code scripts/flink}'s cluster, such as {@code taskmanager-1}
   */
  public List<String> busyTaskManagers() throws IOException, InterruptedException {
    List<JsonNode> busy = new ArrayList<>();
    get("/taskmanagers").path("taskmanagers").forEach(busy::add);
    busy.removeIf(t -> slotsTaken(t) == 0);
    busy.sort(Comparator.comparingInt(FlinkRest::slotsTaken).reversed());
    return busy.stream().map(t -> STARTED.matcher(t.path("id").asText()).replaceFirst("")).toList();
  }

  private static int slotsTaken(JsonNode taskManager) {
    return taskManager.path("slotsNumber").asInt() - taskManager.path("freeSlots").asInt();
  }

  /** Whether the job had to start again, since this JobManager leads. */
  public boolean wasRestarted(String job) throws IOException, InterruptedException {
    return get("/jobs/" + job).path("timestamps").path("RESTARTING").asLong() > 0;
  }

  /** The complete checkpoints that Flink remembers, the earliest first. */
  public List<Checkpoint> checkpoints(String job) throws IOException, InterruptedException {
    List<Checkpoint> complete = new ArrayList<>();
    for (JsonNode one : get("/jobs/" + job + "/checkpoints").path("history")) {
      if ("COMPLETED".equals(one.path("status").asText())) {
        complete.add(
            new Checkpoint(
                Instant.ofEpochMilli(one.path("trigger_timestamp").asLong()),
                Duration.ofMillis(one.path("end_to_end_duration").asLong()),
                one.path("state_size").asLong()));
      }
    }
    complete.sort(Comparator.comparing(Checkpoint::triggered));
    return complete;
  }

  /** Why the job failed: the messages of the exception and its causes, outermost first. */
  public List<String> failure(String job) throws IOException, InterruptedException {
    List<String> messages = new ArrayList<>();
    JsonNode entries = get("/jobs/" + job + "/exceptions").path("exceptionHistory").path("entries");
    for (JsonNode entry : entries) {
      for (String line : entry.path("stacktrace").asText().split("\n")) {
        if (!line.startsWith("\t") && !line.isBlank()) {
          messages.add(line.replaceFirst("^Caused by: ", "").strip());
        }
      }
    }
    return messages;
  }

  /** Sum of a metric over all subtasks of the operator that has it; 0 while there is none. */
  public long sum(String job, String metric) throws IOException, InterruptedException {
    long sum = 0;
    for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
      String path =
          "/jobs/%s/vertices/%s/subtasks/metrics".formatted(job, vertex.path("id").asText());
      for (JsonNode value : get(path + "?get=" + metric + "&agg=sum")) {
        sum += value.path("sum").asLong();
      }
    }
    return sum;
  }
}

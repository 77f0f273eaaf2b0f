package io.millrace.gateway.distiller;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.gateway.server.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A Distiller instance's REST API, as far as a publisher needs it. Each call is made once, and has
 * a deadline.
 *
 * <p>All calls throw {@link IOException} if another try may succeed ({@link DistillerBusy} after a
 * status of 408, 429 or 5xx, else there was no answer), and {@link DistillerRefusal} if not.
 */
final class DistillerApi {
  private static final int MOST_TEXT = 300;

  private final DistillerSettings settings;
  private final Duration deadline;
  private final HttpClient client;

  /**
   * @param deadline for an answer
   */
  DistillerApi(DistillerSettings settings, Duration deadline) {
    this.settings = settings;
    this.deadline = deadline;
    // No redirects, which could carry the key elsewhere.
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(deadline)
            .build();
  }

  /** The microscope's id there; empty if the instance has none of the name. */
  OptionalLong microscope() throws IOException, DistillerRefusal, InterruptedException {
    JsonNode found =
        send("GET", "/microscopes?name=" + encode(settings.microscope()), null, "").orElseThrow();
    for (JsonNode one : found) {
      if (one.path("name").asText().equals(settings.microscope())) {
        return OptionalLong.of(id(one));
      }
    }
    return OptionalLong.empty();
  }

  /** The scan of a uuid; detectors number anew, so its number says little. */
  OptionalLong findScan(String uuid) throws IOException, DistillerRefusal, InterruptedException {
    JsonNode found = send("GET", "/scans?uuid=" + encode(uuid), null, "").orElseThrow();
    for (JsonNode one : found) {
      if (one.path("uuid").asText().equals(uuid)) {
        return OptionalLong.of(id(one));
      }
    }
    return OptionalLong.empty();
  }

  /** Creates a scan; returns its id there. */
  long createScan(ObjectNode scan) throws IOException, DistillerRefusal, InterruptedException {
    return id(send("POST", "/scans", scan).orElseThrow());
  }

  /** Changes a scan; metadata are added to those that it has. */
  void changeScan(long id, ObjectNode change)
      throws IOException, DistillerRefusal, InterruptedException {
    send("PATCH", "/scans/%d?merge=true".formatted(id), change);
  }

  /** Gives a scan its picture. */
  void putImage(long id, byte[] png) throws IOException, DistillerRefusal, InterruptedException {
    String boundary = "millrace-" + Integer.toHexString(java.util.Arrays.hashCode(png));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(
        ("--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%d.png\"\r\n"
                + "Content-Type: image/png\r\n\r\n")
            .formatted(boundary, id)
            .getBytes(StandardCharsets.US_ASCII));
    body.writeBytes(png);
    body.writeBytes("\r\n--%s--\r\n".formatted(boundary).getBytes(StandardCharsets.US_ASCII));
    send(
        "PUT",
        "/scans/%d/image".formatted(id),
        BodyPublishers.ofByteArray(body.toByteArray()),
        "multipart/form-data; boundary=" + boundary);
  }

  /** Creates a job; returns its id there. */
  long createJob(ObjectNode job) throws IOException, DistillerRefusal, InterruptedException {
    return id(send("POST", "/jobs", job).orElseThrow());
  }

  /** Changes a job. */
  void changeJob(long id, ObjectNode change)
      throws IOException, DistillerRefusal, InterruptedException {
    send("PATCH", "/jobs/%d".formatted(id), change);
  }

  private static long id(JsonNode answer) throws IOException {
    if (!answer.path("id").canConvertToLong()) {
      throw new IOException("the answer has no id");
    }
    return answer.get("id").asLong();
  }

  private Optional<JsonNode> send(String method, String path, ObjectNode body)
      throws IOException, DistillerRefusal, InterruptedException {
    return send(method, path, BodyPublishers.ofString(body.toString()), "application/json");
  }

  /** Empty if the answer is. */
  private Optional<JsonNode> send(String method, String path, BodyPublisher body, String type)
      throws IOException, DistillerRefusal, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    switch (settings.keyIn()) {
      case HEADER -> request.header(settings.keyName(), settings.key());
      case COOKIE -> request.header("Cookie", settings.keyName() + "=" + settings.key());
      case QUERY -> {} // it is in the address
    }
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    request.method(method, body == null ? BodyPublishers.noBody() : body);
    HttpResponse<String> answer = once(request.build());
    int status = answer.statusCode();
    if (status == 408 || status == 429 || status >= 500) {
      throw new DistillerBusy("it answers %d: %s".formatted(status, shortened(answer.body())));
    }
    if (status / 100 != 2) {
      throw new DistillerRefusal(
          status,
          "%s %s is answered by %d: %s"
              .formatted(method, path.replaceAll("\\?.*", ""), status, shortened(answer.body())));
    }
    try {
      return answer.body().isBlank()
          ? Optional.empty()
          : Optional.of(Json.mapper().readTree(answer.body()));
    } catch (JsonProcessingException e) {
      throw new IOException("its answer is no JSON", e);
    }
  }

  private URI uri(String path) {
    String all = settings.address().toString().replaceAll("/+$", "") + path;
    if (settings.keyIn() == DistillerSettings.KeyPlace.QUERY) {
      all += (path.contains("?") ? "&" : "?") + settings.keyName() + "=" + encode(settings.key());
    }
    return URI.create(all);
  }

  /** The client's own time-out ends when the answer begins; this one when it is whole. */
  private HttpResponse<String> once(HttpRequest request) throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<String>> asked =
        client.sendAsync(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
    try {
      return asked.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new HttpTimeoutException("no answer for %d s".formatted(deadline.toSeconds()));
    } catch (ExecutionException e) {
      // Without the cause's own text where that may quote the address, which may have the key.
      throw new IOException("no answer (%s)".formatted(e.getCause().getClass().getSimpleName()), e);
    } finally {
      asked.cancel(true);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private String shortened(String body) {
    String text = body.replaceAll("\\s+", " ").replace(settings.key(), "***").strip();
    return text.length() > MOST_TEXT ? text.substring(0, MOST_TEXT) + "..." : text;
  }
}

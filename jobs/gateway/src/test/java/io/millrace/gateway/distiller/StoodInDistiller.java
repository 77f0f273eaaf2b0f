package io.millrace.gateway.distiller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.gateway.server.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Distiller instance in memory, as far as a publisher meets it: what it demands, what it refuses,
 * and ways in which it fails.
 */
final class StoodInDistiller implements AutoCloseable {
  static final String KEY = "k3y-of-the-lab";
  static final long MICROSCOPE = 3;
  private static final Pattern ONE = Pattern.compile("/api/v1/(scans|jobs)/(\\d+)(/image)?");

  final Map<Long, ObjectNode> scans = new TreeMap<>();
  final Map<Long, ObjectNode> jobs = new TreeMap<>();
  final Map<Long, byte[]> images = new TreeMap<>();
  final List<String> calls = new ArrayList<>();

  private final HttpServer server;
  private final CountDownLatch over = new CountDownLatch(1);
  private long next = 1;

  /** How requests carry the key: HEADER, QUERY or COOKIE. */
  volatile DistillerSettings.KeyPlace keyIn = DistillerSettings.KeyPlace.HEADER;

  /** Answers everything with this; 0 if not. */
  volatile int status;

  /** Takes the next creation of a scan, and ends the connection without an answer. */
  volatile boolean losesAnswer;

  /** Never answers. */
  volatile boolean hangs;

  /** Refuses scans of this detector number, with the status. */
  volatile int refused = -1;

  volatile int refusal = 422;

  StoodInDistiller() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", this::take);
    server.start();
  }

  DistillerSettings settings(String key) {
    return new DistillerSettings(
        URI.create("http://127.0.0.1:%d/api/v1".formatted(server.getAddress().getPort())),
        key,
        keyIn,
        "X-API-Key",
        "TEAM 0.5");
  }

  private void take(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (hangs) {
      try {
        over.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    String answer;
    int code;
    synchronized (this) {
      calls.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
      try {
        answer = answer(exchange, body);
        code = 200;
      } catch (Refusal e) {
        answer = "{\"detail\":\"%s\"}".formatted(e.getMessage());
        code = e.status;
      }
    }
    if (losesAnswer
        && exchange.getRequestURI().getPath().endsWith("/scans")
        && code == 200
        && exchange.getRequestMethod().equals("POST")) {
      losesAnswer = false;
      exchange.close();
      return;
    }
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    final int status;

    Refusal(int status, String why) {
      super(why);
      this.status = status;
    }
  }

  private String answer(HttpExchange exchange, byte[] body) {
    if (status != 0) {
      throw new Refusal(status, "out of order");
    }
    if (!KEY.equals(key(exchange))) {
      throw new Refusal(403, "Could not validate API key");
    }
    String path = exchange.getRequestURI().getPath();
    String asked = exchange.getRequestMethod() + " " + path.replaceAll("\\d+", "N").substring(7);
    Matcher one = ONE.matcher(path);
    long id = one.matches() ? Long.parseLong(one.group(2)) : 0;
    return switch (asked) {
      case "GET /microscopes" -> microscopes(query(exchange, "name")).toString();
      case "GET /scans" -> byUuid(query(exchange, "uuid")).toString();
      case "POST /scans" -> create(json(body)).toString();
      case "PATCH /scans/N" ->
          change(there(scans, id), json(body), "true".equals(query(exchange, "merge"))).toString();
      case "PUT /scans/N/image" -> image(id, exchange, body);
      case "POST /jobs" -> createJob(json(body)).toString();
      case "PATCH /jobs/N" -> there(jobs, id).setAll((ObjectNode) json(body)).toString();
      default -> throw new Refusal(404, "Not Found");
    };
  }

  private String key(HttpExchange exchange) {
    return switch (keyIn) {
      case HEADER -> exchange.getRequestHeaders().getFirst("X-API-Key");
      case QUERY -> query(exchange, "X-API-Key");
      case COOKIE ->
          String.valueOf(exchange.getRequestHeaders().getFirst("Cookie"))
              .replaceFirst("^X-API-Key=", "");
    };
  }

  private static String query(HttpExchange exchange, String name) {
    String query = exchange.getRequestURI().getRawQuery();
    for (String part : (query == null ? "" : query).split("&")) {
      if (part.startsWith(name + "=")) {
        return URLDecoder.decode(part.substring(name.length() + 1), StandardCharsets.UTF_8);
      }
    }
    return null;
  }

  private static JsonNode json(byte[] body) {
    try {
      return Json.mapper().readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode there(Map<Long, ObjectNode> all, long id) {
    if (!all.containsKey(id)) {
      throw new Refusal(404, "Not Found");
    }
    return all.get(id);
  }

  private static ArrayNode microscopes(String name) {
    ArrayNode found = Json.mapper().createArrayNode();
    if ("TEAM 0.5".equals(name)) {
      found.addObject().put("id", MICROSCOPE).put("name", name);
    }
    return found;
  }

  private ArrayNode byUuid(String uuid) {
    ArrayNode found = Json.mapper().createArrayNode();
    scans.values().stream().filter(s -> s.get("uuid").asText().equals(uuid)).forEach(found::add);
    return found;
  }

  private ObjectNode create(JsonNode body) {
    for (String field : List.of("scan_id", "created", "uuid", "locations")) {
      if (!body.has(field)) {
        throw new Refusal(422, "field required: " + field);
      }
    }
    if (body.get("scan_id").asInt() == refused) {
      throw new Refusal(refusal, "no such scan is wanted");
    }
    for (JsonNode location : body.get("locations")) {
      if (scans.values().stream().anyMatch(scan -> isSame(scan, body, location))) {
        throw new Refusal(409, "scan already exists");
      }
    }
    ObjectNode scan = body.deepCopy();
    scan.put("id", next).put("progress", 0).putArray("job_ids");
    scans.put(next++, scan);
    return scan;
  }

  private static boolean isSame(JsonNode scan, JsonNode other, JsonNode location) {
    boolean there = false;
    for (JsonNode known : scan.get("locations")) {
      there |= known.equals(location);
    }
    return there
        && scan.get("created").equals(other.get("created"))
        && scan.get("microscope_id").equals(other.get("microscope_id"));
  }

  private static ObjectNode change(ObjectNode scan, JsonNode body, boolean merge) {
    if (body.has("progress")) {
      scan.put("progress", Math.max(scan.get("progress").asInt(), body.get("progress").asInt()));
    }
    if (body.has("locations")) {
      scan.set("locations", body.get("locations"));
    }
    if (body.has("metadata")) {
      ObjectNode all = merge && scan.has("metadata") ? (ObjectNode) scan.get("metadata") : null;
      scan.set(
          "metadata",
          all == null ? body.get("metadata") : all.setAll((ObjectNode) body.get("metadata")));
    }
    if (body.has("job_id")) {
      ((ArrayNode) scan.get("job_ids")).add(body.get("job_id"));
    }
    return scan;
  }

  private String image(long id, HttpExchange exchange, byte[] body) {
    there(scans, id);
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    Matcher boundary = Pattern.compile("multipart/form-data; boundary=(.+)").matcher(type);
    if (!boundary.matches()) {
      throw new Refusal(422, "no multipart");
    }
    String text = new String(body, StandardCharsets.ISO_8859_1);
    int begin = text.indexOf("\r\n\r\n") + 4;
    int end = text.indexOf("\r\n--" + boundary.group(1) + "--", begin);
    if (!text.startsWith("--" + boundary.group(1) + "\r\n")
        || !text.contains("name=\"file\"")
        || end < begin) {
      throw new Refusal(422, "no file in it");
    }
    images.put(id, text.substring(begin, end).getBytes(StandardCharsets.ISO_8859_1));
    return "{}";
  }

  private ObjectNode createJob(JsonNode body) {
    if (!body.path("job_type").asText().matches("transfer|count|streaming")
        || !body.has("machine")) {
      throw new Refusal(422, "field required");
    }
    ObjectNode job = body.deepCopy();
    job.put("id", next).put("state", "INITIALIZING");
    jobs.put(next++, job);
    return job;
  }

  /** The only scan. */
  synchronized ObjectNode scan() {
    return scans.size() == 1 ? scans.values().iterator().next().deepCopy() : null;
  }

  synchronized int count(String call) {
    return (int) calls.stream().filter(call::equals).count();
  }

  synchronized int scanCount() {
    return scans.size();
  }

  @Override
  public void close() {
    over.countDown();
    server.stop(0);
  }
}

package io.millrace.gateway.scans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.detector.live.LiveCodec;
import io.millrace.detector.live.LiveRing;
import io.millrace.detector.live.LiveRows;
import io.millrace.detector.live.LiveSent;
import io.millrace.gateway.people.Role;
import io.millrace.gateway.server.Json;
import io.millrace.gateway.server.Listening;
import io.millrace.gateway.server.WebServer;
import io.millrace.gateway.store.Database;
import io.millrace.hdf5.CountedFile;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** Scans over HTTP, found by their files; without the door, which has its own tests. */
class ScansIT {
  private static final Instant START = Instant.parse("2026-11-25T13:45:00.123Z");
  private static final String ID = "night.7-20261125T134500123Z";

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path dir;
  private Path results;
  private Path file;
  private Database database;
  private ScanArea area;
  private WebServer server;

  @BeforeEach
  void start() throws IOException {
    results = Files.createDirectory(dir.resolve("results"));
    Files.createDirectory(results.resolve("monday"));
    file =
        SmallScan.write(
            results.resolve("monday"), "FOURD_261125_1345_00001_00007.h5", "night", 7, START);
    database = Database.open("sqlite:" + dir.resolve("gateway.db"));
    area =
        new ScanArea(
            database,
            new ScanSettings(List.of(results), null, "tcp://127.0.0.1:*", null, 1L << 30),
            Set::of,
            session -> Optional.of("perlmutter"),
            Clock.systemUTC(),
            new PrometheusRegistry());
    area.start();
    server =
        WebServer.start(
            new Listening("127.0.0.1", 0, Optional.empty(), false),
            Role.ANYONE,
            new PrometheusRegistry(),
            area.routes());
    await().atMost(Duration.ofSeconds(30)).until(() -> scan().path("sha256").isTextual());
  }

  @AfterEach
  void stop() {
    server.close();
    area.close();
    database.close();
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create(server.address() + "api/v1/" + path));
  }

  private HttpResponse<byte[]> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = to(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private JsonNode json(String path) throws IOException, InterruptedException {
    return Json.mapper().readTree(get(path).body());
  }

  private JsonNode scan() throws IOException, InterruptedException {
    return json("scans/" + ID);
  }

  private JsonNode patch(String body) throws IOException, InterruptedException {
    return Json.mapper()
        .readTree(
            http.send(
                    to("scans/" + ID)
                        .method("PATCH", BodyPublishers.ofString(body))
                        .header("Content-Type", "application/json")
                        .build(),
                    BodyHandlers.ofByteArray())
                .body());
  }

  /** No job tells of it: it ended before the gateway was started. */
  @Test
  void lastScanIsShownFromItsFile() throws Exception {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(json("live").get("scans")).hasSize(1));
    JsonNode shown = json("live").get("scans").get(0);
    assertThat(shown.get("file").asText()).isEqualTo(file.toString());
    assertThat(shown.get("progress").get("complete").asLong()).isEqualTo(4);
    assertThat(shown.get("progress").get("absent").asLong()).isEqualTo(1);
    assertThat(shown.get("positionsWithoutEvents").asInt()).isZero();
  }

  /** The rest of it was told while the gateway was away. */
  @Test
  void scanThatWasSeenInPartIsWholeWithItsFile() throws Exception {
    Instant next = Instant.now();
    long key = 8;
    int[] ones = {1, 0, 0};
    LiveSent row =
        new LiveSent(
            "night",
            "job",
            0,
            next,
            new LiveRows(
                key,
                SmallScan.GEOMETRY,
                0,
                1,
                List.of(new LiveRing("bright_field", 0, 2, 4, 4)),
                new int[] {3, 0, 0},
                ones,
                new int[][] {ones},
                ones,
                new long[3],
                new long[3]));
    try (ZContext context = new ZContext();
        ZMQ.Socket job = context.createSocket(SocketType.XPUB)) {
      job.setHandshakeIvl(2_000);
      job.setReceiveTimeOut(30_000);
      job.connect(area.liveAddress());
      assertThat(job.recv()).isNotNull();
      for (Iterator<byte[]> parts = LiveCodec.encode(row).iterator(); parts.hasNext(); ) {
        job.send(parts.next(), parts.hasNext() ? ZMQ.SNDMORE : 0);
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> shown(key).path("progress").path("seen").asLong() == 1);
    }
    SmallScan.write(results, "FOURD_261125_1346_00002_00008.h5", "night", 8, next);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> shown(key).path("progress").path("absent").asLong() == 1);
    assertThat(shown(key).get("progress").get("complete").asLong()).isEqualTo(4);
    assertThat(shown(key).get("positionsWithoutEvents").asInt()).isZero();
  }

  /** What is shown of a scan; missing if it is not in memory. */
  private JsonNode shown(long number) throws Exception {
    for (JsonNode scan : json("live").get("scans")) {
      if (scan.get("progress").get("id").asText().startsWith("night.%d-".formatted(number))) {
        return scan;
      }
    }
    return MissingNode.getInstance();
  }

  @Test
  void fileIsFoundAndDescribed() throws Exception {
    JsonNode scan = scan();
    assertThat(scan.get("state").asText()).isEqualTo("INCOMPLETE");
    assertThat(scan.get("complete").asInt()).isEqualTo(4);
    assertThat(scan.get("bytes").asLong()).isEqualTo(Files.size(file));
    assertThat(scan.get("live").asBoolean()).isFalse();
    assertThat(scan.get("started").asText()).isEqualTo("2026-11-25T13:45:00.123Z");
    assertThat(scan.get("images").findValuesAsText("name")).contains("bright_field", "com_x");
    assertThat(scan.get("rings"))
        .extracting(JsonNode::asText)
        .containsExactlyInAnyOrder("bright_field", "annular_dark_field");
    assertThat(json("scans").get("total").asInt()).isEqualTo(1);
    assertThat(json("scans?state=FAILED").get("total").asInt()).isZero();
    assertThat(json("scans?from=2026-11-25&to=2026-11-26").get("total").asInt()).isEqualTo(1);
    assertThat(get("scans?state=nonsense").statusCode()).isEqualTo(400);
    assertThat(get("scans?from=yesterday").statusCode()).isEqualTo(400);
    assertThat(get("scans?limit=0").statusCode()).isEqualTo(400);
  }

  @Test
  void fileIsDownloadedWholeAndInPart() throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    HttpResponse<byte[]> whole = get("scans/" + ID + "/file", "Accept-Encoding", "gzip");
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(whole.body()).isEqualTo(bytes);
    String sha256 =
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(whole.body()));
    assertThat(scan().get("sha256").asText()).isEqualTo(sha256);
    String tag = whole.headers().firstValue("ETag").orElseThrow();
    assertThat(tag).isEqualTo('"' + sha256 + '"');
    assertThat(whole.headers().firstValue("Content-Disposition").orElseThrow())
        .contains(file.getFileName().toString());

    HttpResponse<byte[]> part = get("scans/" + ID + "/file", "Range", "bytes=100-199");
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).isEqualTo(Arrays.copyOfRange(bytes, 100, 200));
    assertThat(part.headers().firstValue("Content-Range"))
        .contains("bytes 100-199/" + bytes.length);
    assertThat(get("scans/" + ID + "/file", "Range", "bytes=-10").body())
        .isEqualTo(Arrays.copyOfRange(bytes, bytes.length - 10, bytes.length));
    HttpResponse<byte[]> beyond =
        get("scans/" + ID + "/file", "Range", "bytes=%d-".formatted(bytes.length));
    assertThat(beyond.statusCode()).isEqualTo(416);
    assertThat(get("scans/" + ID + "/file", "If-None-Match", tag).statusCode()).isEqualTo(304);
    assertThat(
            get("scans/" + ID + "/file", "Range", "bytes=0-9", "If-Range", "\"other\"")
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void nothingElseIsGivenAway() throws Exception {
    Path secret = Files.writeString(dir.resolve("secret.h5"), "secret");
    for (String path :
        List.of(
            "scans/../../../../etc/passwd/file",
            "scans/%2e%2e%2f%2e%2e%2fetc%2fpasswd/file",
            "scans/..%2f..%2fsecret.h5/file",
            "scans/%2fetc%2fpasswd/file",
            "scans/" + ID + "/images/..%2f..%2fsecret.png",
            "scans/" + ID + "/images/%2e%2e%2fsum_pattern.png",
            "scans/" + ID + "/file/..%2f..%2f..%2fsecret.h5")) {
      HttpResponse<byte[]> answer = get(path);
      assertThat(answer.statusCode()).as(path).isIn(400, 404);
      assertThat(new String(answer.body(), StandardCharsets.UTF_8))
          .as(path)
          .doesNotContain("root:");
    }
    // A file that becomes a link out of the folders is no file any more.
    Files.delete(file);
    Files.createSymbolicLink(file, secret);
    HttpResponse<byte[]> link = get("scans/" + ID + "/file");
    assertThat(link.statusCode()).isEqualTo(404);
    assertThat(new String(link.body(), StandardCharsets.UTF_8))
        .contains("file-elsewhere", file.toString(), "perlmutter");
    assertThat(scan().get("fileHere").asBoolean()).isFalse();
    assertThat(scan().get("machine").asText()).isEqualTo("perlmutter");
  }

  @Test
  void imagesAreThoseOfTheFile() throws Exception {
    HttpResponse<byte[]> raw = get("scans/" + ID + "/images/com_x.f32");
    assertThat(raw.headers().firstValue("X-Width")).contains("3");
    assertThat(raw.headers().firstValue("X-Height")).contains("2");
    ByteBuffer values = ByteBuffer.wrap(raw.body()).order(ByteOrder.LITTLE_ENDIAN);
    try (CountedFile counted = new CountedFile(file)) {
      for (double value : counted.image("com_x").values()) {
        assertThat(Float.valueOf(values.getFloat())).isEqualTo(Float.valueOf((float) value));
      }
    }
    assertThat(
            ImageIO.read(
                    new ByteArrayInputStream(
                        get("scans/" + ID + "/images/total_counts.tiff").body()))
                .getRaster()
                .getSampleDouble(0, 1, 0))
        .isEqualTo(4);
    for (String query : List.of("", "?map=viridis&low=0&high=5&log=true", "?map=inferno")) {
      HttpResponse<byte[]> png = get("scans/" + ID + "/images/bright_field.png" + query);
      assertThat(png.headers().firstValue("Content-Type")).contains("image/png");
      assertThat(ImageIO.read(new ByteArrayInputStream(png.body())).getWidth()).isEqualTo(256);
    }
    assertThat(get("scans/" + ID + "/images/bright_field.png?map=pink").statusCode())
        .isEqualTo(400);
    assertThat(get("scans/" + ID + "/images/radial_profile.png").statusCode()).isEqualTo(200);
    assertThat(get("scans/" + ID + "/images/bright_field.gif").statusCode()).isEqualTo(404);
    assertThat(get("scans/" + ID + "/images/none.png").statusCode()).isEqualTo(404);
    byte[] thumbnail = get("scans/" + ID + "/thumbnail.png").body();
    assertThat(ImageIO.read(new ByteArrayInputStream(thumbnail)).getWidth())
        .isLessThanOrEqualTo(192);
  }

  @Test
  void ringsAndPatternsAreCountedFromTheFile() throws Exception {
    HttpResponse<byte[]> ring =
        http.send(
            to("scans/" + ID + "/rings?format=f32")
                .POST(
                    BodyPublishers.ofString(
                        "[{\"name\":\"mine\",\"inner\":2,\"outer\":5.5,\"x\":4,\"y\":4}]"))
                .header("Content-Type", "application/json")
                .build(),
            BodyHandlers.ofByteArray());
    assertThat(ring.statusCode()).isEqualTo(200);
    ByteBuffer values = ByteBuffer.wrap(ring.body()).order(ByteOrder.LITTLE_ENDIAN);
    for (int p = 0; p < 5; p++) {
      assertThat(values.getFloat()).isEqualTo(SmallScan.in(SmallScan.RING, p));
    }
    assertThat(values.getFloat()).isNaN();
    assertThat(json("scans/" + ID + "/pattern?x=1&y=1").get("events").toString())
        .isEqualTo(Arrays.toString(SmallScan.events(4)).replace(" ", ""));
    assertThat(get("scans/" + ID + "/pattern?x=3&y=0").statusCode()).isEqualTo(400);
    assertThat(get("scans/" + ID + "/pattern").statusCode()).isEqualTo(400);
  }

  @Test
  void whatPeopleWriteIsKeptAndFound() throws Exception {
    String evil = "<script>alert(1)</script>";
    JsonNode changed =
        patch("{\"notes\":\"=1+1 " + evil + "\",\"tags\":[\" gold \"],\"metadata\":{\"kV\":300}}");
    assertThat(changed.get("notes").asText()).isEqualTo("=1+1 " + evil);
    assertThat(json("scans?tag=gold").get("total").asInt()).isEqualTo(1);
    assertThat(json("scans?q=SCRIPT").get("total").asInt()).isEqualTo(1);
    assertThat(json("scans?q=%27%20OR%201%3D1").get("total").asInt()).isZero();
    assertThat(patch("{\"tags\":[\"\"]}").at("/error/code").asText()).isEqualTo("bad-value");
    assertThat(scan().at("/metadata/kV").asInt()).isEqualTo(300);
    String csv = new String(get("scans.csv").body(), StandardCharsets.UTF_8);
    assertThat(csv.lines().toList()).hasSize(2);
    assertThat(csv).contains("'=1+1").startsWith("id,session");
    assertThat(json("scans.json").get(0).get("id").asText()).isEqualTo(ID);
  }

  @Test
  void metadataAndNotebookAreGivenAway() throws Exception {
    JsonNode metadata = json("scans/" + ID + "/metadata.json");
    assertThat(metadata.at("/file/events").asInt()).isEqualTo(SmallScan.ELECTRONS);
    assertThat(metadata.at("/file/parameters/lanes").asInt()).isEqualTo(2);
    assertThat(metadata.at("/scan/id").asText()).isEqualTo(ID);
    assertThat(json("scans/" + ID + "/notebook.ipynb").get("nbformat").asInt()).isEqualTo(4);
    assertThat(get("scans/unknown/notebook.ipynb").statusCode()).isEqualTo(404);
  }
}

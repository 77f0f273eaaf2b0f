package io.millrace.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.detector.ScanGeometry;
import io.millrace.detector.live.LiveEnd;
import io.millrace.detector.live.LiveEvents;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRing;
import io.millrace.detector.live.LiveRows;
import io.millrace.gateway.people.Role;
import io.millrace.gateway.server.Listening;
import io.millrace.gateway.server.WebServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From the job's socket to browsers, over real ones; without the door, which has its own tests. */
class LiveIT {
  private static final Duration DEADLINE = Duration.ofSeconds(15);
  private static final ScanGeometry LARGE = new ScanGeometry(513, 512);

  /** Of more electrons in a pixel than a byte can tell. */
  private static final int[] PATTERN = IntStream.range(290, 306).toArray();

  private static final LiveRing RING = new LiveRing("bright_field", 0, 2, 2, 2);

  private final LiveCounters counters = new LiveCounters();
  private LiveScans scans;
  private LiveSocket socket;
  private LiveRoutes routes;
  private WebServer server;

  @BeforeEach
  void start() throws IOException {
    start("tcp://127.0.0.1:*");
  }

  private void start(String listen) throws IOException {
    scans =
        new LiveScans((s, key, p, g, seen) -> s + "." + key, 1L << 30, Clock.systemUTC(), counters);
    routes = new LiveRoutes(scans, id -> Optional.empty(), List::of, counters, DEADLINE);
    server =
        WebServer.start(
            new Listening("127.0.0.1", 0, Optional.empty(), false),
            Role.ANYONE,
            new PrometheusRegistry(),
            List.of(routes));
    socket = LiveSocket.open(listen, scans, counters, Optional.empty());
  }

  @AfterEach
  void stop() {
    socket.close();
    routes.close();
    server.close();
  }

  private static LiveRows rows(ScanGeometry geometry, int firstRow, int count, int value) {
    int n = count * geometry.width();
    int[] values = new int[n];
    Arrays.setAll(values, i -> value + (firstRow * geometry.width() + i) % 1000);
    int[] ones = new int[n];
    Arrays.fill(ones, 1);
    long[] sums = new long[n];
    Arrays.setAll(sums, i -> 3L * values[i]);
    return new LiveRows(
        7,
        geometry,
        firstRow,
        count,
        List.of(RING),
        ones,
        ones,
        new int[][] {values},
        values,
        sums,
        sums);
  }

  private static LivePattern pattern(ScanGeometry geometry) {
    return new LivePattern(7, geometry, 4, 4, 1, 1, 1, PATTERN);
  }

  private static float[] expected(ScanGeometry geometry, int rows, int value) {
    float[] all = new float[geometry.positions()];
    for (int i = 0; i < all.length; i++) {
      all[i] = i < rows * geometry.width() ? value + i % 1000 : Float.NaN;
    }
    return all;
  }

  @Test
  void pixelsAreThoseThatTheJobCountedAndWhoComesLateGetsAll() {
    ScanGeometry geometry = new ScanGeometry(65, 64);
    try (Publisher job = new Publisher(socket.address());
        Browser early = new Browser(server.address(), true)) {
      await().until(() -> early.told("hello") != null);
      job.tell("night", pattern(geometry));
      job.tell("night", rows(geometry, 0, 16, 5));
      await()
          .untilAsserted(
              () -> assertThat(early.image("bright_field")).isEqualTo(expected(geometry, 16, 5)));
      job.tell("night", rows(geometry, 16, 16, 5));
      await()
          .untilAsserted(
              () -> assertThat(early.image("bright_field")).isEqualTo(expected(geometry, 32, 5)));
      try (Browser late = new Browser(server.address(), true)) {
        await()
            .untilAsserted(
                () -> assertThat(late.image("bright_field")).isEqualTo(expected(geometry, 32, 5)));
        assertThat(late.told("scan").get("number").asInt()).isEqualTo(7);
        late.send("{\"kind\":\"images\",\"names\":[\"com_x\"]}");
        await().until(() -> late.image("com_x") != null);
        assertThat(late.image("com_x")[100]).isEqualTo(3);
        await()
            .untilAsserted(
                () -> {
                  assertThat(early.pattern()).isEqualTo(PATTERN);
                  assertThat(late.pattern()).isEqualTo(PATTERN);
                });
        assertThat(late.mask()[0]).isEqualTo((byte) 1);
        assertThat(late.mask()[63 * 65]).isZero();
      }
      job.tell("night", new LiveEnd(7, geometry, 32 * 65, 0, 32 * 65, new long[1], "announced"));
      await().until(() -> early.told("end") != null);
      assertThat(early.told("end").get("state").asText()).isEqualTo("INCOMPLETE");
      assertThat(early.told("progress").get("absent").asLong()).isEqualTo(32 * 65);
      assertThat(early.mask()[64 * 64]).isEqualTo((byte) 3);
      assertThat(early.scans()).isEqualTo(1);
    }
  }

  /** Noise does not become smaller, and compression costs a core for six browsers. */
  @Test
  void nothingIsCompressedThoughBrowsersOfferToTakeIt() throws IOException {
    URI address = URI.create(server.address());
    try (Socket browser = new Socket(address.getHost(), address.getPort())) {
      browser.setSoTimeout(30_000);
      String request =
          "GET /api/v1/live HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  .formatted(address.getAuthority())
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
      browser.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(browser.getInputStream(), StandardCharsets.ISO_8859_1));
      assertThat(answer.readLine()).startsWith("HTTP/1.1 101");
      for (String line = answer.readLine(); !line.isEmpty(); line = answer.readLine()) {
        assertThat(line).doesNotContainIgnoringCase("deflate");
      }
    }
  }

  @Test
  void ownRingAndPositionAreAnswered() {
    ScanGeometry geometry = new ScanGeometry(3, 2);
    try (Publisher job = new Publisher(socket.address());
        Browser browser = new Browser(server.address(), true)) {
      job.tell("night", pattern(geometry));
      job.tell("night", rows(geometry, 0, 1, 5));
      job.tell(
          "night",
          new LiveEvents(
              7,
              geometry,
              4,
              4,
              new int[] {0, 1},
              new int[] {1, 1},
              new int[] {3, 1},
              new int[] {0, 1, 5, 5}));
      await().until(() -> browser.image("bright_field") != null);
      browser.send(
          "{\"kind\":\"rings\",\"rings\":[{\"name\":\"mine\",\"inner\":1,\"outer\":2,\"x\":1.5,\"y\":1.5}]}");
      await().until(() -> browser.told("rings") != null && browser.image("mine") != null);
      assertThat(browser.told("rings").get("positionsWithoutEvents").asInt()).isEqualTo(1);
      assertThat(browser.image("mine"))
          .containsExactly(1, 0, Float.NaN, Float.NaN, Float.NaN, Float.NaN);
      browser.send("{\"kind\":\"position\",\"x\":0,\"y\":0}");
      await().until(() -> browser.told("position") != null);
      assertThat(browser.told("position").get("events").toString()).isEqualTo("[0,1,5]");
      browser.send("{\"kind\":\"position\",\"x\":9,\"y\":0}");
      await().until(() -> browser.told("error") != null);
      assertThat(browser.told("error").get("message").asText()).contains("3 x 2");
      browser.forget("error");
      browser.send("no JSON");
      await().until(() -> browser.told("error") != null);
      browser.forget("error");
      browser.send("{\"kind\":\"show\",\"scan\":\"night.99\"}");
      await().until(() -> browser.told("error") != null);
      assertThat(browser.told("error").get("message").asText()).contains("night.99");
    }
  }

  /** Images of 1 MB in up to five versions a second are soon more than sockets hold. */
  @Test
  void viewerThatTakesNothingDelaysNobodyAndIsSentAway() {
    try (Publisher job = new Publisher(socket.address());
        Browser reading = new Browser(server.address(), true);
        Browser stalled = new Browser(server.address(), false)) {
      job.tell("night", pattern(LARGE));
      List<Long> delays = new ArrayList<>();
      for (int version = 1; counters.viewersStalled.sum() == 0 || delays.size() < 5; version++) {
        assertThat(version).as("versions until the stalled one is sent away").isLessThan(3000);
        int value = version;
        long sent = System.nanoTime();
        job.tell("night", rows(LARGE, 0, 512, value));
        await()
            .atMost(Duration.ofMinutes(1))
            .pollInterval(Duration.ofMillis(20))
            .until(
                () -> {
                  float[] image = reading.image("bright_field");
                  return image != null
                      && image[0] == value
                      && image[image.length - 1] == value + (image.length - 1) % 1000;
                });
        delays.add((System.nanoTime() - sent) / 1_000_000);
      }
      assertThat(counters.viewersStalled.sum()).isEqualTo(1);
      assertThat(Collections.max(delays))
          .as("milliseconds until the other one has it all: never a wait for the stalled one")
          .isLessThan(DEADLINE.toMillis());
      await().until(() -> routes.viewers() == 1);
      assertThat(reading.isClosed()).isFalse();
      assertThat(stalled.told("hello")).as("it has not even read the first message").isNull();
    }
  }

  @Test
  void gatewayThatIsStartedAgainInMidScanShowsItWhole() throws IOException {
    ScanGeometry geometry = new ScanGeometry(65, 64);
    String listen = socket.address();
    try (Publisher job = new Publisher(listen)) {
      job.tell("night", pattern(geometry));
      job.tell("night", rows(geometry, 0, 16, 5));
      await().until(() -> counters.messages.sum() == 2);
      stop();
      start(listen);
      job.awaitSubscriber();
      // Which makes a job tell everything.
      job.tell("night", pattern(geometry));
      job.tell("night", rows(geometry, 0, 32, 5));
      try (Browser browser = new Browser(server.address(), true)) {
        await()
            .untilAsserted(
                () ->
                    assertThat(browser.image("bright_field")).isEqualTo(expected(geometry, 32, 5)));
        browser.send(
            "{\"kind\":\"rings\",\"rings\":[{\"name\":\"mine\",\"inner\":1,\"outer\":2,\"x\":1.5,\"y\":1.5}]}");
        await().until(() -> browser.told("rings") != null);
        assertThat(browser.told("rings").get("positionsWithoutEvents").asInt())
            .as("events from before are not here")
            .isEqualTo(32 * 65);
      }
    }
  }

  @Test
  void underWayAtAGlance() throws Exception {
    ScanGeometry geometry = new ScanGeometry(65, 64);
    try (Publisher job = new Publisher(socket.address())) {
      job.tell("night", pattern(geometry));
      job.tell("night", rows(geometry, 0, 16, 5));
      await().until(() -> counters.messages.sum() == 2);
    }
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(server.address() + "api/v1/live")).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.body()).contains("\"id\":\"night.7\"").contains("\"seen\":1040");
  }
}

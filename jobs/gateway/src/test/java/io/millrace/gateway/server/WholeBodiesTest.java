package io.millrace.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.people.Role;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bodies that come slowly, or not at all. */
class WholeBodiesTest {
  private static final Duration SOON = Duration.ofSeconds(2);

  /** Longer than any test. */
  private static final Duration NEVER = Duration.ofMinutes(30);

  private static final int PATIENCE_MILLIS = 120_000;

  /** More than the server has threads. */
  private static final int MANY = 100;

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final List<Socket> sockets = new ArrayList<>();
  private WebServer server;

  private record Word(String word) {}

  private void start(Duration deadline) throws Exception {
    server =
        WebServer.start(
            new Listening("127.0.0.1", 0, Optional.empty(), false),
            Role.ANYONE,
            registry,
            List.of(
                routes -> {
                  routes.get("/well", ctx -> ctx.json(Map.of()), Role.ANYONE);
                  routes.post("/say", ctx -> ctx.json(Json.body(ctx, Word.class)), Role.ANYONE);
                }),
            deadline);
  }

  @AfterEach
  void stop() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    server.close();
  }

  private Socket begin(String body) throws Exception {
    URI address = URI.create(server.address());
    Socket socket = new Socket(address.getHost(), address.getPort());
    socket.setSoTimeout(PATIENCE_MILLIS);
    sockets.add(socket);
    send(
        socket,
        "POST /say HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
            + body);
    return socket;
  }

  private static void send(Socket socket, String text) throws Exception {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  @Test
  void holdNoThread() throws Exception {
    start(NEVER);
    for (int i = 0; i < MANY; i++) {
      begin("{");
    }
    HttpResponse<String> well =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(server.address() + "well"))
                    .timeout(Duration.ofSeconds(45)) // before the idle timeout frees threads
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(well.statusCode()).isEqualTo(200);
  }

  @Test
  void areCutOffAtTheirDeadline() throws Exception {
    start(SOON);
    Socket socket = begin("{");
    assertThat(socket.getInputStream().readAllBytes()).as("closed without an answer").isEmpty();
    assertThat(cutOff()).isEqualTo(1);
  }

  @Test
  void arePutTogetherOfTheirPieces() throws Exception {
    start(NEVER);
    Socket socket = begin("");
    for (char c : "{\"word\": \"yes\"}".substring(0, 15).toCharArray()) {
      send(socket, Character.toString(c));
    }
    byte[] answer = socket.getInputStream().readNBytes(15);
    assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200 OK");
  }

  private double cutOff() {
    return registry.scrape(name -> name.startsWith("millrace_gateway_slow_bodies")).stream()
        .flatMap(metric -> metric.getDataPoints().stream())
        .mapToDouble(
            point ->
                ((io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot)
                        point)
                    .getValue())
        .sum();
  }
}

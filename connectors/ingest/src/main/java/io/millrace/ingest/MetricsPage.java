package io.millrace.ingest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.coordination.DaemonThreads;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The counters of a process as a Prometheus server reads them: {@code GET /metrics}, text format
 * 0.0.4. It has no login and shows nothing but counts; who should see them is decided by the
 * address.
 *
 * <p>A counter {@code keptBytes} of a producer is {@code millrace_producer_kept_bytes}; what stands
 * behind a dot is a label: {@code dropped.late} is {@code
 * millrace_aggregator_dropped{what="late"}}.
 */
final class MetricsPage implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsPage.class);
  private static final String PATH = "/metrics";

  private final HttpServer server;

  /** One is enough for who looks every few seconds; a daemon, so that it keeps no process alive. */
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(new DaemonThreads("metrics"));

  /**
   * Serves them until it is closed.
   *
   * @param address a port of 0 takes a free one; the log tells which
   * @param process what the names begin with, behind {@code millrace_}
   * @param counters asked for each time
   * @throws IOException if nothing can listen there
   */
  MetricsPage(InetSocketAddress address, String process, Supplier<Map<String, Long>> counters)
      throws IOException {
    try {
      server = HttpServer.create(address, 0);
    } catch (BindException e) {
      throw new IOException(
          "--metrics-listen: %s:%d is in use, or is no address of this machine; give another"
              .formatted(address.getHostString(), address.getPort()),
          e);
    }
    server.createContext("/", exchange -> answer(exchange, process, counters));
    server.setExecutor(thread);
    server.start();
    LOG.info("metrics: http://{}:{}{}", address.getHostString(), port(), PATH);
  }

  /** The port that is listened on. */
  int port() {
    return server.getAddress().getPort();
  }

  private static void answer(
      HttpExchange exchange, String process, Supplier<Map<String, Long>> counters)
      throws IOException {
    try (exchange) {
      boolean found = exchange.getRequestURI().getPath().equals(PATH);
      boolean read = exchange.getRequestMethod().equals("GET");
      if (!found || !read) {
        exchange.sendResponseHeaders(found ? 405 : 404, -1);
        return;
      }
      byte[] body = text(process, counters.get()).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** The counters in the text format. */
  static String text(String process, Map<String, Long> counters) {
    StringBuilder text = new StringBuilder();
    String before = "";
    // By name, so that those that differ in their label only stand together, as they have to.
    for (Map.Entry<String, Long> counter : new TreeMap<>(counters).entrySet()) {
      String[] parts = counter.getKey().split("\\.", 2);
      String name = "millrace_" + process + "_" + underscores(parts[0]);
      if (!name.equals(before)) {
        text.append("# TYPE ").append(name).append(" untyped\n");
        before = name;
      }
      text.append(name);
      if (parts.length > 1) {
        text.append("{what=\"").append(parts[1].replaceAll("[\"\\\\\n]", "_")).append("\"}");
      }
      text.append(' ').append(counter.getValue()).append('\n');
    }
    return text.toString();
  }

  private static String underscores(String camelCase) {
    return camelCase
        .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
        .replaceAll("[^A-Za-z0-9_]", "_")
        .toLowerCase(Locale.ROOT);
  }

  @Override
  public void close() {
    server.stop(0);
    thread.shutdownNow();
  }
}

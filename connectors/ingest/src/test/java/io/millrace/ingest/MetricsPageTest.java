package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class MetricsPageTest {
  private final InetSocketAddress anyPort =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private static HttpResponse<String> ask(MetricsPage page, String path, String method)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + page.port() + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());
  }

  @Test
  void countersAreShownAsTheyStand() throws Exception {
    Map<String, Long> counters = new HashMap<>(Map.of("relayed", 7L));
    try (MetricsPage page = new MetricsPage(anyPort, "aggregator", () -> counters)) {
      HttpResponse<String> first = ask(page, "/metrics", "GET");
      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(first.headers().firstValue("Content-Type").orElseThrow())
          .startsWith("text/plain; version=0.0.4");
      assertThat(first.body())
          .isEqualTo("# TYPE millrace_aggregator_relayed untyped\nmillrace_aggregator_relayed 7\n");
      counters.put("relayed", 8L);
      assertThat(ask(page, "/metrics", "GET").body()).contains("millrace_aggregator_relayed 8\n");
      assertThat(ask(page, "/", "GET").statusCode()).isEqualTo(404);
      assertThat(ask(page, "/metrics/x", "GET").statusCode()).isEqualTo(404);
      assertThat(ask(page, "/metrics", "POST").statusCode()).isEqualTo(405);
    }
  }

  @Test
  void whatStandsBehindADotIsALabel() {
    assertThat(
            MetricsPage.text(
                "producer", Map.of("dropped.late", 1L, "dropped.field-count", 2L, "keptBytes", 3L)))
        .isEqualTo(
            """
            # TYPE millrace_producer_dropped untyped
            millrace_producer_dropped{what="field-count"} 2
            millrace_producer_dropped{what="late"} 1
            # TYPE millrace_producer_kept_bytes untyped
            millrace_producer_kept_bytes 3
            """);
  }

  @Test
  void anAddressThatIsTakenIsNamed() throws Exception {
    try (MetricsPage page = new MetricsPage(anyPort, "aggregator", Map::of)) {
      InetSocketAddress taken =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), page.port());
      assertThatThrownBy(() -> new MetricsPage(taken, "aggregator", Map::of))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("--metrics-listen")
          .hasMessageContaining("" + page.port());
    }
  }

  @Test
  void addressesAreHostAndPort() {
    MetricsOptions.Address address = new MetricsOptions.Address();
    assertThat(address.convert("127.0.0.1:9401"))
        .isEqualTo(new InetSocketAddress("127.0.0.1", 9401));
    for (String wrong : new String[] {"9401", ":9401", "127.0.0.1:", "127.0.0.1:65536", "a b:1"}) {
      assertThatThrownBy(() -> address.convert(wrong))
          .as(wrong)
          .isInstanceOf(TypeConversionException.class)
          .hasMessageContaining(wrong);
    }
  }
}

package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.coordination.Member;
import io.millrace.detector.DropReason;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The processes show their counters, and the dashboard of conf/grafana asks for nothing else. */
class MetricsIT {
  private static final Path DASHBOARD =
      Path.of(System.getProperty("basedir", "."), "../../conf/grafana/millrace.json").normalize();

  @TempDir private Path directory;

  private static String page(int port) {
    try (var in = URI.create("http://127.0.0.1:%d/metrics".formatted(port)).toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static Set<String> names(String text) {
    return Pattern.compile("millrace_(aggregator|producer)_\\w+")
        .matcher(text)
        .results()
        .map(found -> found.group())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void countersOfAScanAreShownAndTheDashboardHasTheirNames() throws Exception {
    int port = Ports.free(10);
    int ofAggregator = port + 8;
    int ofProducer = port + 9;
    String aggregator =
        "aggregator --listen tcp://127.0.0.1:%d --lane-address tcp://127.0.0.1:%d --metrics-listen 127.0.0.1:%d"
            .formatted(port, port + 4, ofAggregator);
    String producer =
        "producer --simulate 3x2 --acquire --aggregator tcp://127.0.0.1:%d --metrics-listen 127.0.0.1:%d"
            .formatted(port, ofProducer);
    Set<String> known;
    try (MillraceProcess relaying = MillraceProcess.start(directory.resolve("a"), aggregator);
        MillraceProcess sending = MillraceProcess.start(directory.resolve("p"), producer)) {
      relaying.awaitLog("metrics: http://127.0.0.1:" + ofAggregator + "/metrics");
      sending.awaitLog("metrics: http://127.0.0.1:" + ofProducer + "/metrics");
      sending.pressEnter();
      // 4 x 2 positions of 4 modules: the flyback column is added. There is no lane to relay to.
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () -> assertThat(page(ofProducer)).contains("\nmillrace_producer_sectors 32\n"));
      assertThat(page(ofAggregator)).contains("\nmillrace_aggregator_relayed 0\n");
      known = names(page(ofAggregator));
      known.addAll(names(page(ofProducer)));
    }
    // What they show only when there is some.
    known.addAll(
        names(MetricsPage.text("aggregator", Map.of("dropped." + DropReason.LATE.label(), 1L))));
    known.addAll(
        names(
            MetricsPage.text(
                "producer",
                Map.of(Member.KEPT_BYTES, 1L, Member.SPILLED_BYTES, 1L, "repeated", 1L))));
    assertThat(names(Files.readString(DASHBOARD))).isNotEmpty().isSubsetOf(known);
  }
}

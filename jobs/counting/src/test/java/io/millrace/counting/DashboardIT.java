package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard of conf/grafana asks the job for no metric that it does not have. */
class DashboardIT {
  private static final Path DASHBOARD =
      Path.of(System.getProperty("basedir", "."), "../../conf/grafana/millrace.json").normalize();

  /** How Flink's Prometheus reporter begins the names of what operators and tasks have. */
  private static final Pattern NAME =
      Pattern.compile("flink_taskmanager_job_task_(?:operator_)?(\\w+(?:\\.\\+)?)");

  private static final InMemoryReporter METRICS = InMemoryReporter.createWithRetainedMetrics();

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(METRICS.addToConfiguration(new Configuration()))
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  @TempDir Path directory;

  /** How a name of Prometheus is Flink's: with dots, and the number of a lane in it. */
  private static String flinks(String name) {
    return ".*\\." + name.replaceFirst("^lane_", "lane\\\\.[0-9]+\\\\.").replace("_", "[._]");
  }

  @Test
  void itsMetricsExist() throws Exception {
    DetectorDescription camera = CountingJobIT.bands(8, 32);
    RandomScan scan = new RandomScan(camera, 7, new ScanGeometry(3, 2), 1, new Random(7));
    JobClient job;
    try (BoundLanes lanes = BoundLanes.bind(1, camera.modules(), 1_000)) {
      StreamExecutionEnvironment env =
          StreamExecutionEnvironment.getExecutionEnvironment(CountingJob.configuration());
      env.setParallelism(1);
      CountingJob.build(
          env,
          CountingOptions.parse(
              "--output=" + directory,
              "--camera=" + CountingJobIT.describe(camera, directory),
              "--lanes-at=" + lanes.address(),
              "--lanes=1",
              "--background=27",
              "--xray=300",
              "--scans=1",
              "--live=tcp://127.0.0.1:" + lanes.lanes().firstPort())); // nobody takes it there
      job = env.executeAsync("counting");
      for (int module = 0; module < camera.modules(); module++) {
        lanes.announce(0, module, scan.number, scan.frames());
      }
      scan.shots().forEach(shot -> lanes.send(shot.header(), shot.pixels()));
      assertThat(job.getJobExecutionResult().get(60, TimeUnit.SECONDS)).isNotNull();
    }
    JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
    List<JsonNode> expressions = dashboard.get("panels").findValues("expr");
    assertThat(expressions).hasSizeGreaterThan(10);
    Set<String> asked = new TreeSet<>();
    for (JsonNode expression : expressions) {
      Matcher name = NAME.matcher(expression.textValue());
      while (name.find()) {
        asked.add(name.group(1));
      }
    }
    assertThat(asked).hasSizeGreaterThan(10);
    for (String name : asked) {
      assertThat(METRICS.findMetrics(job.getJobID(), flinks(name))).as(name).isNotEmpty();
    }
  }
}

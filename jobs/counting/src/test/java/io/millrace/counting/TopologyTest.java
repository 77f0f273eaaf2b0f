package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counting.serialization.Serializers;
import io.millrace.operators.assembly.FrameBlock;
import io.millrace.operators.hotpixels.HotPixelSearch;
import io.millrace.operators.images.ScanCoverage;
import io.millrace.operators.images.ScanImages;
import io.millrace.operators.ledger.OpenScan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TopologyTest {
  private static final Set<String> WITHOUT_ZOOKEEPER =
      Set.of("assemble", "ledger", "images", "hot pixels");

  private static final String LIVE = "--live=tcp://127.0.0.1:5570";

  @TempDir Path output;

  private StreamExecutionEnvironment job(int parallelism, String... args) throws IOException {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(CountingJob.configuration());
    env.setParallelism(parallelism);
    List<String> all =
        new ArrayList<>(List.of("--output=" + output, "--lanes-at=tcp://127.0.0.1:5600"));
    all.addAll(List.of(args));
    CountingJob.build(env, CountingOptions.parse(all.toArray(String[]::new)));
    return env;
  }

  private StreamExecutionEnvironment given() throws IOException {
    return job(2, "--background=1", "--xray=2", LIVE);
  }

  private StreamExecutionEnvironment calibrated() throws IOException {
    return job(2, LIVE);
  }

  @Test
  void everyRecordAndStateHasARegisteredSerializer() throws Exception {
    Set<Class<?>> registered = Serializers.BY_TYPE.keySet();

    assertThat(JobTypes.ofRecords(given()).unregistered(registered)).isEmpty();
    assertThat(JobTypes.ofRecords(calibrated()).unregistered(registered)).isEmpty();
    assertThat(JobTypes.functions(given())).containsExactlyInAnyOrderElementsOf(WITHOUT_ZOOKEEPER);
    assertThat(JobTypes.ofStates(given(), WITHOUT_ZOOKEEPER).unregistered(registered)).isEmpty();
    assertThat(JobTypes.ofStates(given(), WITHOUT_ZOOKEEPER).unregistered(Set.of()))
        .containsExactlyInAnyOrder(
            "state block of assemble: " + FrameBlock.class.getName(),
            "state open of ledger: " + OpenScan.class.getName(),
            "state images of images: " + ScanImages.class.getName(),
            "state coverage of images: " + ScanCoverage.class.getName(),
            "state hot-pixels of hot pixels: " + HotPixelSearch.class.getName());
  }

  static Set<Class<?>> registered() {
    return Serializers.BY_TYPE.keySet();
  }

  /** That the check above can fail; and that nothing is registered that does not occur. */
  @ParameterizedTest
  @MethodSource("registered")
  void aMissingRegistrationIsFound(Class<?> missing) throws Exception {
    Set<Class<?>> others = new HashSet<>(Serializers.BY_TYPE.keySet());
    others.remove(missing);

    List<String> found = new ArrayList<>(JobTypes.ofRecords(calibrated()).unregistered(others));
    found.addAll(JobTypes.ofStates(given(), WITHOUT_ZOOKEEPER).unregistered(others));

    assertThat(found).isNotEmpty().allMatch(place -> place.endsWith(": " + missing.getName()));
  }

  @Test
  void aComposedTypeIsFound() throws IOException {
    StreamExecutionEnvironment env = given();
    env.fromData("a")
        .map(text -> Tuple2.of(text, 1))
        .returns(Types.TUPLE(Types.STRING, Types.INT))
        .print();

    assertThat(JobTypes.ofRecords(env).unregistered(Serializers.BY_TYPE.keySet()))
        .isNotEmpty()
        .allMatch(place -> place.contains("Tuple2"));
  }

  @ParameterizedTest(name = "{0} lanes, parallelism {1}")
  @CsvSource({"1,1,1", "1,2,1", "2,2,2", "2,4,2", "8,4,4", "3,2,2"})
  void whoReceivesCountsAndThereAreNoMoreReadersThanLanes(int lanes, int parallelism, int readers)
      throws IOException {
    Map<String, Integer> given =
        vertices(job(parallelism, "--lanes=" + lanes, "--background=1", "--xray=2"));
    Map<String, Integer> calibrated = vertices(job(parallelism, "--lanes=" + lanes));

    assertThat(given)
        .containsOnly(
            Map.entry("Source: lanes -> count", readers),
            Map.entry("assemble", parallelism),
            Map.entry(
                "ledger -> images -> hot pixels -> part files -> counted file: Writer -> counted file: Committer",
                parallelism));
    assertThat(calibrated)
        .containsAllEntriesOf(given)
        .containsEntry("calibrate", parallelism)
        .hasSize(4);
  }

  @Test
  void withASessionThereAreAsManyReadersAsTasks() throws IOException {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(CountingJob.configuration());
    env.setParallelism(3);
    CountingJob.build(
        env, CountingOptions.parse("--output=" + output, "--background=1", "--xray=2"));
    assertThat(vertices(env)).containsEntry("Source: lanes -> count", 3);
  }

  /** A mask comes with the calibration, also if that has nothing to fit. */
  @Test
  void masksForGivenThresholdsComeThroughTheCalibration() throws IOException {
    assertThat(vertices(job(2, "--background=1", "--xray=2", "--mask-hot-pixels", LIVE)))
        .isEqualTo(vertices(calibrated()));
  }

  /** What a gateway is shown stays in the task that draws the images. */
  @Test
  void whoShowsScansIsChainedToTheImages() throws IOException {
    assertThat(vertices(given()).keySet())
        .containsExactlyInAnyOrder(
            "Source: lanes -> count",
            "assemble",
            "ledger -> images -> (live: Writer, hot pixels -> part files -> counted file: Writer ->"
                + " counted file: Committer)");
  }

  /** Parallelism by name of the tasks; operators that are chained make one task. */
  private static Map<String, Integer> vertices(StreamExecutionEnvironment env) {
    return StreamSupport.stream(
            env.getStreamGraph().getJobGraph().getVertices().spliterator(), false)
        .collect(Collectors.toMap(JobVertex::getName, JobVertex::getParallelism));
  }
}

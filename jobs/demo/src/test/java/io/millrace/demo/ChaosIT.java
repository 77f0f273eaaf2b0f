package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.demo.Sandbox.Result;
import io.millrace.hdf5.CountedFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A short chaos in which each part is killed: nothing is lost, and that is what scripts/chaos says
 * and what the files have.
 */
@Execution(ExecutionMode.CONCURRENT)
class ChaosIT {
  /** 7 x 6 positions at 6 frames/s: 7 s a scan. */
  private static final int FRAMES = 42;

  private static final int MODULES = 4;
  private static final int KILLS = 8;
  private static final int DEADLINE_MINUTES = 20;

  @TempDir Path dir;
  private Sandbox sandbox;

  @BeforeEach
  void open() {
    sandbox = new Sandbox(dir);
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  @Timeout(value = DEADLINE_MINUTES + 2, unit = TimeUnit.MINUTES)
  void nothingIsLostAndWhatItSaysOfTheFilesIsInThem() throws Exception {
    Path json = dir.resolve("chaos.json");
    Path report = dir.resolve("docs/RELIABILITY.md");
    Process process =
        sandbox.start(
            sandbox.run,
            List.of(
                Sandbox.script("chaos"),
                "--rounds=" + KILLS,
                "--faults=kill",
                "--scan=6x6",
                "--rate=6",
                "--producer=--retain=memory",
                "--deadline=240", // of a round; others take the processors now and then
                "--output=" + sandbox.output,
                "--json=" + json,
                "--report=" + report,
                "--rest-port=" + sandbox.jobManagersPort,
                "--zookeeper-port=" + sandbox.zookeeperPort,
                "--producer-port=" + sandbox.producerPort,
                "--lane-port=" + sandbox.lanePort));
    // Parts die, and others wait for them; longer than any other script.
    assertThat(process.waitFor(DEADLINE_MINUTES, TimeUnit.MINUTES)).as(sandbox.printed()).isTrue();
    Result chaos = sandbox.result(process);

    assertThat(sandbox.left()).as("left over").isEmpty();
    assertThat(json).as(sandbox.printed()).exists();
    JsonNode result = new ObjectMapper().readTree(json.toFile());
    assertThat(result.path("rounds").asInt()).isEqualTo(KILLS);
    assertThat(result.path("hangs").asInt()).as(sandbox.printed()).isZero();
    assertThat(result.path("doubled").asInt()).as(sandbox.printed()).isZero();
    int kills = 0;
    for (String part :
        List.of("taskmanager", "jobmanager", "aggregator", "producer", "zookeeper")) {
      int ofPart = result.path("kills_by_part").path(part).asInt();
      assertThat(ofPart).as("kills of the %s", part).isPositive();
      kills += ofPart;
    }
    assertThat(kills).isEqualTo(KILLS);
    assertThat(result.path("recovery_worst_s").asDouble())
        .isGreaterThanOrEqualTo(result.path("recovery_median_s").asDouble())
        .isPositive();
    for (JsonNode round : result.path("each")) {
      assertFile(round);
    }
    assertThat(result.path("whole").asInt()).as(sandbox.printed()).isEqualTo(KILLS);
    assertThat(chaos.status()).as(sandbox.printed()).isZero();
    assertThat(chaos.out())
        .contains("round 0  undisturbed")
        .contains("round %d  kill ".formatted(KILLS));
    assertThat(Files.readString(report)).contains("scripts/chaos --rounds=" + KILLS);
    try (CountedFile undisturbed = new CountedFile(file(1))) {
      assertThat(undisturbed.complete()).isEqualTo(FRAMES);
    }
  }

  /** The sectors that the masks lack are those that were named, and what is whole is called so. */
  private void assertFile(JsonNode round) throws Exception {
    String files = round.path("files").toString();
    assertThat(round.path("files")).as(files).hasSize(1);
    assertThat(round.path("files").get(0).asText())
        .isEqualTo(file(round.path("scan").asInt()).toString());
    try (CountedFile file = new CountedFile(Path.of(round.path("files").get(0).asText()))) {
      long missing = 0;
      long frames = 0;
      for (int p = 0; p < FRAMES; p++) {
        int lacks = MODULES - Integer.bitCount(file.mask(p, 0));
        missing += lacks;
        frames += lacks > 0 ? 1 : 0;
      }
      assertThat(round.path("sectors_missing").asLong()).as(files).isEqualTo(missing);
      assertThat(round.path("frames_missing").asLong()).as(files).isEqualTo(frames);
      assertThat(round.path("state").asText())
          .isEqualTo(file.complete() == FRAMES ? "complete" : "incomplete");
      assertThat(round.path("whole").asBoolean()).isEqualTo(file.complete() == FRAMES);
      assertThat(round.path("lost").asLong() > 0).as("lost").isEqualTo(missing > 0);
    }
  }

  private Path file(int scan) throws Exception {
    String ending = "_%05d.h5".formatted(scan);
    List<String> found = sandbox.outputs().stream().filter(f -> f.endsWith(ending)).toList();
    assertThat(found).as("files of scan %d", scan).hasSize(1);
    return sandbox.output.resolve(found.get(0));
  }
}

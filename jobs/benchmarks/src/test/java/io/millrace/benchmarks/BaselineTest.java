package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaselineTest {
  private static final Machine HERE = new Machine("a processor", 2, 1, "JVM 17");
  private static final Machine OTHER = new Machine("another processor", 64, 1, "JVM 17");
  private static final Row RATIO = Row.of("kernel", 500, "frames/s").ratio(0.5).spread(0.02);
  private static final Row VALUE = Row.of("calibration", 80, "ms").spread(0.1);

  private static final String COMMAND = "scripts/bench kernel";

  private static List<String> compare(Machine here, Row before, Row now) {
    return Baseline.of(List.of(before), HERE, "2026-01-31", "abc1234", COMMAND)
        .compare(List.of(now), here, COMMAND);
  }

  @Test
  void whatMovesWithinTheNoiseOfBothHasNotMoved() {
    assertThat(compare(HERE, RATIO, RATIO.ratio(0.524).spread(0.03)))
        .containsExactly("0 of 1 rows moved by more than the noise of both");
  }

  @Test
  void whatMovesByMoreIsTold() {
    assertThat(compare(HERE, RATIO, RATIO.ratio(0.45).spread(0.03)))
        .containsExactly(
            "kernel: ratio 0.4500, was 0.5000: -10.0 %, noise 5.0 %",
            "1 of 1 rows moved by more than the noise of both");
    assertThat(compare(HERE, VALUE, Row.of("calibration", 100, "ms").spread(0.1)))
        .containsExactly(
            "calibration: ms 100.0, was 80.00: +25.0 %, noise 20.0 %",
            "1 of 1 rows moved by more than the noise of both");
  }

  /** With a ratio, only that is compared: the values of a busy machine are lower. */
  @Test
  void ratioCountsWhereThereIsOne() {
    Row slower = Row.of("kernel", 250, "frames/s").ratio(0.5).spread(0.02);
    assertThat(compare(HERE, RATIO, slower))
        .containsExactly("0 of 1 rows moved by more than the noise of both");
  }

  @Test
  void onAnotherMachineOnlyRatiosAreCompared() {
    assertThat(compare(OTHER, RATIO, RATIO.ratio(0.6)))
        .containsExactly(
            "another machine (a processor, bound to one of 2 cores, JVM 17),"
                + " so only ratios are compared",
            "kernel: ratio 0.6000, was 0.5000: +20.0 %, noise 4.0 %",
            "1 of 1 rows moved by more than the noise of both");
    assertThat(compare(OTHER, VALUE, Row.of("calibration", 1000, "ms").spread(0.1)))
        .contains("1 rows without a ratio were not compared")
        .contains("0 of 0 rows moved by more than the noise of both");
  }

  @Test
  void withoutNoiseNothingIsClaimed() {
    assertThat(compare(HERE, Row.of("rows", 1, "GB"), Row.of("rows", 2, "GB")))
        .containsExactly(
            "0 of 0 rows moved by more than the noise of both",
            "noise unknown, so not compared: rows");
  }

  @Test
  void rowsThatOnlyOneHasAreNamed() {
    assertThat(compare(HERE, RATIO, VALUE))
        .containsExactly(
            "0 of 0 rows moved by more than the noise of both",
            "not in the baseline: calibration",
            "only in the baseline: kernel");
  }

  /** A row that is measured in another way now is another row. */
  @Test
  void anotherUnitIsNotCompared() {
    assertThat(compare(HERE, VALUE, Row.of("calibration", 0.08, "s").spread(0.1)))
        .contains("not in the baseline: calibration");
  }

  /** All compared rows may become useless at once. */
  @Test
  void resultThatIsNoNumberHasMoved() {
    assertThat(compare(HERE, RATIO, RATIO.ratio(Double.NaN)))
        .contains("1 of 1 rows moved by more than the noise of both");
  }

  @Test
  void anotherCommandIsTold() {
    Baseline then = Baseline.of(List.of(RATIO), HERE, "2026-01-31", "abc1234", COMMAND);
    assertThat(then.compare(List.of(RATIO), HERE, COMMAND + " --lanes 8"))
        .containsExactly(
            "measured by another command (scripts/bench kernel), so rows of the same name may mean"
                + " something else",
            "0 of 1 rows moved by more than the noise of both");
  }

  @Test
  void fileKeepsAll(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("new").resolve("kernel.json");
    Baseline baseline = Baseline.of(List.of(RATIO, VALUE), HERE, "2026-01-31", "abc1234", COMMAND);
    baseline.write(file);
    assertThat(Baseline.read(file)).isEqualTo(baseline);
  }

  @Test
  void anotherFileIsNoBaseline(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("kernel.json");
    Files.writeString(file, "[]");
    assertThatThrownBy(() -> Baseline.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("kernel.json is no baseline");
  }
}

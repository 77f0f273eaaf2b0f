package io.millrace.benchmarks.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.Turn;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FilesRowsTest {
  private static final Simulation SMALL = Simulation.of("32x32", 500);
  private static final Simulation LARGE = Simulation.of("128x128", 500);

  /** Of each turn through files a half is writing, 3/10 copying, 1/5 counting. */
  private static Contest contest(Simulation simulation, double[] files, double... streaming) {
    return new Contest(
        simulation,
        DoubleStream.of(files)
            .mapToObj(s -> new FileTurn(simulation, 0.5 * s, 0.3 * s, 0.2 * s))
            .toList(),
        DoubleStream.of(streaming).mapToObj(s -> new Turn(simulation, s, 0, Map.of())).toList());
  }

  private static Map<String, Row> rows(Contest... contests) {
    return FilesRows.of(List.of(contests)).stream()
        .collect(Collectors.toMap(Row::name, Function.identity()));
  }

  @Test
  void turnsOfTheSameRoundAreCompared() {
    Map<String, Row> rows =
        rows(
            contest(SMALL, new double[] {2, 2}, 1, 1),
            contest(LARGE, new double[] {30, 80, 100}, 10, 20, 50));
    assertThat(rows.get("128x128: files, written").value()).isCloseTo(40, within(1e-9));
    assertThat(rows.get("128x128: files, copied").value()).isCloseTo(24, within(1e-9));
    assertThat(rows.get("128x128: files, counted").value()).isCloseTo(16, within(1e-9));
    assertThat(rows.get("128x128: streaming").value()).isEqualTo(20);
    Row files = rows.get("128x128: files, relative to streaming");
    assertThat(files.value()).isCloseTo(80, within(1e-9));
    assertThat(files.ratio()).as("of 3, 4 and 2").isCloseTo(3, within(1e-9));
    assertThat(files.target()).isEqualTo(3);
    assertThat(rows.get("32x32: files, relative to streaming").ratio()).isCloseTo(2, within(1e-9));
    assertThat(rows.get("32x32: files, relative to streaming").target()).isNull();
  }

  @Test
  void theScatterIsThatOfTheSmallestSize() {
    Map<String, Row> rows =
        rows(
            contest(SMALL, new double[] {8, 10, 12, 30}, 0.98, 1, 1, 1.02),
            contest(LARGE, new double[] {1, 100, 1000, 1000}, 1, 10, 100, 1000));
    Row streaming = rows.get("32x32: CV of streaming");
    assertThat(streaming.value()).isCloseTo(Math.sqrt(0.0008 / 3), within(1e-9));
    assertThat(streaming.met()).as("of too few rounds").isNull();
    assertThat(rows.get("32x32: CV of files").value())
        .isCloseTo(Math.sqrt((49 + 25 + 9 + 225) / 3.0) / 15, within(1e-9));
    assertThat(rows.get("32x32: streaming within 1.25 of the median").value()).isEqualTo(100);
    assertThat(rows.get("32x32: files within 1.25 of the median").value()).isEqualTo(50);
    assertThat(rows).doesNotContainKey("128x128: CV of streaming");
  }

  @Test
  void twentyRoundsAreEnoughForAVariation() {
    double[] steady = DoubleStream.generate(() -> 1).limit(20).toArray();
    double[] unsteady = steady.clone();
    unsteady[7] = 1.5;
    assertThat(rows(contest(SMALL, steady, steady)).get("32x32: CV of streaming").met()).isTrue();
    assertThat(rows(contest(SMALL, steady, unsteady)).get("32x32: CV of streaming").met())
        .isFalse();
  }

  @Test
  void aSingleTurnHasNoScatter() {
    assertThat(rows(contest(SMALL, new double[] {2}, 1))).hasSize(5);
  }

  @Test
  void bothWaysHaveEachRound() {
    assertThatThrownBy(() -> contest(SMALL, new double[] {1, 2}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 rounds through files, 1 streamed");
  }

  @Test
  void aDiskNeedsRoomForTheRawFilesTwice() {
    long raw = 128L * 129 * 4 * (16 + 165_888);
    assertThat(new Disk(2 * raw + 2_000_000_000).hasRoomFor(LARGE)).isTrue();
    Disk small = new Disk(2 * raw + 1_999_999_999);
    assertThat(small.hasRoomFor(LARGE)).isFalse();
    assertThat(IntStream.of(32, 64, 96).mapToObj(n -> Simulation.of(n + "x" + n, 500)))
        .allMatch(small::hasRoomFor);
    assertThat(small.objection(LARGE))
        .contains("128x128", "23.9 GB on the disk", "23.9 GB are free", "--directory");
  }
}

package io.millrace.benchmarks.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulationTest {
  @Test
  void theFlybackColumnIsSentToo() {
    Simulation simulation = Simulation.of("64x32", 500);
    assertThat(simulation.frames()).isEqualTo(65 * 32);
    assertThat(simulation.sectors()).isEqualTo(4 * 65 * 32);
    assertThat(simulation.gigabytes()).isCloseTo(65 * 32 * 663_552e-9, within(1e-9));
    assertThat(simulation).hasToString("64x32, 500 electrons");
  }

  @Test
  void aCameraHasAPace() {
    Simulation simulation = Simulation.of("64x32", 500);
    assertThat(simulation.options()).noneMatch(option -> option.startsWith("--rate"));
    assertThat(simulation.paced(200).options()).contains("--rate=200.0");
    assertThat(simulation.paced(200)).hasToString("64x32, 500 electrons, 200 frames/s");
    assertThat(simulation.paced(200).paced(Double.POSITIVE_INFINITY)).isEqualTo(simulation);
  }

  @ParameterizedTest
  @CsvSource({
    "64, no size of a scan",
    "64x, no size of a scan",
    "0x64, no size of a scan",
    "64x64x2, no size of a scan",
    "-1x4, no size of a scan",
    "99999x99999, no possible scan"
  })
  void anImpossibleSizeIsRefused(String size, String why) {
    assertThatThrownBy(() -> Simulation.of(size, 500))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(size + " is " + why);
  }
}

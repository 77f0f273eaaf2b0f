package io.millrace.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScanKeyTest {
  private static final long LARGEST = 0xffff_ffffL;

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0",
    "0, 7, 7",
    "0, 4294967295, 4294967295",
    "1, 7, 7_g1",
    "12, 4294967295, 4294967295_g12",
    "2147483647, 0, 0_g2147483647"
  })
  void holdsGenerationAndNumber(int generation, long number, String name) {
    long key = ScanKey.of(generation, number);
    assertThat(ScanKey.generation(key)).isEqualTo(generation);
    assertThat(ScanKey.number(key)).isEqualTo(number);
    assertThat(ScanKey.name(key)).isEqualTo(name);
  }

  @Test
  void theFirstGenerationIsTheNumber() {
    assertThat(ScanKey.of(0, LARGEST)).isEqualTo(LARGEST);
  }

  @Test
  void aLaterGenerationIsAboveAllOfTheOneBefore() {
    assertThat(ScanKey.of(1, 0)).isGreaterThan(ScanKey.of(0, LARGEST));
    assertThat(ScanKey.of(Integer.MAX_VALUE, LARGEST)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whatIsNoNumberIsRefused() {
    assertThatThrownBy(() -> ScanKey.of(0, LARGEST + 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ScanKey.of(0, -1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ScanKey.of(-1, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}

package io.millrace.gateway.scans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
  @ParameterizedTest
  @CsvSource({
    "bytes=0-9, 0, 10",
    "bytes=90-99, 90, 10",
    "bytes=90-, 90, 10",
    "bytes=90-1000, 90, 10",
    "bytes=-10, 90, 10",
    "bytes=-1000, 0, 100"
  })
  void partIsRead(String header, long first, long length) throws ByteRange.Unsatisfiable {
    assertThat(ByteRange.read(header, 100)).contains(new ByteRange(first, length));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,3-4", "lines=1-2", "x"})
  void whatIsNoRangeMeansTheWhole(String header) throws ByteRange.Unsatisfiable {
    assertThat(ByteRange.read(header, 100)).isEmpty();
  }

  @Test
  void withoutHeaderTheWholeIsMeant() throws ByteRange.Unsatisfiable {
    assertThat(ByteRange.read(null, 100)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=100-", "bytes=100-200", "bytes=-0"})
  void whatIsNotThereIsSaid(String header) {
    assertThatThrownBy(() -> ByteRange.read(header, 100))
        .isInstanceOf(ByteRange.Unsatisfiable.class);
  }

  @Test
  void answerNamesThePart() {
    assertThat(new ByteRange(90, 10).contentRange(100)).isEqualTo("bytes 90-99/100");
  }
}

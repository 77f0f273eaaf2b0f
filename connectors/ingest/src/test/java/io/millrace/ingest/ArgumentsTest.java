package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.ScanGeometry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ArgumentsTest {
  @Test
  void readsWhatIsWrittenDown() {
    assertThat(Arguments.duration("500ms")).isEqualTo(Duration.ofMillis(500));
    assertThat(Arguments.duration("30s")).isEqualTo(Duration.ofSeconds(30));
    assertThat(Arguments.duration("5m")).isEqualTo(Duration.ofMinutes(5));
    assertThat(Arguments.duration("1h")).isEqualTo(Duration.ofHours(1));
    assertThat(Arguments.raster("64x32").geometry()).isEqualTo(new ScanGeometry(65, 32));
    assertThat(Arguments.modules("0-3").numbers()).containsExactly(0, 1, 2, 3);
    assertThat(Arguments.modules("2").numbers()).containsExactly(2);
    assertThat(Arguments.modules("3,0-1,1").numbers()).containsExactly(0, 1, 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "-5s", "5 s", "5d", "PT5S", "9999999999999999999s"})
  void refusesOtherDurations(String text) {
    assertThatThrownBy(() -> Arguments.duration(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("such as 500ms");
  }

  /** What the sockets and ZooKeeper take as milliseconds of 31 bits. */
  @ParameterizedTest
  @CsvSource({
    "2073600001ms, 2073600000ms",
    "2073601s, 2073600s",
    "34561m, 34560m",
    "577h, 576h",
    "999999999999999999h, 576h",
  })
  void refusesDurationsThatAreTooLong(String text, String longest) {
    assertThat(Arguments.duration(longest)).isEqualTo(Duration.ofDays(24));
    assertThatThrownBy(() -> Arguments.duration(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage("'%s' is too long; a time is at most %s (24 days)", text, longest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "64", "64x", "64*64", "0x1", "1x0", "65535x1", "65534x65535"})
  void refusesOtherRasters(String text) {
    assertThatThrownBy(() -> Arguments.raster(text)).isInstanceOf(TypeConversionException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0-", "-1", "0,,1", "0..3", "3-0"})
  void refusesOtherModules(String text) {
    assertThatThrownBy(() -> Arguments.modules(text)).isInstanceOf(TypeConversionException.class);
  }

  @Test
  void readsWhichScansAreRelayed() {
    assertThat(Arguments.relayedScans("any")).isEqualTo(RelayedScans.ANY);
    assertThat(Arguments.relayedScans("registered")).isEqualTo(RelayedScans.REGISTERED);
    assertThatThrownBy(() -> Arguments.relayedScans("all"))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("any or registered");
  }
}

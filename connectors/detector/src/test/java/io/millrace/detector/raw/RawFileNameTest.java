package io.millrace.detector.raw;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RawFileNameTest {
  @ParameterizedTest
  @CsvSource({
    "data_scan0000000101_module2_001.data, 101, 2",
    "/drive/module9/scan8/data_scan4294967295_module0.data, 4294967295, 0",
    "scan1_module1_scan2_module3.data, 2, 3",
    "module3.data, , 3",
    "scan5.data, 5, ",
    "module1_module.data, , ",
    "module1/data_scan3.data, 3, ",
    "scan123456789012_module1.data, , 1",
  })
  void readsScanAndModuleFromTheFileNameAlone(Path file, Long scan, Integer module) {
    RawFileName name = RawFileName.of(file);
    assertThat(name.scan()).isEqualTo(scan == null ? OptionalLong.empty() : OptionalLong.of(scan));
    assertThat(name.module())
        .isEqualTo(module == null ? OptionalInt.empty() : OptionalInt.of(module));
  }

  @Test
  void composesWhatItReads() {
    String composed = RawFileName.compose(101, 2, 1);
    assertThat(composed).isEqualTo("data_scan0000000101_module2_001.data");
    assertThat(RawFileName.of(Path.of(composed)))
        .isEqualTo(new RawFileName(OptionalLong.of(101), OptionalInt.of(2)));
  }
}

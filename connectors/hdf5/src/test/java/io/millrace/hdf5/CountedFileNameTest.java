package io.millrace.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.ScanKey;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class CountedFileNameTest {
  private static final Instant START = Instant.parse("2026-11-22T23:59:58Z");

  @Test
  void namesTellTimeIdAndScan() {
    assertThat(CountedFileName.of(START, ZoneOffset.UTC, 7, 101))
        .isEqualTo("FOURD_261122_2359_00007_00101.h5");
    assertThat(CountedFileName.of(START, ZoneId.of("America/Los_Angeles"), 99_999, 4_294_967_295L))
        .isEqualTo("FOURD_261122_1559_99999_4294967295.h5");
    assertThat(CountedFileName.of(START, ZoneOffset.UTC, 7, ScanKey.of(2, 101)))
        .isEqualTo("FOURD_261122_2359_00007_00101_g2.h5");
    assertThat(CountedFileName.flat(Path.of("a.h5/FOURD_261122_2359_00007_00101.h5")))
        .isEqualTo(Path.of("a.h5/FOURD_261122_2359_00007_00101_flat.h5"));
  }
}

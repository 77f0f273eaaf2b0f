package io.millrace.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.ScanKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void theNextIdIsFree(@TempDir Path dir) throws Exception {
    assertThat(CountedFileName.nextId(dir.resolve("none"))).isEqualTo(1);
    assertThat(CountedFileName.nextId(dir)).isEqualTo(1);
    Files.createFile(dir.resolve("FOURD_261122_2359_00007_00101.h5"));
    Files.createFile(dir.resolve("FOURD_99.h5"));
    Files.createFile(dir.resolve("notes_00099_00001.h5"));
    assertThat(CountedFileName.nextId(dir)).isEqualTo(8);
    Files.createFile(dir.resolve("FOURD_261122_2359_00008_00101_flat.h5"));
    assertThat(CountedFileName.nextId(dir)).isEqualTo(9);
    Files.createFile(dir.resolve(CountedFileName.part(9, 4_294_967_295L)));
    assertThat(CountedFileName.nextId(dir)).isEqualTo(10);
    Files.createFile(CountedFileName.flat(dir.resolve(CountedFileName.part(10, 1))));
    assertThat(CountedFileName.nextId(dir)).isEqualTo(11);
    Files.createFile(dir.resolve(CountedFileName.part(11, 1, 2)));
    assertThat(CountedFileName.nextId(dir)).isEqualTo(12);
    Files.createFile(CountedFileName.flat(dir.resolve(CountedFileName.part(12, 1, 2))));
    assertThat(CountedFileName.nextId(dir)).isEqualTo(13);
    Files.createFile(dir.resolve(CountedFileName.part(13, ScanKey.of(2, 1), 2)));
    assertThat(CountedFileName.nextId(dir)).isEqualTo(14);
    Files.createFile(
        dir.resolve(CountedFileName.of(START, ZoneOffset.UTC, 14, ScanKey.of(2, 101))));
    assertThat(CountedFileName.nextId(dir)).isEqualTo(15);
  }
}

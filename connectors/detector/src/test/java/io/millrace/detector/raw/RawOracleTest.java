package io.millrace.detector.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads the files of the test vectors, which other software wrote; skipped if they are not there.
 */
class RawOracleTest {
  private static final Path ORACLE =
      Path.of(System.getProperty("millrace.oracle", "../../../shared/oracle"));

  @TempDir private Path directory;

  @Test
  void readsACompleteScan() throws IOException {
    RawDataset dataset = open("scan_6x4");
    assertThat(dataset.scan()).isEqualTo(101);
    assertThat(dataset.geometry()).isEqualTo(new ScanGeometry(6, 4));
    assertThat(dataset.problems()).isEmpty();
    for (int m = 0; m < 4; m++) {
      assertThat(dataset.files(m)).hasSize(2);
      assertThat(dataset.sectors(m)).isEqualTo(24);
    }
  }

  @Test
  void findsExactlyTheSectorsThatAreThere() throws IOException {
    RawDataset dataset = open("scan_6x4_missing");
    Set<List<Long>> missing = new HashSet<>();
    for (long m = 0; m < 4; m++) {
      for (long frame = 0; frame < 24; frame++) {
        missing.add(List.of(m, frame));
      }
    }
    SectorHeader h = new SectorHeader();
    for (int m = 0; m < 4; m++) {
      for (Path file : dataset.files(m)) {
        try (RawFileReader reader = dataset.read(file, m)) {
          while (reader.next(h)) {
            assertThat(missing.remove(List.of((long) m, h.frame))).as("%s once", h).isTrue();
          }
        }
      }
    }
    long[][] dropped =
        new ObjectMapper()
            .readValue(
                ORACLE.resolve("scan_6x4_missing/dropped_sector_frame.json").toFile(),
                long[][].class);
    assertThat(missing)
        .isEqualTo(new HashSet<>(Stream.of(dropped).map(d -> List.of(d[0], d[1])).toList()));
  }

  private RawDataset open(String scan) throws IOException {
    assumeTrue(Files.isDirectory(ORACLE), "no test vectors at " + ORACLE);
    try (Stream<Path> packed = Files.list(ORACLE.resolve(scan))) {
      for (Path file : packed.filter(f -> f.toString().endsWith(".data.gz")).toList()) {
        String name = file.getFileName().toString();
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
          Files.copy(in, directory.resolve(name.substring(0, name.length() - 3)));
        }
      }
    }
    return RawDataset.open(
        List.of(directory),
        RawVersion.ROW_SECTORS,
        DetectorDescription.load("4d-camera"),
        Set.of(0, 1, 2, 3),
        OptionalLong.empty());
  }
}

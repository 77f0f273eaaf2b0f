package io.millrace.detector.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.SectorPlacement;
import io.millrace.detector.raw.RawProblem.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawScansTest {
  private static final DetectorDescription DETECTOR =
      new DetectorDescription(
          "small", 4, 3, List.of(new SectorPlacement(0, 0, 2, 3), new SectorPlacement(2, 0, 2, 3)));

  @TempDir private Path directory;

  private Path write(String name, RawVersion version, long scan, long... frames)
      throws IOException {
    Path file = directory.resolve(name);
    try (RawFileWriter writer = new RawFileWriter(file)) {
      for (long frame : frames) {
        writer.write(
            new SectorHeader().set(scan, frame, 10, 10, (int) frame, 0, 0, 0),
            ByteBuffer.allocate(version.pixelBytes(DETECTOR)));
      }
    }
    return file;
  }

  private Path write(String name, long scan, long... frames) throws IOException {
    return write(name, RawVersion.ROW_SECTORS, scan, frames);
  }

  private RawScans scans(Set<Integer> modules) throws IOException {
    return RawScans.in(List.of(directory), RawVersion.ROW_SECTORS, DETECTOR, modules);
  }

  @Test
  void aScanHasTheModulesThatHaveUsableRecords() throws IOException {
    write("scan10_module0.data", 10, 0, 1);
    write("scan9_module1.data", 9, 0, 1, 2);
    write("z_module0.data", 9, 3);
    Path broken = Files.createFile(directory.resolve("scan10_module1.data"));
    RawScans scans = scans(Set.of(0, 1));
    assertThat(scans.numbers()).containsExactly(9L, 10L);
    assertThat(scans.modules()).containsExactly(0, 1);
    assertThat(scans.problems()).isEmpty();
    RawDataset nine = scans.open(9);
    assertThat(nine.modules()).containsExactly(0, 1);
    assertThat(nine.sectors(0)).isEqualTo(1);
    assertThat(nine.sectors(1)).isEqualTo(3);
    assertThat(nine.problems()).isEmpty();
    RawDataset ten = scans.open(10);
    assertThat(ten.modules()).containsExactly(0);
    assertThat(ten.problems())
        .singleElement()
        .satisfies(p -> assertThat(p.file()).isEqualTo(broken))
        .satisfies(p -> assertThat(p.kind()).isEqualTo(Kind.NO_RECORD));
  }

  @Test
  void onlyWantedModulesCount() throws IOException {
    write("scan10_module0.data", 10, 0, 1);
    write("scan9_module1.data", 9, 0);
    RawScans scans = scans(Set.of(1));
    assertThat(scans.numbers()).containsExactly(9L);
    assertThat(scans.modules()).containsExactly(1);
  }

  @Test
  void aScanWithoutAUsableRecordSaysWhy() throws IOException {
    Path foreign = write("scan3_module0.data", 4, 0);
    write("scan4_module0.data", 4, 0);
    RawScans scans = scans(Set.of(0, 1));
    assertThatThrownBy(() -> scans.open(3))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("scan 3 has no usable record: " + foreign);
    assertThat(scans.open(4).sectors(0)).isEqualTo(1);
  }

  @Test
  void filesOfNoScanAreNamed() throws IOException {
    Path file = Files.createFile(directory.resolve("module0.data"));
    Path other = Files.createFile(directory.resolve("scan1_module2.data"));
    RawScans scans = scans(Set.of(0, 1));
    assertThat(scans.numbers()).isEmpty();
    assertThat(scans.modules()).isEmpty();
    assertThat(scans.problems())
        .extracting(RawProblem::file)
        .containsExactlyInAnyOrder(file, other);
  }

  @Test
  void framesAreOfAllWantedModules() throws IOException {
    write("scan1.data", RawVersion.FRAMES, 1, 0, 1);
    RawScans scans = RawScans.in(List.of(directory), RawVersion.FRAMES, DETECTOR, Set.of(0, 1));
    assertThat(scans.modules()).containsExactly(0, 1);
    assertThat(scans.open(1).modules()).containsExactly(0, 1);
    assertThat(scans.open(1).sectors(1)).isEqualTo(2);
  }
}

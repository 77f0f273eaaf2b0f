package io.millrace.detector.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.SectorPlacement;
import io.millrace.detector.raw.RawProblem.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scan of 3 x 2 positions by two modules, and everything that can be wrong with its files. */
class RawDatasetTest {
  private static final DetectorDescription DETECTOR =
      new DetectorDescription(
          "small", 4, 3, List.of(new SectorPlacement(0, 0, 2, 3), new SectorPlacement(2, 0, 2, 3)));
  private static final Set<Integer> BOTH = Set.of(0, 1);

  @TempDir private Path directory;

  @BeforeEach
  void writeAWholeScan() throws IOException {
    write("data_scan0000000007_module0_000.data", 7, 0, 3, 5);
    write("data_scan0000000007_module0_001.data", 7, 1, 2, 4);
    write("data_scan0000000007_module1_000.data", 7, 0, 1, 2, 3, 4, 5);
    Files.writeString(directory.resolve("notes.txt"), "not a raw file");
  }

  @Test
  void knowsTheFilesOfEveryModule() throws IOException {
    RawDataset dataset = open();
    assertThat(dataset.scan()).isEqualTo(7);
    assertThat(dataset.geometry()).isEqualTo(new ScanGeometry(3, 2));
    assertThat(dataset.files(0)).hasSize(2);
    assertThat(dataset.files(1)).hasSize(1);
    assertThat(dataset.sectors(0)).isEqualTo(6);
    assertThat(dataset.sectors(1)).isEqualTo(6);
    assertThat(dataset.problems()).isEmpty();
  }

  @Test
  void fileWithoutModule() throws IOException {
    write("data_scan0000000007.data", 7, 0);
    assertProblem(Kind.NO_MODULE, 0, "data_scan0000000007.data", "does not tell the module");
  }

  @Test
  void fileOfAModuleThatTheDetectorDoesNotHave() throws IOException {
    write("data_scan0000000007_module2.data", 7, 0);
    assertProblem(Kind.UNKNOWN_MODULE, 0, "module2.data", "modules 0 to 1");
  }

  @Test
  void theSameFileTwice() throws IOException {
    Files.copy(
        directory.resolve("data_scan0000000007_module1_000.data"),
        directory.resolve("data_scan0000000007_module1_copy.data"));
    assertProblem(Kind.DUPLICATE_FILE, 6, "module1_copy.data", "same records as");
  }

  @Test
  void theSameRecordsInAnotherModuleAreNoDuplicate() throws IOException {
    write("data_scan0000000007_module1_001.data", 7, 0, 3, 5);
    assertThat(open().problems()).isEmpty();
  }

  @Test
  void truncatedLastRecord() throws IOException {
    Path file = directory.resolve("data_scan0000000007_module1_000.data");
    Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 6 * 28 - 5));
    RawDataset dataset =
        assertProblem(Kind.TRUNCATED_RECORD, 1, "module1_000.data", "within record 5, after 23");
    assertThat(dataset.sectors(1)).isEqualTo(5);
  }

  @Test
  void fileWithoutAWholeRecord() throws IOException {
    Files.write(directory.resolve("data_scan0000000007_module1_001.data"), new byte[27]);
    Files.createFile(directory.resolve("module1.data"));
    RawDataset dataset = open();
    assertThat(dataset.problems()).extracting(RawProblem::kind).containsOnly(Kind.NO_RECORD);
    assertThat(dataset.problems()).extracting(RawProblem::count).containsExactlyInAnyOrder(0L, 1L);
    assertThat(dataset.sectors(1)).isEqualTo(6);
  }

  @Test
  void unreadableFile() throws IOException {
    // Nobody can read a link to nowhere, not even root.
    Files.createSymbolicLink(
        directory.resolve("data_scan0000000007_module1_001.data"), directory.resolve("gone"));
    assertProblem(Kind.UNREADABLE, 0, "module1_001.data", "cannot be read");
  }

  @Test
  void filesThatDisagreeOnTheScanSize() throws IOException {
    try (RawFileWriter writer = writer("data_scan0000000007_module0_002.data")) {
      write(writer, header(7, 0, 4, 2, 1, 1));
      write(writer, header(7, 1, 4, 2, 1, 1));
    }
    RawDataset dataset =
        assertProblem(Kind.BAD_RECORDS, 2, "module0_002.data", "4 x 2, most records 3 x 2");
    assertThat(dataset.drops().get(DropReason.INCONSISTENT_SCAN_SIZE)).isEqualTo(2);
    assertThat(dataset.problem(header(7, 0, 4, 2, 1, 1)))
        .isEqualTo(DropReason.INCONSISTENT_SCAN_SIZE);
  }

  @Test
  void badRecords() throws IOException {
    try (RawFileWriter writer = writer("data_scan0000000007_module0_002.data")) {
      write(writer, header(7, 8, 3, 2, 0, 0));
      write(writer, header(7, 9, 3, 2, 3, 0));
      write(writer, header(7, 9, 3, 2, 0, 2));
      write(writer, header(7, 9, 0, 2, 0, 0));
      write(writer, header(6, 9, 3, 2, 0, 0));
    }
    RawDataset dataset = open();
    assertThat(dataset.drops())
        .hasToString("empty-scan=1, position-outside-scan=2, foreign-scan=1");
    assertThat(dataset.sectors(0)).isEqualTo(7);
    assertThat(dataset.problems())
        .hasSize(3)
        .allMatch(p -> p.kind() == Kind.BAD_RECORDS)
        .anyMatch(p -> p.message().startsWith("2 records, the first is number 1, have a position"));
    assertThat(dataset.problem(header(7, 8, 3, 2, 0, 0))).isNull();
    assertThat(dataset.problem(header(7, 8, 3, 2, 3, 0)))
        .isEqualTo(DropReason.POSITION_OUTSIDE_SCAN);
    assertThat(dataset.problem(header(6, 8, 3, 2, 0, 0))).isEqualTo(DropReason.FOREIGN_SCAN);
  }

  @Test
  void filesOfSeveralScansNeedAChoice() throws IOException {
    write("data_scan0000000008_module0_000.data", 8, 0);
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("several scans, [7, 8]");
    assertThat(open(BOTH, OptionalLong.of(7)).sectors(0)).isEqualTo(6);
    assertThat(open(Set.of(0), OptionalLong.of(8)).sectors(0)).isEqualTo(1);
    assertThatThrownBy(() -> open(BOTH, OptionalLong.of(9)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no usable file of scan 9, only of [7, 8]");
    assertThatThrownBy(() -> open(BOTH, OptionalLong.of(8)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("module 1 has no usable record of scan 8");
  }

  @Test
  void aFileWithoutScanInItsNameBelongsToTheScanOfItsFirstRecord() throws IOException {
    write("module0.data", 8, 0, 1);
    assertThat(open(Set.of(0), OptionalLong.of(8)).sectors(0)).isEqualTo(2);
    assertThat(open(Set.of(0), OptionalLong.of(7)).sectors(0)).isEqualTo(6);
  }

  @Test
  void framesBelongToAllModules() throws IOException {
    try (RawFileWriter writer = writer("frames_scan8.data")) {
      writer.write(header(8, 0, 3, 2, 0, 0), ByteBuffer.allocate(24));
    }
    RawDataset dataset =
        RawDataset.open(List.of(directory), RawVersion.FRAMES, DETECTOR, BOTH, OptionalLong.of(8));
    assertThat(dataset.files(0)).isEqualTo(dataset.files(1)).hasSize(1);
    assertThat(dataset.sectors(0)).isEqualTo(dataset.sectors(1)).isEqualTo(1);
  }

  @Test
  void emptyOrMissingDirectory() throws IOException {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertThatThrownBy(
            () ->
                RawDataset.open(
                    List.of(empty), RawVersion.ROW_SECTORS, DETECTOR, BOTH, OptionalLong.empty()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no file in [" + empty + "] ends with .data");
    assertThatThrownBy(
            () ->
                RawDataset.open(
                    List.of(directory.resolve("missing")),
                    RawVersion.ROW_SECTORS,
                    DETECTOR,
                    BOTH,
                    OptionalLong.empty()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("missing cannot be listed (NoSuchFileException)");
  }

  private RawDataset open() throws IOException {
    return open(BOTH, OptionalLong.empty());
  }

  private RawDataset open(Set<Integer> modules, OptionalLong scan) throws IOException {
    return RawDataset.open(List.of(directory), RawVersion.ROW_SECTORS, DETECTOR, modules, scan);
  }

  /** One problem, and the whole scan is there nevertheless. */
  private RawDataset assertProblem(Kind kind, long count, String file, String message)
      throws IOException {
    RawDataset dataset = open();
    assertThat(dataset.problems()).hasSize(1);
    RawProblem problem = dataset.problems().get(0);
    assertThat(problem.kind()).isEqualTo(kind);
    assertThat(problem.count()).isEqualTo(count);
    assertThat(problem).asString().contains(file).contains(message);
    assertThat(dataset.sectors(0)).isEqualTo(6);
    return dataset;
  }

  private void write(String name, long scan, int... frames) throws IOException {
    try (RawFileWriter writer = writer(name)) {
      for (int f : frames) {
        write(writer, header(scan, f, 3, 2, f % 3, f / 3));
      }
    }
  }

  private RawFileWriter writer(String name) throws IOException {
    return new RawFileWriter(directory.resolve(name));
  }

  private static void write(RawFileWriter writer, SectorHeader header) throws IOException {
    writer.write(header, ByteBuffer.allocate(12));
  }

  private static SectorHeader header(long scan, long frame, int width, int height, int x, int y) {
    return new SectorHeader().set(scan, frame, width, height, x, y, 0, 0);
  }
}

package io.millrace.detector.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.CalibrationFailure;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.SectorPlacement;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UncountedScanTest {
  private static final DetectorDescription DETECTOR =
      new DetectorDescription(
          "small", 4, 3, List.of(new SectorPlacement(0, 0, 2, 3), new SectorPlacement(2, 0, 2, 3)));
  private static final long SCAN = 4_000_000_000L;
  private static final CalibrationFailure FAILURE =
      new CalibrationFailure(SCAN, "all pixels have the same value");

  @TempDir Path directory;

  private static SectorHeader header(long frame, int module) {
    return new SectorHeader()
        .set(SCAN, frame, 50, 2, (int) frame % 50, (int) frame / 50, 9, module);
  }

  /** Any number of tasks, each with any sectors in any order, also those that came before. */
  @Test
  void whatTheTasksKeepIsReadAgain() throws IOException {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      Path session = directory.resolve("session " + seed);
      int tasks = 1 + random.nextInt(4);
      List<Map<String, List<byte[]>>> keptBy = new ArrayList<>();
      List<UncountedScan> scans = new ArrayList<>();
      for (int task = 0; task < tasks; task++) {
        scans.add(new UncountedScan(session, FAILURE, task));
        keptBy.add(new TreeMap<>());
      }
      for (int i = 0; i < 60; i++) {
        SectorHeader header = header(random.nextInt(40), i < 2 ? i : random.nextInt(2));
        byte[] pixels = new byte[DETECTOR.sectorBytes()];
        random.nextBytes(pixels);
        int task = random.nextInt(tasks);
        byte[] slot = pixels.clone();
        scans.get(task).add(header, slot);
        Arrays.fill(slot, (byte) 0); // The slot is used again.
        keptBy
            .get(task)
            .computeIfAbsent(header.frame + "/" + header.module, key -> new ArrayList<>())
            .add(pixels);
      }
      // The files of a module are read by name, so the tasks come in order.
      Map<String, List<byte[]>> kept = new TreeMap<>();
      for (Map<String, List<byte[]>> byTask : keptBy) {
        byTask.forEach((key, all) -> kept.computeIfAbsent(key, k -> new ArrayList<>()).addAll(all));
      }
      assertThat(kept).as("seed %d: some come twice", seed).hasSizeLessThan(60);
      long sectors = 0;
      long bytes = 0;
      for (UncountedScan scan : scans) {
        scan.close();
        sectors += scan.sectors();
        bytes += scan.bytes();
      }
      assertThat(sectors).as("seed %d", seed).isEqualTo(60);

      Path folder = UncountedScan.folder(session, SCAN);
      assertThat(bytes).as("seed %d", seed).isEqualTo(bytesOfRawFiles(folder));
      RawDataset dataset =
          RawDataset.open(
              List.of(folder),
              RawVersion.ROW_SECTORS,
              DETECTOR,
              Set.of(0, 1),
              OptionalLong.empty());
      assertThat(dataset.problems()).as("seed %d", seed).isEmpty();
      assertThat(dataset.scan()).as("seed %d", seed).isEqualTo(SCAN);
      assertThat(dataset.geometry()).as("seed %d", seed).isEqualTo(new ScanGeometry(50, 2));
      Map<String, List<byte[]>> read = read(dataset);
      assertThat(read.keySet()).as("seed %d", seed).isEqualTo(kept.keySet());
      for (Map.Entry<String, List<byte[]>> sector : kept.entrySet()) {
        assertThat(read.get(sector.getKey()))
            .as("seed %d, sector %s", seed, sector.getKey())
            .usingElementComparator(Arrays::compare)
            .isEqualTo(sector.getValue());
      }
    }
  }

  private static long bytesOfRawFiles(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(f -> f.toString().endsWith(RawFileName.ENDING))
          .mapToLong(f -> f.toFile().length())
          .sum();
    }
  }

  private static Map<String, List<byte[]>> read(RawDataset dataset) throws IOException {
    Map<String, List<byte[]>> sectors = new TreeMap<>();
    SectorHeader header = new SectorHeader();
    for (int module = 0; module < 2; module++) {
      for (Path file : dataset.files(module)) {
        try (RawFileReader reader = dataset.read(file, module)) {
          while (reader.next(header)) {
            byte[] pixels = new byte[DETECTOR.sectorBytes()];
            reader.pixels(ByteBuffer.wrap(pixels));
            assertThat(header.x).isEqualTo((int) header.frame % 50);
            sectors
                .computeIfAbsent(header.frame + "/" + module, key -> new ArrayList<>())
                .add(pixels);
          }
        }
      }
    }
    return sectors;
  }

  /** As a disk that is full, or a task that is killed, leaves it. */
  @Test
  void aRecordThatIsCutIsNamedAndTheRestIsRead() throws IOException {
    try (UncountedScan scan = new UncountedScan(directory, FAILURE, 0)) {
      for (int frame = 0; frame < 3; frame++) {
        for (int module = 0; module < 2; module++) {
          byte[] pixels = new byte[DETECTOR.sectorBytes()];
          Arrays.fill(pixels, (byte) (10 * module + frame));
          scan.add(header(frame, module), pixels);
        }
      }
    }
    Path folder = UncountedScan.folder(directory, SCAN);
    Path cut = folder.resolve(RawFileName.compose(SCAN, 1, 0));
    byte[] whole = Files.readAllBytes(cut);
    int record = RawFileReader.HEADER_BYTES + DETECTOR.sectorBytes();
    assertThat(whole).hasSize(3 * record);
    Files.write(cut, Arrays.copyOf(whole, 2 * record + record / 2));

    RawDataset dataset =
        RawDataset.open(
            List.of(folder), RawVersion.ROW_SECTORS, DETECTOR, Set.of(0, 1), OptionalLong.empty());
    assertThat(dataset.problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.kind()).isEqualTo(RawProblem.Kind.TRUNCATED_RECORD);
              assertThat(problem.file()).isEqualTo(cut);
              assertThat(problem.count()).isEqualTo(1);
            });
    assertThat(dataset.sectors(0)).isEqualTo(3);
    assertThat(dataset.sectors(1)).isEqualTo(2);
    Map<String, List<byte[]>> read = read(dataset);
    assertThat(read).containsOnlyKeys("0/0", "1/0", "2/0", "0/1", "1/1");
    assertThat(read.get("1/1")).singleElement().satisfies(p -> assertThat(p).containsOnly(11));
    assertThat(read.get("2/0")).singleElement().satisfies(p -> assertThat(p).containsOnly(2));
  }

  @Test
  void theFolderSaysWhyTheScanWasNotCounted() throws IOException {
    try (UncountedScan one = new UncountedScan(directory, FAILURE, 0);
        UncountedScan other = new UncountedScan(directory, FAILURE, 1)) {
      assertThat(one.folder()).isEqualTo(other.folder()).hasFileName("scan4000000000");
      assertThat(Files.readAllLines(one.folder().resolve(UncountedScan.REASON)))
          .first()
          .isEqualTo("all pixels have the same value");
      assertThat(one.folder().resolve(UncountedScan.REASON))
          .content()
          .contains("scan 4000000000 was not counted", "--input");
    }
  }

  @Test
  void whatCannotBeWrittenIsNamed() throws IOException {
    try (UncountedScan scan = new UncountedScan(directory, FAILURE, 3)) {
      scan.add(header(0, 1), new byte[12]);
      // Writing to a full disk fails in the same place; an interrupted thread cannot write either.
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> scan.add(header(1, 1), new byte[12]))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("data_scan4000000000_module1_003.data cannot be written")
          .hasMessageContaining("make room or give another --uncounted directory")
          .hasMessageContaining("1 sectors are kept")
          .hasMessageContaining("all pixels have the same value");
      assertThat(Thread.interrupted()).isTrue();
      assertThat(scan.sectors()).isEqualTo(1);
    }
  }

  /** A job whose JobManager dies starts again, and finds the same scan still uncounted. */
  @Test
  void whatWasKeptBeforeTheJobStartedAgainStaysAndIsReadToo() throws IOException {
    keep(header(0, 0), 1);
    keep(header(1, 0), 2);
    keep(header(1, 1), 3);
    keep(header(2, 0), 4);

    Path folder = UncountedScan.folder(directory, SCAN);
    try (var files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              UncountedScan.REASON,
              "data_scan4000000000_module0_000.data",
              "data_scan4000000000_module0_000-2.data",
              "data_scan4000000000_module0_000-3.data",
              "data_scan4000000000_module1_000.data");
    }
    RawDataset dataset =
        RawDataset.open(
            List.of(folder), RawVersion.ROW_SECTORS, DETECTOR, Set.of(0, 1), OptionalLong.empty());
    assertThat(dataset.problems()).isEmpty();
    Map<String, List<byte[]>> read = read(dataset);
    assertThat(read).containsOnlyKeys("0/0", "1/0", "1/1", "2/0");
    assertThat(read.get("0/0")).singleElement().satisfies(p -> assertThat(p).containsOnly(1));
    assertThat(read.get("1/0")).singleElement().satisfies(p -> assertThat(p).containsOnly(2));
    assertThat(read.get("1/1")).singleElement().satisfies(p -> assertThat(p).containsOnly(3));
    assertThat(read.get("2/0")).singleElement().satisfies(p -> assertThat(p).containsOnly(4));
  }

  /** The task as it is after a start of the job. */
  private void keep(SectorHeader header, int value) throws IOException {
    byte[] pixels = new byte[DETECTOR.sectorBytes()];
    Arrays.fill(pixels, (byte) value);
    try (UncountedScan scan = new UncountedScan(directory, FAILURE, 0)) {
      scan.add(header, pixels);
    }
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "in the way");
    assertThatThrownBy(() -> new UncountedScan(file, FAILURE, 0))
        .hasMessageContaining(file.toString())
        .hasMessageContaining("--uncounted");
  }
}

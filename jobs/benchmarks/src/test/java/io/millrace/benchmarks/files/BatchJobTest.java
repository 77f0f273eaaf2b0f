package io.millrace.benchmarks.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.benchmarks.parts.Fingerprint;
import io.millrace.benchmarks.parts.SameResult;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.Thresholds;
import io.millrace.detector.raw.RawFileName;
import io.millrace.detector.raw.RawFileWriter;
import io.millrace.hdf5.CountedFile;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchJobTest {
  private static final DetectorDescription CAMERA = Simulation.CAMERA;
  private static final Thresholds THRESHOLDS = new Thresholds(28.5, 1088);
  private static final int WIDTH = 10;
  private static final int FRAMES = 100;

  @TempDir private Path directory;

  /** One electron a sector, in a pixel that its frame and module tell. */
  private static int pixel(int frame, int module) {
    return 577 * (1 + 2 * (frame % 60)) + 3 + 5 * module;
  }

  private Path scan(String name, List<Integer> order, int modules) throws IOException {
    Path from = Files.createDirectories(directory.resolve(name));
    ByteBuffer pixels = ByteBuffer.allocate(CAMERA.sectorBytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int m = 0; m < modules; m++) {
      try (RawFileWriter file = new RawFileWriter(from.resolve(RawFileName.compose(7, m, 0)))) {
        for (int f : order) {
          int at = pixel(f, m) * DetectorDescription.PIXEL_BYTES;
          pixels.putShort(at, (short) 100);
          file.write(
              new SectorHeader().set(7, f, WIDTH, FRAMES / WIDTH, f % WIDTH, f / WIDTH, 0, m),
              pixels);
          pixels.putShort(at, (short) 0);
        }
      }
    }
    return from;
  }

  private Path count(Path from, int threads) throws IOException {
    Path to = Files.createDirectories(from.resolve("counted"));
    assertThat(new BatchJob(THRESHOLDS, threads).count(7, from, to)).isEqualTo(4L * FRAMES);
    try (Stream<Path> files = Files.list(to)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  private static List<Integer> inOrder() {
    return new ArrayList<>(IntStream.range(0, FRAMES).boxed().toList());
  }

  @Test
  void countsEverySectorOnce() throws IOException {
    try (CountedFile file = new CountedFile(count(scan("a", inOrder(), 4), 3))) {
      assertThat(file.complete()).isEqualTo(FRAMES);
      for (int f = 0; f < FRAMES; f++) {
        int frame = f;
        assertThat(file.events(f, 0))
            .containsExactly(
                IntStream.range(0, 4)
                    .map(m -> CAMERA.sector(m).row() * CAMERA.columns() + pixel(frame, m))
                    .sorted()
                    .toArray());
      }
    }
  }

  /** Threads then have sectors of the same frames. */
  @Test
  void theOrderOfTheRecordsDoesNotMatter() throws IOException {
    Fingerprint ordered = Fingerprint.of(count(scan("a", inOrder(), 4), 1));
    List<Integer> shuffled = inOrder();
    Collections.shuffle(shuffled, new Random(1));
    assertThat(Fingerprint.of(count(scan("b", shuffled, 4), 3))).isEqualTo(ordered);
  }

  @Test
  void anotherEventIsAnotherResult() throws Exception {
    Path whole = count(scan("a", inOrder(), 4), 2);
    Path other = scan("b", inOrder(), 4);
    Path file = other.resolve(RawFileName.compose(7, 2, 0));
    byte[] bytes = Files.readAllBytes(file);
    bytes[16 + CAMERA.sectorBytes() / 2 + 1] = 1; // 256 ADU in the middle of the first sector
    Files.write(file, bytes);
    Path changed = count(other, 2);
    assertThat(Fingerprint.of(changed)).isNotEqualTo(Fingerprint.of(whole));

    SameResult same = new SameResult();
    same.of(whole);
    same.of(whole);
    assertThatThrownBy(() -> same.of(changed))
        .isInstanceOf(RunFailure.class)
        .hasMessageContaining("%s has other events or images", changed);
    same.forget();
    same.of(changed);
  }

  @Test
  void aFrameThatIsMissingIsAnErrorAndLeavesNoFile() throws IOException {
    Path from = scan("a", inOrder().subList(0, FRAMES - 1), 4);
    Path to = Files.createDirectories(from.resolve("counted"));
    assertThatThrownBy(() -> new BatchJob(THRESHOLDS, 2).count(7, from, to))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("99 complete frames, not all");
    assertThat(to).isEmptyDirectory();
  }

  @Test
  void copiesWhatIsThere() throws IOException {
    Path from = directory.resolve("from");
    byte[] bytes = new byte[100_000];
    new Random(1).nextBytes(bytes);
    Files.write(from, bytes);
    Path to = directory.resolve("to");
    assertThat(RawCopy.copy(from, to)).isEqualTo(bytes.length);
    assertThat(to).hasBinaryContent(bytes);
  }
}

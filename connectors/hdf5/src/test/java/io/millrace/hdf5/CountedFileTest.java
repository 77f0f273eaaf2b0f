package io.millrace.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.ScanGeometry;
import io.millrace.detector.Thresholds;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountedFileTest {
  @Test
  void filesOfStempyAreReadEventByEvent() throws Exception {
    assertReads("scan_3x2_f2", new ScanGeometry(3, 2), 2);
    assertReads("scan_6x4_missing", new ScanGeometry(6, 4), 1);
  }

  private static void assertReads(String name, ScanGeometry geometry, int framesPerPosition)
      throws IOException {
    ByteBuffer expected = events(name);
    try (CountedFile file = new CountedFile(stempy(name))) {
      assertThat(file.geometry()).isEqualTo(geometry);
      assertThat(file.framesPerPosition()).isEqualTo(framesPerPosition);
      assertThat(file.rows()).isEqualTo(576);
      assertThat(file.thresholds())
          .isEqualTo(new Thresholds(expected.getDouble(), expected.getDouble()));
      assertThat(file.text("threshold_calculated")).hasValue("TRUE");
      int[] counts = ints(expected, expected.getInt());
      assertThat(counts).hasSize(geometry.positions() * framesPerPosition);
      for (int entry = 0; entry < counts.length; entry++) {
        assertThat(file.events(entry / framesPerPosition, entry % framesPerPosition))
            .as("%s, entry %d", name, entry)
            .isEqualTo(ints(expected, counts[entry]));
      }
      assertThat(file.hasAccount()).isFalse();
      assertThat(file.hasCentroids()).isFalse();
      assertThat(file.imageNames()).isEmpty();
      assertThat(file.text("session")).isEmpty();
      assertThatThrownBy(() -> file.mask(0, 0))
          .isInstanceOf(NoSuchElementException.class)
          .hasMessageContaining(name)
          .hasMessageContaining("sector_mask");
      assertThatThrownBy(() -> file.events(0, framesPerPosition))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void whatIsNoCountedFileIsRefusedByName(@TempDir Path dir) throws Exception {
    assertThatThrownBy(() -> new CountedFile(dir.resolve("none.h5")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("none.h5");
    Path text = Files.writeString(dir.resolve("text.h5"), "not HDF5, but long enough to look");
    assertThatThrownBy(() -> new CountedFile(text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("text.h5 is not an HDF5 file");
    Path other = dir.resolve("other.h5");
    try (var hdf5 = io.jhdf.HdfFile.write(other)) {
      hdf5.putDataset("numbers", new int[] {1});
    }
    assertThatThrownBy(() -> new CountedFile(other))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("other.h5 is not a counted file");
  }

  /** A program that looks through many files has to get rid of those that are not ours. */
  @Test
  void aFileWithSomethingElseUnderOurNamesIsRefusedAndClosed(@TempDir Path dir) throws Exception {
    Path wrong = dir.resolve("wrong.h5");
    try (var hdf5 = io.jhdf.HdfFile.write(wrong)) {
      var positions =
          hdf5.putGroup("electron_events").putDataset("scan_positions", new int[] {0, 1});
      positions.putAttribute("Nx", "wide");
      positions.putAttribute("Ny", "high");
    }
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> new CountedFile(wrong))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("wrong.h5 is not a counted file");
    }
    assertThat(descriptors(wrong)).as("what is still open").isEmpty();
    Path good = stempy("scan_3x2_f2");
    try (CountedFile open = new CountedFile(good)) {
      assertThat(open.rows()).isEqualTo(576);
      assertThat(descriptors(good)).as("that this test would see it").isNotEmpty();
    }
  }

  /** The descriptors by which this process holds a file open, as Linux tells it. */
  private static List<Path> descriptors(Path file) throws IOException {
    Path real = file.toRealPath();
    List<Path> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : all.toList()) {
        if (Files.isSymbolicLink(descriptor)
            && Files.exists(descriptor)
            && Files.readSymbolicLink(descriptor).equals(real)) {
          found.add(descriptor);
        }
      }
    }
    return found;
  }

  static Path stempy(String name) {
    return Path.of("src/test/resources/stempy", name + ".h5");
  }

  private static ByteBuffer events(String name) throws IOException {
    try (InputStream in =
        new GZIPInputStream(
            CountedFileTest.class.getResourceAsStream("/stempy/" + name + ".ev.gz"))) {
      return ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private static int[] ints(ByteBuffer from, int n) {
    return IntStream.range(0, n).map(i -> from.getInt()).toArray();
  }
}

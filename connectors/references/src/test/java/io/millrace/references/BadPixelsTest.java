package io.millrace.references;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.WritableGroup;
import io.millrace.detector.Calibration;
import io.millrace.detector.Drops;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.HotPixelList.HotPixel;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanReport;
import io.millrace.detector.Thresholds;
import io.millrace.hdf5.CountedFileWriter;
import io.millrace.hdf5.Layout;
import io.millrace.hdf5.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BadPixelsTest {
  @TempDir Path dir;

  private static boolean[] read(Path file) {
    return BadPixels.read(file.toString(), Cameras.SMALL);
  }

  /** What matters of a counted file. */
  private Path counted(long rows, long columns, int... hot) {
    return counted(rows, columns, hot, null);
  }

  private Path counted(long rows, long columns, int[] hot, int[] masked) {
    Path file = dir.resolve("counted.h5");
    try (WritableHdfFile out = HdfFile.write(file)) {
      out.putGroup("electron_events").putDataset("scan_positions", new long[] {0, 1});
      WritableGroup account = out.putGroup("millrace");
      account.putAttribute("detector_rows", rows);
      account.putAttribute("detector_columns", columns);
      account.putDataset("image", new int[3][4]);
      if (hot != null) {
        account.putDataset("hot_pixels", hot);
      }
      if (masked != null) {
        account.putDataset("masked_pixels", masked);
      }
    }
    return file;
  }

  @Test
  void anyNumberButZeroMarksABadPixel() throws IOException {
    Path file =
        Npy.floats(
            dir.resolve("mask.npy"), "3, 4", 0, 1, -0.0f, -1, 0, Float.NaN, 1e-40f, 0, 0, 0, 0, 7);
    assertThat(read(file)).isEqualTo(Cameras.bad(1, 3, 5, 6, 11));
  }

  @Test
  void aListNamesRowsAndColumns() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("bad.txt"), "# row,column\n0,1\n\n 1 , 3 # sparks\r\n2,0\n2,0");
    assertThat(read(file)).isEqualTo(Cameras.bad(1, 7, 8));
    assertThat(read(Files.writeString(dir.resolve("BAD.CSV"), "0,3"))).isEqualTo(Cameras.bad(3));
    assertThat(read(Files.writeString(dir.resolve("none.txt"), ""))).isEqualTo(Cameras.bad());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"row,column", "3,0", "0,4", "-1,0", "1", "1,2,3", "1.5,2", "9999999999,0"})
  void aLineThatIsNoPixelIsNamed(String line) throws IOException {
    Path file = Files.writeString(dir.resolve("bad.txt"), "0,0\n" + line);
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bad.txt, line 2: '" + line + "'")
        .hasMessageContaining("rows are 0 to 2, columns 0 to 3");
  }

  @Test
  void hotPixelsOfAnEarlierScanAreTaken() {
    assertThat(read(counted(3, 4, 2, 11))).isEqualTo(Cameras.bad(2, 11));
    assertThat(read(Path.of(counted(3, 4, 0) + ":/millrace/hot_pixels"))).isEqualTo(Cameras.bad(0));
  }

  /** A pixel that was masked in a scan could not show again that it is hot. */
  @Test
  void thePixelsThatAnEarlierScanHadMaskedAreTakenToo() {
    Path both = counted(3, 4, new int[] {2, 11}, new int[] {0, 2, 7});
    assertThat(read(both)).isEqualTo(Cameras.bad(0, 2, 7, 11));
    assertThat(read(Path.of(both + ":/millrace/hot_pixels"))).isEqualTo(Cameras.bad(0, 2, 7, 11));
    Path outside = counted(3, 4, new int[] {5}, new int[] {12});
    assertThatThrownBy(() -> read(outside))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hot pixel 12 is outside the frame of 12 pixels");
  }

  @Test
  void theListsOfARealFileAreTaken() throws IOException {
    assertThat(read(written("none.h5", List.of()))).isEqualTo(Cameras.bad());
    assertThat(read(written("hot.h5", List.of(), 5))).isEqualTo(Cameras.bad(5));
    assertThat(read(written("masked.h5", List.of(0, 7)))).isEqualTo(Cameras.bad(0, 7));
    assertThat(read(written("both.h5", List.of(0, 7), 5, 11))).isEqualTo(Cameras.bad(0, 5, 7, 11));
  }

  /** A counted file as our writer makes it. */
  private Path written(String name, List<Integer> masked, int... hot) throws IOException {
    try (CountedFileWriter writer =
        new CountedFileWriter(dir.resolve("scan.part"), Cameras.SMALL, false)) {
      writer.add(
          new HotPixelList(1, IntStream.of(hot).mapToObj(p -> new HotPixel(p, 0.5f)).toList()));
      return writer
          .finish(
              new ScanReport(
                  1,
                  new ScanGeometry(2, 1),
                  1,
                  0,
                  0,
                  2,
                  new long[1],
                  0,
                  0,
                  0,
                  new Drops(),
                  ScanReport.EndedBy.ANNOUNCED,
                  Instant.EPOCH,
                  Instant.EPOCH,
                  Calibration.given(1, new Thresholds(1, 2), null).masking(masked)),
              new Provenance("millrace", "1", "session", "{}"),
              Layout.VLEN,
              dir.resolve(name))
          .get(0);
    }
  }

  @Test
  void aCountedFileThatDoesNotFitIsNamed() {
    Path rotated = counted(4, 3, 2);
    assertThatThrownBy(() -> read(rotated))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("counted.h5 is 4 x 3, but a frame of the detector small is 3 x 4");
    Path outside = counted(3, 4, 2, 12);
    assertThatThrownBy(() -> read(outside))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hot pixel 12 is outside the frame of 12 pixels");
    Path without = counted(3, 4, null, new int[] {1});
    assertThatThrownBy(() -> read(without))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lists no hot pixels");
  }

  @Test
  void aMapInAnHdf5FileIsAMask() {
    Path file = dir.resolve("masks.h5");
    try (WritableHdfFile out = HdfFile.write(file)) {
      out.putDataset("mask", new int[][] {{0, 1, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 255}});
    }
    assertThat(read(file)).isEqualTo(Cameras.bad(1, 11));
  }

  @Test
  void allPixelsBadIsAMistake() throws IOException {
    Path file = Npy.floats(dir.resolve("mask.npy"), "3, 4", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mask.npy marks all pixels as bad");
  }
}

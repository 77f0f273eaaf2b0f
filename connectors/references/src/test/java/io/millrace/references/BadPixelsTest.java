package io.millrace.references;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.WritableGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    Path without = counted(3, 4, (int[]) null);
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

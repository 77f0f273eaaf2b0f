package io.millrace.references;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceMapTest {
  @TempDir Path dir;

  private ReferenceMap map(float... values) throws IOException {
    return read(Npy.floats(dir.resolve("map.npy"), "3, 4", values).toString());
  }

  private static ReferenceMap read(String name) {
    return ReferenceMap.read(name, Cameras.SMALL);
  }

  private Path hdf5(Map<String, Object> datasets) {
    Path file = dir.resolve("maps.h5");
    try (WritableHdfFile out = HdfFile.write(file)) {
      datasets.forEach(out::putDataset);
      out.putGroup("deeper").putDataset("counts", new int[] {1, 2, 3});
    }
    return file;
  }

  /** ones, but for one pixel. */
  private static float[] onesBut(int pixel, float value) {
    float[] values = new float[12];
    Arrays.fill(values, 1);
    values[pixel] = value;
    return values;
  }

  @Test
  void theFirstBytesSayWhatAFileIs() throws IOException {
    Path file = Npy.floats(dir.resolve("called.tif"), "3, 4", Cameras.COUNTED);
    assertThat(read(file.toString()).values(null)).isEqualTo(Cameras.COUNTED);
  }

  @Test
  void oneMapInAnHdf5FileNeedsNoName() {
    Path file = hdf5(Map.of("dark", Cameras.rows(), "name", "a text"));
    assertThat(read(file.toString()).values(null)).isEqualTo(Cameras.COUNTED);
    assertThat(read(file + ":/dark").values(null)).isEqualTo(Cameras.COUNTED);
  }

  @Test
  void severalMapsNeedAName() {
    float[][][] stack = {Cameras.rows()};
    Path file = hdf5(Map.of("dark", stack, "gain", new double[3][4], "wide", new int[4][3]));
    assertThat(read(file + ":/dark").values(null)).isEqualTo(Cameras.COUNTED);
    assertThatThrownBy(() -> read(file.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("several maps: /dark (1 x 3 x 4), /gain (3 x 4), /wide (4 x 3); say")
        .hasMessageContaining("maps.h5:/dark");
  }

  @Test
  void whatIsNotThereIsNamedWithWhatIs() throws IOException {
    Path file = hdf5(Map.of("note", "a text"));
    assertThatThrownBy(() -> read(file.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maps.h5 has no two-dimensional data set of numbers");
    assertThatThrownBy(() -> read(file + ":/dark"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no data set /dark; it has: /deeper/counts (3 values), /note");
    assertThatThrownBy(() -> read(file + ":/deeper"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no data set /deeper");
    assertThatThrownBy(() -> read(file + ":/deeper/counts"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maps.h5:/deeper/counts is 3 values, but a frame");
    assertThatThrownBy(() -> read(dir + "/no.npy"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no.npy: no file there");
    assertThatThrownBy(() -> read(dir.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no file there");
    String npy = Npy.floats(dir.resolve("map.npy"), "3, 4", Cameras.COUNTED) + ":/dark";
    assertThatThrownBy(() -> read(npy))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("map.npy has no data sets")
        .hasMessageContaining("leave out :/dark");
    Path text = Files.writeString(dir.resolve("dark.txt"), "1 2 3 4");
    assertThatThrownBy(() -> read(text.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dark.txt is neither a .npy, nor a TIFF, nor an HDF5 file");
  }

  @Test
  void textIsNoNumber() {
    Path file = hdf5(Map.of("words", new String[][] {{"a", "b"}, {"c", "d"}}));
    assertThatThrownBy(() -> read(file.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no two-dimensional data set of numbers");
  }

  /** What is behind the map may be missing. */
  @Test
  void aDamagedHdf5FileIsNamed() throws IOException {
    byte[] bytes = Files.readAllBytes(hdf5(Map.of("dark", Cameras.rows())));
    int refused = 0;
    for (int length = 8; length < bytes.length; length += 7) {
      Path part = Files.write(dir.resolve("part.h5"), Arrays.copyOf(bytes, length));
      try {
        assertThat(read(part.toString()).values(null))
            .as("%d of %d bytes", length, bytes.length)
            .isEqualTo(Cameras.COUNTED);
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageContaining("part.h5");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(bytes.length / 2 / 7);
  }

  @Test
  void divisorsAreInverted() throws IOException {
    float[] divisors = {1, 2, 3, 0.5f, 7, 9, 11, 13, 0.1f, 1e-30f, 1e30f, 100};
    float[] factors = map(divisors).factors(null);
    for (int j = 0; j < divisors.length; j++) {
      assertThat(factors[j]).as("1 / %s", divisors[j]).isEqualTo(1 / divisors[j]);
    }
  }

  @Test
  void aDivisorThatIsNotPositiveIsNamedUnlessItsPixelIsBad() throws IOException {
    for (float wrong :
        new float[] {0, -0.0f, -2, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE}) {
      ReferenceMap map = map(onesBut(6, wrong));
      assertThatThrownBy(() -> map.factors(null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("map.npy is not a positive divisor at row 1, column 2: ")
          .hasMessageContaining("(1 such pixels)")
          .hasMessageContaining("add these pixels to the bad ones");
      assertThatThrownBy(() -> map.factors(Cameras.bad(5, 7)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(map.factors(Cameras.bad(6))).isEqualTo(onesBut(6, 0));
    }
    assertThatThrownBy(() -> map(new float[12]).factors(Cameras.bad(0, 1, 2, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("row 1, column 0: 0.0 (8 such pixels)");
  }

  /** A pixel times nothing, or times infinity, would be lost without a word. */
  @Test
  void aDivisorThatLeavesNothingOfItsPixelIsNamedUnlessItsPixelIsBad() {
    double[][] divisors = {
      {1, Double.POSITIVE_INFINITY, 1e60, 1e-60}, {1, 1, 1, 1}, {1, 1e38, 1e-38, 1}
    };
    ReferenceMap map = read(hdf5(Map.of("gain", divisors)) + ":/gain");
    assertThatThrownBy(() -> map.factors(null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "maps.h5:/gain is not a positive divisor at row 0, column 1: Infinity")
        .hasMessageContaining("(3 such pixels)");
    assertThatThrownBy(() -> map.factors(Cameras.bad(1, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("row 0, column 2: 1.0E60 (1 such pixels)");
    assertThatThrownBy(() -> map.factors(Cameras.bad(1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("row 0, column 3: 1.0E-60 (1 such pixels)");
    assertThat(map.factors(Cameras.bad(1, 2, 3)))
        .containsExactly(1, 0, 0, 0, 1, 1, 1, 1, 1, (float) 1e-38, (float) 1e38, 1);
  }

  @Test
  void aDarkThatIsNotFiniteIsNamedUnlessItsPixelIsBad() throws IOException {
    for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      ReferenceMap map = map(onesBut(11, wrong));
      assertThatThrownBy(() -> map.values(null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not finite at row 2, column 3: " + wrong);
      assertThat(map.values(Cameras.bad(11))).isEqualTo(onesBut(11, 0));
    }
    assertThat(map(onesBut(3, -30.5f)).values(Cameras.bad(3))).isEqualTo(onesBut(3, -30.5f));
  }
}

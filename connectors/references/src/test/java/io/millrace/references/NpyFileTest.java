package io.millrace.references;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyFileTest {
  @TempDir Path dir;

  private double[] read(int version, String fields, byte... values) throws IOException {
    return NpyFile.read(Npy.write(dir.resolve("map.npy"), version, fields, values), Cameras.SMALL);
  }

  /** 0, 1, ... as big-endian shorts. */
  private static byte[] shorts(int n) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * n);
    for (int i = 0; i < n; i++) {
      bytes.putShort((short) i);
    }
    return bytes.array();
  }

  @ParameterizedTest
  @CsvSource({
    "b1, 01, 1",
    "u1, ff, 255",
    "i1, ff, -1",
    "u2, ffff, 65535",
    "i2, 8000, -32768",
    "u4, ffffffff, 4294967295",
    "i4, 80000000, -2147483648",
    "u8, 7fffffffffffffff, 9223372036854775807",
    "u8, ffffffffffffffff, 18446744073709551615",
    "i8, ffffffffffffffff, -1",
    "f2, 3c00, 1",
    "f2, c500, -5",
    "f2, 0001, 5.9604644775390625e-8",
    "f2, 03ff, 6.097555160522461e-5",
    "f2, 0400, 6.103515625e-5",
    "f2, 7bff, 65504",
    "f2, fc00, -Infinity",
    "f2, 7e00, NaN",
    "f4, c1200000, -10",
    "f8, 3ff8000000000000, 1.5",
  })
  void everyTypeIsReadInBothByteOrders(String type, String bigEndian, double expected)
      throws IOException {
    byte[] value = HexFormat.of().parseHex(bigEndian);
    byte[] big = new byte[Cameras.SMALL.pixels() * value.length];
    byte[] little = big.clone();
    for (int i = 0; i < value.length; i++) {
      big[5 * value.length + i] = value[i];
      little[5 * value.length + i] = value[value.length - 1 - i];
    }
    double[] map = new double[Cameras.SMALL.pixels()];
    map[5] = expected;

    assertThat(read(1, Npy.fields(">" + type, false, "3, 4"), big)).isEqualTo(map);
    assertThat(read(1, Npy.fields("<" + type, false, "3, 4"), little)).isEqualTo(map);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everyVersionIsRead(int version) throws IOException {
    assertThat(read(version, Npy.fields(">i2", false, "3, 4"), shorts(12)))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3, 4", "3L, 4L", "1, 3, 4", "1, 1, 3, 4"})
  void rowsAndColumnsAreToldApartInBothOrders(String shape) throws IOException {
    assertThat(read(1, Npy.fields(">i2", false, shape), shorts(12)))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    assertThat(read(1, Npy.fields(">i2", true, shape), shorts(12)))
        .containsExactly(0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'4, 3' | is 4 x 3, but a frame of the detector small is 3 x 4",
        "'12,' | is 12 values",
        "'' | is a single value",
        "'2, 3, 4' | is 2 x 3 x 4",
        "'3, 4, 1' | is 3 x 4 x 1",
      })
  void anotherShapeIsNamed(String shape, String found) {
    assertThatThrownBy(() -> read(1, Npy.fields("<i2", false, shape), shorts(12)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("map.npy")
        .hasMessageContaining(found)
        .hasMessageContaining("give a map of that shape");
  }

  @ParameterizedTest
  @ValueSource(strings = {"'<c8'", "'<f16'", "'|O'", "'<U4'", "[('a', '<f4'), ('b', '<f4')]"})
  void anotherTypeIsNamed(String type) {
    String fields = "'descr': %s, 'fortran_order': False, 'shape': (3, 4)".formatted(type);
    assertThatThrownBy(() -> read(1, fields, shorts(12)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("map.npy has values of type")
        .hasMessageContaining(type.replaceAll("^'|'$", ""))
        .hasMessageContaining("convert it");
  }

  @Test
  void whatIsDamagedIsNotTaken() throws IOException {
    String fields = Npy.fields("<i2", false, "3, 4");
    assertThatThrownBy(() -> read(4, fields, shorts(12)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("version 4");
    for (int n : new int[] {0, 11, 13}) {
      assertThatThrownBy(() -> read(1, fields, shorts(n)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("%d bytes of values, not 24", 2 * n);
    }
    assertThatThrownBy(() -> read(1, "'descr': '<i2', 'shape': (3, 4)", shorts(12)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("header is damaged");
    Path whole = Npy.write(dir.resolve("whole.npy"), 2, fields, shorts(12));
    byte[] bytes = Files.readAllBytes(whole);
    for (int length = 7; length < bytes.length; length++) {
      Path part = Files.write(dir.resolve("part.npy"), Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> NpyFile.read(part, Cameras.SMALL))
          .as("%d of %d bytes", length, bytes.length)
          .isInstanceOf(IOException.class);
    }
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(8, -1);
    assertThatThrownBy(() -> NpyFile.read(Files.write(whole, bytes), Cameras.SMALL))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("header");
  }
}

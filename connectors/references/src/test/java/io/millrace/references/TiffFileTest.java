package io.millrace.references;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class TiffFileTest {
  static final List<String> COMPRESSIONS = List.of("Deflate", "LZW", "PackBits");

  private static final int UNSIGNED = 1;
  private static final int BLACK_IS_ZERO = 1;

  @TempDir Path dir;

  /** A TIFF of one page and one strip, byte by byte: a header, 11 fields, the values. */
  private Path write(
      ByteOrder order, int columns, int rows, int bits, int format, int photometric, byte[] values)
      throws IOException {
    int[][] fields = {
      {256, columns},
      {257, rows},
      {258, bits},
      {259, 1}, // not compressed
      {262, photometric},
      {273, 8 + 2 + 12 * 11 + 4}, // where the values are
      {277, 1}, // channels
      {278, rows}, // of a strip
      {279, values.length},
      {284, 1}, // channels side by side
      {339, format},
    };
    ByteBuffer bytes = ByteBuffer.allocate(fields[5][1] + values.length);
    bytes.order(order).put((order == ByteOrder.BIG_ENDIAN ? "MM" : "II").getBytes());
    bytes.putShort((short) 42).putInt(8).putShort((short) fields.length);
    for (int[] field : fields) {
      // All are 16-bit values, at the beginning of the 4 bytes that there are for them.
      bytes.putShort((short) field[0]).putShort((short) 3).putInt(1);
      bytes.putShort((short) field[1]).putShort((short) 0);
    }
    bytes.putInt(0).put(values);
    return Files.write(dir.resolve("map.tif"), bytes.array());
  }

  @ParameterizedTest
  @CsvSource({
    // bits, 1 unsigned 2 signed 3 floating-point, bytes, value
    "8, 1, ff, 255",
    "8, 2, ff, -1",
    "16, 1, ffff, 65535",
    "16, 2, 8000, -32768",
    "32, 1, ffffffff, 4294967295",
    "32, 1, 7fffffff, 2147483647",
    "32, 2, 80000000, -2147483648",
    "32, 3, c1200000, -10",
    "32, 3, 7fc00000, NaN",
    "64, 3, 3ff8000000000000, 1.5",
  })
  void everyTypeIsReadInBothByteOrders(int bits, int format, String bigEndian, double expected)
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

    assertThat(
            TiffFile.read(
                write(ByteOrder.BIG_ENDIAN, 4, 3, bits, format, BLACK_IS_ZERO, big), Cameras.SMALL))
        .isEqualTo(map);
    assertThat(
            TiffFile.read(
                write(ByteOrder.LITTLE_ENDIAN, 4, 3, bits, format, BLACK_IS_ZERO, little),
                Cameras.SMALL))
        .isEqualTo(map);
  }

  private static BufferedImage picture() {
    BufferedImage picture = new BufferedImage(4, 3, BufferedImage.TYPE_USHORT_GRAY);
    for (int i = 0; i < 12; i++) {
      picture.getRaster().setSample(i % 4, i / 4, 0, 5000 * i);
    }
    return picture;
  }

  @ParameterizedTest
  @FieldSource("COMPRESSIONS")
  void compressedFilesAreRead(String compression) throws IOException {
    assertThat(TiffFile.read(write(compression, picture()), Cameras.SMALL))
        .containsExactly(
            0, 5000, 10_000, 15_000, 20_000, 25_000, 30_000, 35_000, 40_000, 45_000, 50_000,
            55_000);
  }

  private Path write(String compression, BufferedImage... pages) throws IOException {
    Path file = dir.resolve("map.tif");
    ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
    ImageWriteParam param = writer.getDefaultWriteParam();
    param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    param.setCompressionType(compression);
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      for (BufferedImage page : pages) {
        writer.writeToSequence(new IIOImage(page, null, null), param);
      }
      writer.endWriteSequence();
    } finally {
      writer.dispose();
    }
    return file;
  }

  @Test
  void severalPagesAreNotOneMap() throws IOException {
    Path file = write("Deflate", picture(), picture(), picture());
    assertThatThrownBy(() -> TiffFile.read(file, Cameras.SMALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("map.tif has 3 pages")
        .hasMessageContaining("save the one that is meant");
  }

  @Test
  void coloursAreNotNumbers() throws IOException {
    Path colours = write("LZW", new BufferedImage(4, 3, BufferedImage.TYPE_INT_RGB));
    assertThatThrownBy(() -> TiffFile.read(colours, Cameras.SMALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one grey channel");
    Path whiteIsZero = write(ByteOrder.BIG_ENDIAN, 4, 3, 8, UNSIGNED, 0, new byte[12]);
    assertThatThrownBy(() -> TiffFile.read(whiteIsZero, Cameras.SMALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("with black as zero");
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "4, 1", "12, 1", "64, 1", "64, 2", "16, 3", "24, 3", "32, 4", "64, 5"})
  void numbersOfOtherSizesAndKindsAreRefused(int bits, int format) throws IOException {
    Path file = write(ByteOrder.LITTLE_ENDIAN, 4, 3, bits, format, BLACK_IS_ZERO, new byte[96]);
    assertThatThrownBy(() -> TiffFile.read(file, Cameras.SMALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("map.tif is not one grey channel of integers of 8, 16 or 32 bits");
  }

  @Test
  void anotherShapeIsNamed() throws IOException {
    Path file = write(ByteOrder.BIG_ENDIAN, 3, 4, 8, UNSIGNED, BLACK_IS_ZERO, new byte[12]);
    assertThatThrownBy(() -> TiffFile.read(file, Cameras.SMALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is 4 x 3, but a frame of the detector small is 3 x 4");
  }

  /** Java's reader leaves zeros where it finds nothing, for instance. */
  @Test
  void whatIsDamagedIsNotTaken() throws IOException {
    assertNoPartIsTaken(
        write(ByteOrder.BIG_ENDIAN, 4, 3, 16, UNSIGNED, BLACK_IS_ZERO, new byte[24]));
    assertNoPartIsTaken(write("Deflate", picture()));
  }

  /** What is behind the values and the fields may be missing. */
  private void assertNoPartIsTaken(Path whole) throws IOException {
    byte[] bytes = Files.readAllBytes(whole);
    float[] values = ReferenceMap.read(whole.toString(), Cameras.SMALL).values(null);
    int refused = 0;
    for (int length = 4; length < bytes.length; length++) {
      Path part = Files.write(dir.resolve("part.tif"), Arrays.copyOf(bytes, length));
      try {
        assertThat(ReferenceMap.read(part.toString(), Cameras.SMALL).values(null))
            .as("%d of %d bytes", length, bytes.length)
            .isEqualTo(values);
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageContaining("part.tif");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(bytes.length / 2);
  }

  @Test
  void aFieldOfAnotherTypeIsNotOverlooked() throws IOException {
    Path file = write(ByteOrder.LITTLE_ENDIAN, 4, 3, 8, UNSIGNED, BLACK_IS_ZERO, new byte[12]);
    byte[] bytes = Files.readAllBytes(file);
    bytes[8 + 2 + 2 * 12 + 2] = 4; // bits of a value: in 32 bits, which are not allowed
    Files.write(file, bytes);
    assertThatThrownBy(() -> TiffFile.read(file, Cameras.SMALL))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not say");
  }
}

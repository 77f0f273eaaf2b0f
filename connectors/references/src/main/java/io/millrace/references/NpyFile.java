package io.millrace.references;

import io.millrace.detector.DetectorDescription;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads numpy's {@code .npy}, versions 1 to 3: a signature, the version, the length of a header,
 * the header as a Python dictionary, the values.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">numpy's
 *     description of the format</a>
 */
final class NpyFile {
  private static final int SIGNATURE_BYTES = 6;

  /** Headers of plain arrays have some hundred bytes; a length beyond this is not one. */
  private static final int MAX_HEADER_BYTES = 1 << 20;

  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([<>|])([a-z]\\d+)'");
  private static final Pattern ANY_TYPE = Pattern.compile("'descr'\\s*:\\s*('[^']*'|\\[.*?\\])");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d,\\sL]*)\\)");
  private static final Pattern LENGTH = Pattern.compile("\\d+");

  private NpyFile() {}

  /**
   * The values, row-major.
   *
   * @throws IOException if the file is damaged
   * @throws IllegalArgumentException if it holds another shape or type
   */
  static double[] read(Path file, DetectorDescription detector) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      in.skipNBytes(SIGNATURE_BYTES);
      int version = in.readUnsignedByte();
      in.readUnsignedByte(); // the minor version, 0
      if (version < 1 || version > 3) {
        throw new IllegalArgumentException(
            "%s is a .npy of version %d; 1 to 3 are known".formatted(file, version));
      }
      int length =
          version == 1
              ? Short.toUnsignedInt(Short.reverseBytes(in.readShort()))
              : Integer.reverseBytes(in.readInt());
      if (length < 0 || length > MAX_HEADER_BYTES) {
        throw new IOException("its header cannot be %d bytes long".formatted(length));
      }
      byte[] text = in.readNBytes(length);
      String header =
          new String(text, version < 3 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
      String shape = find(SHAPE, header).group(1);
      ReferenceMap.checkShape(
          file,
          detector,
          LENGTH.matcher(shape).results().mapToLong(n -> Long.parseLong(n.group())).toArray());
      Matcher type = TYPE.matcher(header);
      if (!type.find()) {
        throw unknownType(file, find(ANY_TYPE, header).group(1));
      }
      ToDoubleFunction<ByteBuffer> number = number(type.group(2));
      if (number == null) {
        throw unknownType(file, type.group(1) + type.group(2));
      }
      byte[] bytes = in.readAllBytes();
      int expected = detector.pixels() * Integer.parseInt(type.group(2).substring(1));
      if (bytes.length != expected) {
        throw new EOFException(
            "it has %,d bytes of values, not %,d".formatted(bytes.length, expected));
      }
      ByteBuffer values =
          ByteBuffer.wrap(bytes)
              .order(type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
      boolean columnByColumn = find(ORDER, header).group(1).equals("True");
      double[] map = new double[detector.pixels()];
      for (int i = 0; i < map.length; i++) {
        int j = columnByColumn ? i % detector.rows() * detector.columns() + i / detector.rows() : i;
        map[j] = number.applyAsDouble(values);
      }
      return map;
    }
  }

  private static Matcher find(Pattern pattern, String header) throws IOException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new IOException("its header is damaged: " + header.strip());
    }
    return matcher;
  }

  private static IllegalArgumentException unknownType(Path file, String type) {
    return new IllegalArgumentException(
        "%s has values of type %s; convert it to numbers, for instance with .astype('f4')"
            .formatted(file, type));
  }

  /** Takes the next value of a type; null if the type is not known. */
  private static ToDoubleFunction<ByteBuffer> number(String type) {
    return switch (type) {
      case "b1", "u1" -> in -> Byte.toUnsignedInt(in.get());
      case "i1" -> ByteBuffer::get;
      case "u2" -> in -> Short.toUnsignedInt(in.getShort());
      case "i2" -> ByteBuffer::getShort;
      case "u4" -> in -> Integer.toUnsignedLong(in.getInt());
      case "i4" -> ByteBuffer::getInt;
      case "u8" -> in -> unsigned(in.getLong());
      case "i8" -> ByteBuffer::getLong;
      case "f2" -> in -> half(in.getShort());
      case "f4" -> ByteBuffer::getFloat;
      case "f8" -> ByteBuffer::getDouble;
      default -> null;
    };
  }

  private static double unsigned(long bits) {
    return bits >= 0 ? bits : (bits >>> 1) * 2.0;
  }

  /** IEEE 754 half precision: 1 bit sign, 5 bits exponent, 10 bits fraction. */
  private static double half(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    double size =
        switch (exponent) {
          case 0 -> Math.scalb((double) fraction, -24);
          case 0x1f -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
          default -> Math.scalb((double) (0x400 + fraction), exponent - 25);
        };
    return bits < 0 ? -size : size;
  }
}

package io.millrace.references;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of numpy, byte by byte. */
final class Npy {
  private Npy() {}

  /** As numpy writes it, with a header of this version and these fields. */
  static Path write(Path file, int version, String fields, byte[] values) throws IOException {
    byte[] header = ("{" + fields + ", }\n").getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(12 + header.length + values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    if (version == 1) {
      bytes.putShort((short) header.length);
    } else {
      bytes.putInt(header.length);
    }
    bytes.put(header).put(values).flip();
    byte[] all = new byte[bytes.remaining()];
    bytes.get(all);
    return Files.write(file, all);
  }

  static String fields(String type, boolean fortran, String shape) {
    return "'descr': '%s', 'fortran_order': %s, 'shape': (%s)"
        .formatted(type, fortran ? "True" : "False", shape);
  }

  /** Single-precision numbers in rows. */
  static Path floats(Path file, String shape, float... values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return write(file, 1, fields("<f4", false, shape), bytes.array());
  }
}

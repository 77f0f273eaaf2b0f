package io.millrace.hdf5;

import static java.lang.Integer.rotateLeft;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The checksum of HDF5's metadata: Bob Jenkins' lookup3 ({@code hashlittle}, initial value 0). */
final class Lookup3 {
  private Lookup3() {}

  /** The checksum of the first {@code length} bytes. */
  static int checksum(byte[] bytes, int length) {
    int a = 0xdeadbeef + length;
    int b = a;
    int c = a;
    if (length == 0) {
      return c;
    }
    // A last block that is not full counts as if it were filled with zeros.
    int blocks = (length + 11) / 12;
    ByteBuffer words =
        ByteBuffer.wrap(Arrays.copyOf(Arrays.copyOf(bytes, length), 12 * blocks))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int block = 1; block < blocks; block++) {
      a += words.getInt();
      b += words.getInt();
      c += words.getInt();
      a = (a - c) ^ rotateLeft(c, 4);
      c += b;
      b = (b - a) ^ rotateLeft(a, 6);
      a += c;
      c = (c - b) ^ rotateLeft(b, 8);
      b += a;
      a = (a - c) ^ rotateLeft(c, 16);
      c += b;
      b = (b - a) ^ rotateLeft(a, 19);
      a += c;
      c = (c - b) ^ rotateLeft(b, 4);
      b += a;
    }
    a += words.getInt();
    b += words.getInt();
    c += words.getInt();
    c = (c ^ b) - rotateLeft(b, 14);
    a = (a ^ c) - rotateLeft(c, 11);
    b = (b ^ a) - rotateLeft(a, 25);
    c = (c ^ b) - rotateLeft(b, 16);
    a = (a ^ c) - rotateLeft(c, 4);
    b = (b ^ a) - rotateLeft(a, 14);
    c = (c ^ b) - rotateLeft(b, 24);
    return c;
  }
}

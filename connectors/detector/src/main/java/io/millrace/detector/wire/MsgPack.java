package io.millrace.detector.wire;

import java.util.Arrays;

/**
 * The few formats of msgpack that the wire protocol uses: unsigned integers, and the lengths of
 * arrays and maps. A cursor over one message; written for the path of every sector, so it allocates
 * nothing.
 */
final class MsgPack {
  /** Returned for what is not of the asked format, or runs over the end. */
  static final long MALFORMED = -1;

  private byte[] bytes;
  private int at;
  private int end;

  /** Begins to read {@code length} bytes from {@code offset}. */
  void read(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.at = offset;
    this.end = offset + length;
  }

  boolean atEnd() {
    return at == end;
  }

  long readArrayLength() {
    return readLength(0x90, 0xdc);
  }

  long readMapLength() {
    return readLength(0x80, 0xde);
  }

  private long readLength(int fix, int long16) {
    if (at >= end) {
      return MALFORMED;
    }
    int type = bytes[at++] & 0xff;
    if ((type & 0xf0) == fix) {
      return type & 0x0f;
    }
    if (type == long16) {
      return readBytes(2);
    }
    return type == long16 + 1 ? readBytes(4) : MALFORMED;
  }

  long readUnsigned() {
    if (at >= end) {
      return MALFORMED;
    }
    int type = bytes[at++] & 0xff;
    if (type < 0x80) {
      return type;
    }
    // cc, cd, ce, cf: 1, 2, 4, 8 bytes, big endian
    return type >= 0xcc && type <= 0xcf ? readBytes(1 << (type - 0xcc)) : MALFORMED;
  }

  private long readBytes(int n) {
    if (end - at < n) {
      at = end;
      return MALFORMED;
    }
    long value = 0;
    for (int i = 0; i < n; i++) {
      value = value << 8 | bytes[at++] & 0xff;
    }
    // An unsigned 64-bit value beyond Long.MAX_VALUE is far outside every field's range.
    return value < 0 ? Long.MAX_VALUE : value;
  }

  /** Reads a message that is an array of {@code n} unsigned integers; null if it is none. */
  static long[] readArray(byte[] message, int offset, int length, int n) {
    MsgPack msgpack = new MsgPack();
    msgpack.read(message, offset, length);
    if (msgpack.readArrayLength() != n) {
      return null;
    }
    long[] fields = new long[n];
    for (int i = 0; i < n; i++) {
      fields[i] = msgpack.readUnsigned();
      if (fields[i] == MALFORMED) {
        return null;
      }
    }
    return msgpack.atEnd() ? fields : null;
  }

  /** Writes a message that is an array of at most 15 unsigned integers. */
  static byte[] writeArray(long... fields) {
    byte[] out = new byte[1 + 9 * fields.length];
    out[0] = (byte) (0x90 | fields.length);
    int at = 1;
    for (long field : fields) {
      at = writeUnsigned(out, at, field);
    }
    return Arrays.copyOf(out, at);
  }

  /** Writes an unsigned integer in the shortest format; returns the index behind it. */
  static int writeUnsigned(byte[] out, int at, long value) {
    if (value < 0x80) {
      out[at] = (byte) value;
      return at + 1;
    }
    int log = value < 0x100 ? 0 : value < 0x10000 ? 1 : value < 0x1_0000_0000L ? 2 : 3;
    out[at++] = (byte) (0xcc + log);
    for (int shift = 8 * (1 << log) - 8; shift >= 0; shift -= 8) {
      out[at++] = (byte) (value >>> shift);
    }
    return at;
  }
}

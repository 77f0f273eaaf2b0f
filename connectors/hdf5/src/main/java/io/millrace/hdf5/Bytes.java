package io.millrace.hdf5;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A piece of the file's metadata in the making: little endian, growing. */
final class Bytes {
  private ByteBuffer buffer = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);

  Bytes u1(int value) {
    room(1).put((byte) value);
    return this;
  }

  Bytes u2(int value) {
    room(2).putShort((short) value);
    return this;
  }

  Bytes u4(int value) {
    room(4).putInt(value);
    return this;
  }

  Bytes u8(long value) {
    room(8).putLong(value);
    return this;
  }

  Bytes f8(double value) {
    room(8).putDouble(value);
    return this;
  }

  /** The text in UTF-8, without an end. */
  Bytes text(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  Bytes bytes(byte[] bytes) {
    room(bytes.length).put(bytes);
    return this;
  }

  Bytes bytes(Bytes other) {
    return bytes(other.toArray());
  }

  /** Appends the checksum of all bytes so far. */
  Bytes checksum() {
    return u4(Lookup3.checksum(buffer.array(), size()));
  }

  int size() {
    return buffer.position();
  }

  byte[] toArray() {
    return Arrays.copyOf(buffer.array(), size());
  }

  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      byte[] grown = Arrays.copyOf(buffer.array(), Math.max(2 * size(), size() + bytes));
      buffer = ByteBuffer.wrap(grown).order(ByteOrder.LITTLE_ENDIAN).position(size());
    }
    return buffer;
  }
}

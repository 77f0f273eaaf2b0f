package io.millrace.gateway.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.millrace.gateway.server.Json;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * A message to a browser: either a text, which is JSON, or bytes. Those begin with the length of
 * their header (32 bits, little endian) and the header, JSON in UTF-8, filled up with spaces so
 * that the payload begins at a multiple of 8 bytes and the browser need not copy it.
 *
 * @param text null if it is bytes
 * @param bytes null if it is a text; may be of several viewers, so each sends a duplicate
 */
record ViewerMessage(String text, ByteBuffer bytes) {
  private static final int ALIGNMENT = 8;

  /** A text: what it tells, as JSON, with its kind. */
  static ViewerMessage text(Map<String, Object> content) {
    return new ViewerMessage(json(content), null);
  }

  /** Values of an image, or of some rows of it. */
  static ViewerMessage floats(Map<String, Object> header, float[] values) {
    ByteBuffer message = begin(header, Float.BYTES * values.length);
    message.asFloatBuffer().put(values);
    return binary(message);
  }

  /** Codes of one byte. */
  static ViewerMessage bytes(Map<String, Object> header, byte[] values) {
    ByteBuffer message = begin(header, values.length);
    message.slice().put(values);
    return binary(message);
  }

  /**
   * Unsigned numbers, in as few bytes as the largest of them needs; the header gets their type:
   * {@code u8}, {@code u16} or {@code u32}.
   */
  static ViewerMessage counts(Map<String, Object> header, int[] values) {
    int bits = 0;
    for (int value : values) {
      bits |= value;
    }
    int width = bits >>> Byte.SIZE == 0 ? 1 : bits >>> Short.SIZE == 0 ? 2 : 4;
    header.put("type", "u" + Byte.SIZE * width);
    ByteBuffer message = begin(header, width * values.length);
    for (int value : values) {
      switch (width) {
        case 1 -> message.put((byte) value);
        case 2 -> message.putShort((short) value);
        default -> message.putInt(value);
      }
    }
    return binary(message);
  }

  private static ByteBuffer begin(Map<String, Object> header, int payload) {
    byte[] json = json(header).getBytes(StandardCharsets.UTF_8);
    int unpadded = Integer.BYTES + json.length;
    int padded = (unpadded + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] spaces = new byte[padded - unpadded];
    Arrays.fill(spaces, (byte) ' ');
    return ByteBuffer.allocate(padded + payload)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(padded - Integer.BYTES)
        .put(json)
        .put(spaces);
  }

  private static ViewerMessage binary(ByteBuffer filled) {
    return new ViewerMessage(null, filled.rewind());
  }

  private static String json(Map<String, Object> content) {
    try {
      return Json.mapper().writeValueAsString(content);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // maps of texts and numbers can always be written
    }
  }
}

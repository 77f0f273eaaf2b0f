package io.millrace.operators.counting;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How pixels lie in bytes: unsigned 16-bit, little endian, row-major. They are read where the
 * network left them, one or four at a time.
 */
public final class Pixels {
  /** The largest value of a pixel. */
  public static final int MAX = 0xffff;

  private static final VarHandle ONE =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FOUR =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Pixels() {}

  /** Value of pixel {@code i}. */
  public static int get(byte[] pixels, int i) {
    return (short) ONE.get(pixels, 2 * i) & MAX;
  }

  /** The four pixels that begin at byte {@code offset}, in 16 bits each. */
  static long word(byte[] pixels, int offset) {
    return (long) FOUR.get(pixels, offset);
  }
}

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

  /** Bytes of a word: four pixels, in lanes of 16 bits. */
  static final int WORD = Long.BYTES;

  /** Pixels of a word. */
  static final int LANES = WORD / Short.BYTES;

  /** 1 in each lane of a word. */
  static final long EACH_LANE = 0x0001_0001_0001_0001L;

  private static final long TOP_BITS = 0x8000 * EACH_LANE;

  /** Moves bits 0, 16, 32 and 48 to bits 48 to 51, as a factor; no two of its products meet. */
  private static final long GATHER = 1L << 48 | 1L << 33 | 1L << 18 | 1L << 3;

  private static final VarHandle ONE =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FOUR =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Pixels() {}

  /** Value of pixel {@code i}. */
  public static int get(byte[] pixels, int i) {
    return (short) ONE.get(pixels, 2 * i) & MAX;
  }

  /** The four pixels that begin at byte {@code offset}. */
  static long word(byte[] pixels, int offset) {
    return (long) FOUR.get(pixels, offset);
  }

  /** 1 if the top bit of any lane is set, otherwise 0. */
  static int hasTopBit(long lanes) {
    return (int) (-((lanes & TOP_BITS) >>> 1) >>> 63);
  }

  /**
   * Which lanes are not below what the bias stands for, see {@link BlockScan}, as bits 0 to 3.
   * Exact: the top bits are left out of the addition, so that no lane carries into the next.
   */
  static int above(long word, long bias) {
    return topBits(((word & ~TOP_BITS) + bias) | word);
  }

  private static int topBits(long lanes) {
    return (int) (((lanes & TOP_BITS) >>> 15) * GATHER >>> 48);
  }

  /**
   * What {@link #row} multiplies with: a product and a shift instead of a slow division, exact for
   * {@code pixel * columns < 2^40}.
   */
  static long rowsPerPixel(int columns) {
    return (1L << 40) / columns + 1;
  }

  /** The row of a pixel. */
  static int row(int pixel, long rowsPerPixel) {
    return (int) (pixel * rowsPerPixel >>> 40);
  }
}

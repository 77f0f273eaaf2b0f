package io.millrace.operators.counting;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A block scan with the vector instructions of the processor, 16 pixels at a time. Compiled apart
 * from the rest, because its module is there only in a JVM that is started with {@code
 * --add-modules jdk.incubator.vector}; {@link BlockScans} looks whether it is.
 */
final class VectorBlockScan implements BlockScan {
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_256;
  private static final VectorSpecies<Short> PIXELS = ShortVector.SPECIES_256;
  private static final VectorSpecies<Long> WORDS = LongVector.SPECIES_256;
  private static final int HALF = BLOCK / 2;

  /** A bit of its own for each pixel of a half block. */
  private static final ShortVector BITS = bits();

  @Override
  public int find(byte[] pixels, long bias, int[] blocks) {
    ShortVector add = LongVector.broadcast(WORDS, bias).reinterpretAsShorts();
    int n = 0;
    for (int block = 0; block <= pixels.length - BLOCK; block += BLOCK) {
      ShortVector first = pixels(pixels, block);
      ShortVector second = pixels(pixels, block + HALF);
      ShortVector lanes = first.add(add).or(first).or(second.add(add).or(second));
      blocks[n] = block;
      n += hasTopBit(lanes);
    }
    return n;
  }

  @Override
  public int find(byte[] pixels, long[] biases, int[] blocks) {
    int n = 0;
    for (int block = 0; block <= pixels.length - BLOCK; block += BLOCK) {
      ShortVector first = pixels(pixels, block);
      ShortVector second = pixels(pixels, block + HALF);
      ShortVector lanes =
          first
              .add(lanes(biases, block))
              .or(first)
              .or(second.add(lanes(biases, block + HALF)).or(second));
      blocks[n] = block;
      n += hasTopBit(lanes);
    }
    return n;
  }

  @Override
  public void mark(byte[] pixels, long bias, int[] blocks, int n, int[] marks) {
    ShortVector add = LongVector.broadcast(WORDS, bias).reinterpretAsShorts();
    for (int b = 0; b < n; b++) {
      ShortVector first = pixels(pixels, blocks[b]);
      ShortVector second = pixels(pixels, blocks[b] + HALF);
      marks[b] = topBits(first.add(add).or(first), second.add(add).or(second));
    }
  }

  @Override
  public void mark(byte[] pixels, long[] biases, int[] blocks, int n, int[] marks) {
    for (int b = 0; b < n; b++) {
      int block = blocks[b];
      ShortVector first = pixels(pixels, block);
      ShortVector second = pixels(pixels, block + HALF);
      marks[b] =
          topBits(
              first.add(lanes(biases, block)).or(first),
              second.add(lanes(biases, block + HALF)).or(second));
    }
  }

  private static ShortVector bits() {
    short[] bits = new short[PIXELS.length()];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = (short) (1 << i);
    }
    return ShortVector.fromArray(PIXELS, bits, 0);
  }

  private static int topBits(ShortVector first, ShortVector second) {
    return topBits(first) | topBits(second) << PIXELS.length();
  }

  /** The top bit of each lane. A mask's own {@code toLong} is a loop in Java 17. */
  private static int topBits(ShortVector lanes) {
    return lanes
            .lanewise(VectorOperators.ASHR, Short.SIZE - 1)
            .and(BITS)
            .reduceLanes(VectorOperators.OR)
        & Pixels.MAX;
  }

  private static ShortVector pixels(byte[] pixels, int offset) {
    return ByteVector.fromArray(BYTES, pixels, offset).reinterpretAsShorts();
  }

  private static ShortVector lanes(long[] biases, int offset) {
    return LongVector.fromArray(WORDS, biases, offset / Pixels.WORD).reinterpretAsShorts();
  }

  /** 1 if any lane is negative, otherwise 0. */
  private static int hasTopBit(ShortVector lanes) {
    return lanes.compare(VectorOperators.LT, (short) 0).anyTrue() ? 1 : 0;
  }

  @Override
  public String toString() {
    return "vectors of " + PIXELS.vectorBitSize() + " bits";
  }
}

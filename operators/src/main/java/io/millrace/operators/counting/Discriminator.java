package io.millrace.operators.counting;

import io.millrace.detector.Thresholds;

/**
 * Decides which pixels of a sector are <em>lit</em>: those whose corrected value lies between the
 * thresholds. One for each module of a scan; {@link Discriminators} makes them.
 *
 * <p>Two steps. The {@linkplain #biases biases} find what may be lit, many pixels at once: the
 * corrected value grows with the raw one, so each pixel has a smallest raw value above the
 * background. What remains is corrected exactly ({@link #value}), as {@link Corrections} does.
 *
 * <p>Corrected values are compared by their bits: as ints, positive floats have the order of their
 * values, and all others come before them or, not being numbers, behind.
 *
 * <p>An instance belongs to one thread.
 */
abstract class Discriminator {
  /** A raw value from which on the biases cannot tell: all such pixels are looked at. */
  static final int NEVER = 0x8000;

  /** Bits of the smallest value above the background threshold, and above 0. */
  private final int lowest;

  /** Bits of the largest value below the x-ray threshold. */
  private final int highest;

  /**
   * @param thresholds in ADU; a background below 0 is no different from 0, because a kept 0 is no
   *     different from a pixel that is not kept
   */
  Discriminator(Thresholds thresholds) {
    lowest = Float.floatToRawIntBits(Math.max(Float.MIN_VALUE, above(thresholds.background())));
    highest = Float.floatToRawIntBits(Math.max(0, -above(-thresholds.xray())));
  }

  /** The smallest float greater than a threshold. */
  private static float above(double threshold) {
    float nearest = (float) threshold;
    return nearest > threshold ? nearest : Math.nextUp(nearest);
  }

  /** The bias of all pixels; read if there are no {@link #biases}. */
  long bias() {
    throw new UnsupportedOperationException();
  }

  /**
   * The bias of each pixel of a sector, four lanes a word, see {@link BlockScan}; null if all have
   * the same one.
   */
  abstract long[] biases(byte[] pixels);

  /** The corrected value of a pixel in ADU; after {@link #biases} was asked for the same sector. */
  abstract float value(byte[] pixels, int pixel);

  /** 1 if a value with these bits is lit, otherwise 0. */
  final int isLit(int bits) {
    return ((lowest - 1 - bits) & (bits - 1 - highest)) >>> 31;
  }

  /** The lane that lets raw values from {@code lowestRaw} on pass, 0 to 0x8000. */
  static long lane(long lowestRaw) {
    return NEVER - Math.max(0, Math.min(NEVER, lowestRaw));
  }

  /** The smallest integer above the background threshold, and above 0. */
  static long lowestInteger(Thresholds thresholds) {
    return (long) Math.max(1, Math.min(Pixels.MAX + 1.0, Math.floor(thresholds.background()) + 1));
  }

  /** Biases of a sector, of which the lanes are set one by one. */
  static void setLane(long[] biases, int pixel, long lane) {
    int shift = Short.SIZE * (pixel % Pixels.LANES);
    int word = pixel / Pixels.LANES;
    biases[word] = biases[word] & ~(0xffffL << shift) | lane << shift;
  }

  /** The lane of a pixel. */
  static long lane(long[] biases, int pixel) {
    return biases[pixel / Pixels.LANES] >>> Short.SIZE * (pixel % Pixels.LANES) & Pixels.MAX;
  }

  /** Words for a sector of so many pixels. */
  static int words(int pixels) {
    return (pixels + Pixels.LANES - 1) / Pixels.LANES;
  }
}

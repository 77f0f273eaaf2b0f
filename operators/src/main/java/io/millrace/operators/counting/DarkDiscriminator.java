package io.millrace.operators.counting;

import io.millrace.detector.Thresholds;

/**
 * A dark, or bad pixels, in integers: the value is {@code raw - dark}, 0 to 65,535. A bad pixel is
 * one that is darker than any raw value.
 */
final class DarkDiscriminator extends Discriminator {
  private static final int BAD = Pixels.MAX + 1;

  private final int[] dark;
  private final long[] biases;
  private final int lowest;

  DarkDiscriminator(Thresholds thresholds, SectorCorrections sector) {
    super(thresholds);
    dark = new int[sector.pixels()];
    biases = new long[words(dark.length)];
    lowest = (int) lowestInteger(thresholds);
    for (int p = 0; p < dark.length; p++) {
      int truncated = sector.dark() == null ? 0 : (int) sector.dark()[p];
      dark[p] = sector.isBad(p) ? BAD : Math.max(-BAD, Math.min(BAD, truncated));
      setLane(biases, p, lane((long) lowest + dark[p]));
    }
  }

  @Override
  long[] biases(byte[] pixels) {
    return biases;
  }

  @Override
  float value(byte[] pixels, int pixel) {
    return Math.max(0, Math.min(Pixels.MAX, Pixels.get(pixels, pixel) - dark(pixel)));
  }

  /**
   * The dark, from the lane if that could hold it: it has just been looked at, and is near, while
   * the dark of a pixel here and there has to come from memory.
   */
  private int dark(int pixel) {
    int lane = (int) lane(biases, pixel);
    return lane > 0 && lane < NEVER ? NEVER - lowest - lane : dark[pixel];
  }
}

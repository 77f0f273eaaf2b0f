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

  DarkDiscriminator(Thresholds thresholds, SectorCorrections sector) {
    super(thresholds);
    dark = new int[sector.pixels()];
    biases = new long[words(dark.length)];
    long lowest = lowestInteger(thresholds);
    for (int p = 0; p < dark.length; p++) {
      int truncated = sector.dark() == null ? 0 : (int) sector.dark()[p];
      dark[p] = sector.isBad(p) ? BAD : Math.max(-BAD, Math.min(BAD, truncated));
      setLane(biases, p, lane(lowest + dark[p]));
    }
  }

  @Override
  long[] biases(byte[] pixels) {
    return biases;
  }

  @Override
  float value(byte[] pixels, int pixel) {
    return Math.max(0, Math.min(Pixels.MAX, Pixels.get(pixels, pixel) - dark[pixel]));
  }
}

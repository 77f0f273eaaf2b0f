package io.millrace.operators.counting;

import io.millrace.detector.Thresholds;

/**
 * A gain map, with a dark or without, in floats: the value is {@code (raw - dark) * gain}. Bad
 * pixels have no gain.
 */
final class GainDiscriminator extends Discriminator {
  private final float[] dark;
  private final float[] gain;
  private final long[] biases;

  GainDiscriminator(Thresholds thresholds, SectorCorrections sector) {
    super(thresholds);
    gain = sector.gain().clone();
    dark = sector.dark() == null ? new float[gain.length] : sector.dark();
    for (int p = 0; p < gain.length; p++) {
      gain[p] = sector.isBad(p) ? 0 : gain[p];
    }
    biases = new long[words(gain.length)];
    double background = Math.max(0, thresholds.background());
    for (int p = 0; p < gain.length; p++) {
      setLane(biases, p, lane(smallestAbove(background, p)));
    }
  }

  /** The smallest raw value that is above the background when corrected. */
  private long smallestAbove(double background, int p) {
    if (gain[p] == 0) {
      return NEVER;
    }
    // A little below where it has to be, then up to where the arithmetic of floats puts it.
    long raw = (long) Math.max(0, Math.min(NEVER, background / gain[p] + dark[p] - 2));
    while (raw < NEVER && !((raw - dark[p]) * gain[p] > background)) {
      raw++;
    }
    return raw;
  }

  @Override
  long[] biases(byte[] pixels) {
    return biases;
  }

  @Override
  float value(byte[] pixels, int pixel) {
    return (Pixels.get(pixels, pixel) - dark[pixel]) * gain[pixel];
  }
}

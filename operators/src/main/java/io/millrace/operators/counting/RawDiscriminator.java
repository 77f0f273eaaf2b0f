package io.millrace.operators.counting;

import io.millrace.detector.Thresholds;

/** No corrections: the thresholds are those of the raw values. */
final class RawDiscriminator extends Discriminator {
  private final long bias;

  RawDiscriminator(Thresholds thresholds) {
    super(thresholds);
    bias = lane(lowestInteger(thresholds)) * Pixels.EACH_LANE;
  }

  @Override
  long bias() {
    return bias;
  }

  @Override
  long[] biases(byte[] pixels) {
    return null;
  }

  @Override
  float value(byte[] pixels, int pixel) {
    return Pixels.get(pixels, pixel);
  }
}

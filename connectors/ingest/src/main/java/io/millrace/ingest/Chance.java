package io.millrace.ingest;

import java.util.SplittableRandom;

/**
 * Random numbers that depend on nothing but a seed, what they are for, and a key such as the frame:
 * so processes that never talk to each other draw the same.
 */
enum Chance {
  PIXEL_PATTERN,
  NOISE,
  NOISE_OF_SECTOR,
  ELECTRONS,
  LOST_FRAME,
  LOST_SECTOR,
  DUPLICATE,
  ORDER,
  HOT_PIXELS,
  HOT_FRAME,
  NOISE_TAIL;

  /** A generator for this purpose and key. */
  SplittableRandom of(long seed, long... key) {
    long hash = mix(seed + ordinal());
    for (long k : key) {
      hash = mix(hash + k);
    }
    return new SplittableRandom(hash);
  }

  /** True in this share of all keys. */
  boolean strikes(double rate, long seed, long... key) {
    return rate > 0 && of(seed, key).nextDouble() < rate;
  }

  /** The output function of SplitMix64 after a golden-ratio step. */
  private static long mix(long z) {
    z += 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}

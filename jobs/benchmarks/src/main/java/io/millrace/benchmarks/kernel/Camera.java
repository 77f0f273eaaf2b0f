package io.millrace.benchmarks.kernel;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorPlacement;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Takes the frames that are counted: the same ones in every run.
 *
 * <ul>
 *   <li>Noise: a level of {@value #LEVEL} ADU, sigma {@value #NOISE_SIGMA}, on a dark of its own
 *       for each pixel, {@value #DARK} ADU on average, which the level includes.
 *   <li>Electrons: as many as asked for in every frame, uniform over it. Each has a charge of 40
 *       ADU and more, 100 on average, spread over 3 x 3 pixels so that 2 to 3 of them are lit.
 *   <li>X-rays: one pixel in every twentieth frame.
 * </ul>
 *
 * <p>It is not the simulated camera of the producer: that one lies behind a socket, and its
 * electrons crowd in a disk. Spread evenly they light the most blocks, which is the hardest case.
 */
final class Camera {
  /** Mean of a raw pixel without electrons, in ADU. */
  static final double LEVEL = 20.5;

  /** Mean of the dark, in ADU. */
  static final double DARK = 10;

  static final double NOISE_SIGMA = 1.8;

  private static final double DARK_SPREAD = 1;
  private static final double GAIN_SPREAD = 0.05;
  private static final int BAD_PIXELS = 200;
  private static final long SEED = 20261122;

  /** Exposures without electrons; a frame begins as one of them. */
  private static final int NOISE_FRAMES = 16;

  private static final double LEAST_CHARGE = 40;
  private static final double MEAN_REST_OF_CHARGE = 60;
  private static final double SPREAD_SIGMA = 0.45;
  private static final int FRAMES_PER_XRAY = 20;
  private static final int XRAY = 5_000;

  private final DetectorDescription detector;
  private final SplittableRandom random = new SplittableRandom(SEED);
  private final float[] dark;
  private final float[] gain;
  private final boolean[] badPixels;
  private final int[][] noise = new int[NOISE_FRAMES][];

  Camera(DetectorDescription detector) {
    this.detector = detector;
    dark = uniform(DARK, DARK_SPREAD);
    gain = uniform(1, GAIN_SPREAD);
    badPixels = new boolean[detector.pixels()];
    random.ints(BAD_PIXELS, 0, badPixels.length).forEach(j -> badPixels[j] = true);
    for (int n = 0; n < NOISE_FRAMES; n++) {
      noise[n] = new int[detector.pixels()];
      for (int j = 0; j < detector.pixels(); j++) {
        double value = dark[j] + LEVEL - DARK + NOISE_SIGMA * random.nextGaussian();
        noise[n][j] = (int) Math.max(0, Math.round(value));
      }
    }
  }

  private float[] uniform(double mean, double spread) {
    float[] map = new float[detector.pixels()];
    for (int j = 0; j < map.length; j++) {
      map[j] = (float) (mean + spread * (2 * random.nextDouble() - 1));
    }
    return map;
  }

  DetectorDescription detector() {
    return detector;
  }

  /** What each pixel shows without light, in ADU, row-major. */
  float[] dark() {
    return dark;
  }

  /** Factor that makes the pixels alike, row-major; around 1. */
  float[] gain() {
    return gain;
  }

  /** True for each pixel that is left out, row-major. */
  boolean[] badPixels() {
    return badPixels;
  }

  /**
   * Takes frames.
   *
   * @param electrons of each frame
   * @return by frame and module, the bytes of a sector
   */
  byte[][][] expose(int frames, int electrons) {
    byte[][][] sectors = new byte[frames][][];
    for (int f = 0; f < frames; f++) {
      int[] frame = noise[random.nextInt(NOISE_FRAMES)].clone();
      for (int e = 0; e < electrons; e++) {
        light(frame);
      }
      if (f % FRAMES_PER_XRAY == 0) {
        frame[random.nextInt(frame.length)] = XRAY;
      }
      sectors[f] = cut(frame);
    }
    return sectors;
  }

  /** Adds an electron. */
  private void light(int[] frame) {
    double y = random.nextDouble() * detector.rows();
    double x = random.nextDouble() * detector.columns();
    double charge = LEAST_CHARGE + MEAN_REST_OF_CHARGE * random.nextExponential();
    int row = (int) y;
    int column = (int) x;
    double[] weights = new double[9];
    for (int i = 0; i < weights.length; i++) {
      double dy = row - 1 + i / 3 + 0.5 - y;
      double dx = column - 1 + i % 3 + 0.5 - x;
      weights[i] = Math.exp(-(dy * dy + dx * dx) / (2 * SPREAD_SIGMA * SPREAD_SIGMA));
    }
    double sum = Arrays.stream(weights).sum();
    for (int i = 0; i < weights.length; i++) {
      int r = row - 1 + i / 3;
      int c = column - 1 + i % 3;
      if (r >= 0 && r < detector.rows() && c >= 0 && c < detector.columns()) {
        frame[r * detector.columns() + c] += (int) (charge * weights[i] / sum);
      }
    }
  }

  private byte[][] cut(int[] frame) {
    byte[][] sectors = new byte[detector.modules()][detector.sectorBytes()];
    for (int m = 0; m < sectors.length; m++) {
      SectorPlacement s = detector.sector(m);
      int at = 0;
      for (int row = s.row(); row < s.endRow(); row++) {
        for (int column = s.column(); column < s.endColumn(); column++) {
          int value = frame[row * detector.columns() + column];
          sectors[m][at++] = (byte) value;
          sectors[m][at++] = (byte) (value >> Byte.SIZE);
        }
      }
    }
    return sectors;
  }
}

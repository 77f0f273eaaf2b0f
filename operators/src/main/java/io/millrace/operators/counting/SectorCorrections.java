package io.millrace.operators.counting;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorPlacement;
import io.millrace.operators.calibration.PixelHistogram;
import java.lang.reflect.Array;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The part of the {@link Corrections} that belongs to one sector, in the order of its pixels.
 *
 * @param placement where the sector lies in the frame
 * @param dark ADU; null for none
 * @param gain factors; null for none
 * @param badPixels null for none
 */
record SectorCorrections(
    SectorPlacement placement, float[] dark, float[] gain, boolean[] badPixels) {

  /**
   * Cuts a module's sector out.
   *
   * @throws IllegalArgumentException if a map is not of the detector's size
   */
  static SectorCorrections of(Corrections corrections, DetectorDescription detector, int module) {
    SectorPlacement s = detector.sector(module);
    return new SectorCorrections(
        s,
        (float[]) cut("dark", corrections.dark(), s, detector, new float[s.pixels()]),
        (float[]) cut("gain", corrections.gain(), s, detector, new float[s.pixels()]),
        (boolean[])
            cut("bad-pixel", corrections.badPixels(), s, detector, new boolean[s.pixels()]));
  }

  /** The sectors of all modules. */
  static List<SectorCorrections> of(Corrections corrections, DetectorDescription detector) {
    return IntStream.range(0, detector.modules())
        .mapToObj(module -> of(corrections, detector, module))
        .toList();
  }

  private static Object cut(
      String name, Object map, SectorPlacement s, DetectorDescription detector, Object sector) {
    if (map == null) {
      return null;
    }
    int pixels = Array.getLength(map);
    if (pixels != detector.pixels()) {
      throw new IllegalArgumentException(
          "the %s map has %d pixels, a frame of detector %s has %d x %d"
              .formatted(name, pixels, detector.name(), detector.rows(), detector.columns()));
    }
    for (int row = 0; row < s.rows(); row++) {
      int inFrame = (s.row() + row) * detector.columns() + s.column();
      System.arraycopy(map, inFrame, sector, row * s.columns(), s.columns());
    }
    return sector;
  }

  /**
   * How often each corrected value occurs among the good pixels, truncated to integers from 0 to
   * 65,535: what a calibration samples.
   */
  PixelHistogram histogram(byte[] pixels) {
    if (dark == null && gain == null && badPixels == null) {
      PixelHistogram raw = new PixelHistogram();
      raw.add(pixels);
      return raw;
    }
    long[] counts = new long[Pixels.MAX + 1];
    for (int p = 0; p < pixels(); p++) {
      if (!isBad(p)) {
        counts[Math.max(0, Math.min(Pixels.MAX, (int) corrected(Pixels.get(pixels, p), p)))]++;
      }
    }
    return new PixelHistogram(0, counts);
  }

  private float corrected(int raw, int p) {
    if (gain == null) {
      return dark == null ? raw : raw - (int) dark[p];
    }
    // The program in use truncates between dark and gain here, though not where it counts.
    return (dark == null ? raw : (int) (raw - dark[p])) * gain[p];
  }

  int pixels() {
    return placement.pixels();
  }

  boolean isBad(int pixel) {
    return badPixels != null && badPixels[pixel];
  }
}

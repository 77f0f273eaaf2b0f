package io.millrace.references;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorPlacement;
import java.util.List;

/** A camera of 3 x 4 pixels, small enough to write its maps by hand. */
final class Cameras {
  static final DetectorDescription SMALL =
      new DetectorDescription("small", 3, 4, List.of(new SectorPlacement(0, 0, 3, 4)));

  /** 0, 1, ..., 11 in its 3 rows of 4. */
  static final float[] COUNTED = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

  private Cameras() {}

  /** The same as an array of rows. */
  static float[][] rows() {
    return new float[][] {{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}};
  }

  /** Bad pixels of {@link #SMALL}. */
  static boolean[] bad(int... pixels) {
    boolean[] bad = new boolean[SMALL.pixels()];
    for (int pixel : pixels) {
      bad[pixel] = true;
    }
    return bad;
  }
}

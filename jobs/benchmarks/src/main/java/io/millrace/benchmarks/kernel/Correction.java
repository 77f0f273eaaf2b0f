package io.millrace.benchmarks.kernel;

import io.millrace.detector.Calibration;
import io.millrace.detector.Thresholds;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.RowDark;
import java.util.Locale;

/** What is done to the pixels before they are counted, one thing at a time. */
public enum Correction {
  NONE,
  DARK,
  GAIN,
  ROW_DARK_MEAN,
  ROW_DARK_MEDIAN,
  /** Bad pixels are left out. */
  MASK;

  /** Distance of the thresholds from the level in ADU: 4.5 sigma of the noise with its pattern. */
  private static final double BACKGROUND = 9;

  private static final double XRAY = 415;

  /** The corrections of this camera's frames. */
  Corrections of(Camera camera) {
    return switch (this) {
      case NONE -> Corrections.NONE;
      case DARK -> new Corrections(camera.dark(), null, null, null);
      case GAIN -> new Corrections(null, camera.gain(), null, null);
      case ROW_DARK_MEAN -> new Corrections(null, null, null, RowDark.MEAN);
      case ROW_DARK_MEDIAN -> new Corrections(null, null, null, RowDark.MEDIAN);
      case MASK -> new Corrections(null, null, camera.badPixels(), null);
    };
  }

  /** Mean of a corrected pixel without electrons, in ADU. */
  double level() {
    return this == DARK ? Camera.LEVEL - Camera.DARK : Camera.LEVEL;
  }

  /** Thresholds between the noise and the x-rays, once they are corrected. */
  Calibration calibration() {
    Thresholds thresholds = new Thresholds(level() + BACKGROUND, level() + XRAY);
    return Calibration.given(1, thresholds, level());
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}

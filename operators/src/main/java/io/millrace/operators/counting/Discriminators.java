package io.millrace.operators.counting;

import io.millrace.detector.Calibration;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.Thresholds;

/**
 * What is lit in a scan: the corrections, the scan's thresholds and its masked pixels, made into a
 * {@link Discriminator} for each module. Made once a scan and task; it takes some milliseconds with
 * maps.
 */
public final class Discriminators {
  private final Discriminator[] byModule;

  private Discriminators(Discriminator[] byModule) {
    this.byModule = byModule;
  }

  /**
   * The discriminators of a scan.
   *
   * @param calibration its thresholds; its level is used with a row dark; its masked pixels count
   *     as bad
   * @throws IllegalArgumentException if a map is not of the detector's size, or a row dark is
   *     impossible: without a level, or because sectors hold a part of a half-row only
   */
  public static Discriminators of(
      DetectorDescription detector, Corrections corrections, Calibration calibration) {
    Corrections all = corrections.masking(calibration.maskedPixels(), detector.pixels());
    Discriminator[] byModule = new Discriminator[detector.modules()];
    for (int module = 0; module < byModule.length; module++) {
      byModule[module] =
          discriminator(
              detector,
              SectorCorrections.of(all, detector, module),
              corrections.rowDark(),
              calibration);
    }
    return new Discriminators(byModule);
  }

  private static Discriminator discriminator(
      DetectorDescription detector,
      SectorCorrections sector,
      RowDark rowDark,
      Calibration calibration) {
    Thresholds thresholds = calibration.thresholds();
    if (rowDark != null) {
      if (calibration.level() == null) {
        throw new IllegalArgumentException(
            "the row dark needs the level of the noise; calibrate, or give it");
      }
      return new RowDarkDiscriminator(thresholds, sector, detector, rowDark, calibration.level());
    }
    if (sector.gain() != null) {
      return new GainDiscriminator(thresholds, sector);
    }
    return sector.dark() != null || sector.badPixels() != null
        ? new DarkDiscriminator(thresholds, sector)
        : new RawDiscriminator(thresholds);
  }

  Discriminator of(int module) {
    return byModule[module];
  }
}

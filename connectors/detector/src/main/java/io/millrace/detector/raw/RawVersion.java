package io.millrace.detector.raw;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorPlacement;
import java.util.Arrays;

/** What the pixels of a raw file's records are. All versions have the same record header. */
public enum RawVersion {
  /** A full frame, of which every module takes its sector. */
  FRAMES(3, "frames"),
  /** One sector as high as the frame. */
  COLUMN_SECTORS(4, "column sectors"),
  /** One sector as wide as the frame, as it is streamed. */
  ROW_SECTORS(5, "row sectors");

  private final int number;
  private final String records;

  RawVersion(int number, String records) {
    this.number = number;
    this.records = records;
  }

  /**
   * The version of that number.
   *
   * @throws IllegalArgumentException if it is not 3, 4 or 5
   */
  public static RawVersion of(int number) {
    return Arrays.stream(values())
        .filter(v -> v.number == number)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "raw files of version %d are not known; give 3 (frames), 4 (column sectors) or 5 (row sectors)"
                        .formatted(number)));
  }

  /** The version in which a detector's sectors are written. */
  public static RawVersion ofSectors(DetectorDescription detector) {
    return ROW_SECTORS.fits(detector) ? ROW_SECTORS : COLUMN_SECTORS;
  }

  /** The number that names it: 3, 4 or 5. */
  public int number() {
    return number;
  }

  /**
   * Checks that files of this version can hold the detector's sectors.
   *
   * @throws IllegalArgumentException if they cannot; says what to give instead
   */
  public void requireFits(DetectorDescription detector) {
    if (!fits(detector)) {
      throw new IllegalArgumentException(
          "raw files of version %d hold %s, which detector %s does not have; %s"
              .formatted(
                  number,
                  records,
                  detector.name(),
                  this == COLUMN_SECTORS
                      ? "read them with a description of column sectors such as 4d-camera-columns, or give version 5 if they hold row sectors"
                      : "read them with a description of row sectors such as 4d-camera, or give version 4 if they hold column sectors"));
    }
  }

  private boolean fits(DetectorDescription detector) {
    return switch (this) {
      case FRAMES -> true;
      case COLUMN_SECTORS -> detector.sectors().stream().allMatch(s -> s.rows() == detector.rows());
      case ROW_SECTORS ->
          detector.sectors().stream().allMatch(s -> s.columns() == detector.columns());
    };
  }

  /** Bytes of a record's pixels. */
  int pixelBytes(DetectorDescription detector) {
    return this == FRAMES ? detector.frameBytes() : detector.sectorBytes();
  }

  /**
   * Where in a record's pixels, in bytes, the rows begin that hold a sector: at its first row of
   * the frame, or at once.
   */
  int rowsAt(DetectorDescription detector, SectorPlacement sector) {
    return this == FRAMES ? sector.row() * detector.columns() * DetectorDescription.PIXEL_BYTES : 0;
  }
}

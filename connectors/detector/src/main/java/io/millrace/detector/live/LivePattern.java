package io.millrace.detector.live;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;

/**
 * The electrons of a scan by detector pixel so far. Messages of a scan replace each other.
 *
 * @param scan the scan's key
 * @param geometry the scan's raster
 * @param detectorRows height of a frame in pixels
 * @param detectorColumns width of a frame in pixels
 * @param modules how many modules the detector has, 1 to {@link DetectorDescription#MAX_MODULES}
 * @param frames frames that were added
 * @param events electrons of these
 * @param pixels electrons, unsigned; row-major
 */
public record LivePattern(
    long scan,
    ScanGeometry geometry,
    int detectorRows,
    int detectorColumns,
    int modules,
    long frames,
    long events,
    int[] pixels)
    implements LiveMessage {

  /** Pixels of the largest frame that is taken: of 8 modules with 16 MiB each. */
  public static final int MAX_PIXELS = 1 << 26;

  /**
   * @throws IllegalArgumentException if a number is out of its range, or the pixels are not those
   *     of a frame
   */
  public LivePattern {
    checkFrame(detectorRows, detectorColumns);
    if (modules < 1 || modules > DetectorDescription.MAX_MODULES) {
      throw new IllegalArgumentException(
          "%d modules; 1 to %d are possible".formatted(modules, DetectorDescription.MAX_MODULES));
    }
    if (frames < 0 || events < 0) {
      throw new IllegalArgumentException(
          "%d frames with %d events cannot be".formatted(frames, events));
    }
    if (pixels.length != detectorRows * detectorColumns) {
      throw new IllegalArgumentException(
          "%d pixels are no frame of %d x %d"
              .formatted(pixels.length, detectorRows, detectorColumns));
    }
  }

  /**
   * @throws IllegalArgumentException if no detector's frame has this size
   */
  static void checkFrame(int rows, int columns) {
    if (rows < 1 || columns < 1 || (long) rows * columns > MAX_PIXELS) {
      throw new IllegalArgumentException(
          "a frame of %d x %d pixels; 1 to %d are possible".formatted(rows, columns, MAX_PIXELS));
    }
  }

  @Override
  public long payloadBytes() {
    return (long) Integer.BYTES * pixels.length;
  }
}

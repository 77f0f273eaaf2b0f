package io.millrace.detector.live;

import io.millrace.detector.ScanGeometry;
import java.util.List;

/**
 * Whole rows of a scan as they stand. Messages of a scan and first row replace each other; where
 * blocks of rows begin is fixed for a scan. Arrays over positions are row-major from the first row
 * on, flyback column included.
 *
 * @param scan the scan's key
 * @param geometry the scan's raster
 * @param firstRow from 0
 * @param rows how many, at least 1
 * @param detectors the virtual detectors, at most 32
 * @param mask by position: one bit a module whose sector arrived, of every frame of the position; 0
 *     where no frame is known
 * @param frames by position: how many frames were seen; 0 where nothing is there yet
 * @param counts by virtual detector and position: electrons, unsigned
 * @param total by position: electrons, unsigned
 * @param columnSum by position: the sum of the electrons' columns
 * @param rowSum by position: the sum of the electrons' rows
 */
public record LiveRows(
    long scan,
    ScanGeometry geometry,
    int firstRow,
    int rows,
    List<LiveRing> detectors,
    int[] mask,
    int[] frames,
    int[][] counts,
    int[] total,
    long[] columnSum,
    long[] rowSum)
    implements LiveMessage {

  /** More virtual detectors than this no job has. */
  public static final int MAX_DETECTORS = 32;

  /**
   * @throws IllegalArgumentException if rows are outside the scan, or an array is not as long as
   *     they are
   */
  public LiveRows {
    if (firstRow < 0 || rows < 1 || (long) firstRow + rows > geometry.height()) {
      throw new IllegalArgumentException(
          "%d rows from row %d are not in a scan of %d rows"
              .formatted(rows, firstRow, geometry.height()));
    }
    if (detectors.size() > MAX_DETECTORS || counts.length != detectors.size()) {
      throw new IllegalArgumentException(
          "%d virtual detectors with the counts of %d; at most %d, and as many of each"
              .formatted(detectors.size(), counts.length, MAX_DETECTORS));
    }
    int n = rows * geometry.width();
    boolean fits = mask.length == n && frames.length == n && total.length == n;
    for (int[] ofDetector : counts) {
      fits &= ofDetector.length == n;
    }
    if (!fits || columnSum.length != n || rowSum.length != n) {
      throw new IllegalArgumentException(
          "an array of %d rows of %d positions is not %d long"
              .formatted(rows, geometry.width(), n));
    }
    detectors = List.copyOf(detectors);
  }

  /** Bytes of one position in the payload. */
  public static int positionBytes(int detectors) {
    return Integer.BYTES * (3 + detectors) + Long.BYTES * 2;
  }

  /** Number of positions, flyback included. */
  public int positions() {
    return mask.length;
  }

  @Override
  public long payloadBytes() {
    return (long) positions() * positionBytes(detectors.size());
  }
}

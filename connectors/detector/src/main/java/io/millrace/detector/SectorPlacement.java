package io.millrace.detector;

import java.io.Serializable;

/**
 * Where a sector's pixels lie in the frame: a rectangle, row-major, not flipped.
 *
 * @param row frame row of the sector's first pixel
 * @param column frame column of the sector's first pixel
 * @param rows height in pixels
 * @param columns width in pixels
 */
public record SectorPlacement(int row, int column, int rows, int columns) implements Serializable {
  /** Pixels of the sector. */
  public int pixels() {
    return rows * columns;
  }

  /** First row below the sector. */
  public int endRow() {
    return row + rows;
  }

  /** First column right of the sector. */
  public int endColumn() {
    return column + columns;
  }
}

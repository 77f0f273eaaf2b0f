package io.millrace.ingest;

import io.millrace.detector.ScanGeometry;

/**
 * Atomic columns in a hexagonal lattice, six and a half across the picture, of which one is
 * missing: in the upper left quarter, so that a picture which is mirrored or turned can be told.
 *
 * <p>A column is a bump {@code 1 / (1 + (d / w)^2)^2} of the distance d in scan positions. Only
 * arithmetic that is the same on every machine is used.
 */
final class Specimen {
  private static final double COLUMNS_ACROSS = 6.5;
  private static final double ROW_PER_PITCH = Math.sqrt(3) / 2;
  private static final double WIDTH_PER_PITCH = 0.28;

  /** Row and column of the missing atom in the lattice. */
  private static final int MISSING_ROW = 2;

  private static final int MISSING_COLUMN = 1;

  private final double pitch;

  /** A specimen that fills the scan's picture. */
  Specimen(ScanGeometry geometry) {
    int pictured = Math.max(1, geometry.width() - 1);
    pitch = Math.min(pictured, geometry.height()) / COLUMNS_ACROSS;
  }

  /** How much matter the beam meets at a position: 0 to 1, 1 in the middle of an atomic column. */
  double at(double x, double y) {
    double rowHeight = pitch * ROW_PER_PITCH;
    double width = pitch * WIDTH_PER_PITCH;
    long nearestRow = Math.round(y / rowHeight - 0.5);
    double sum = 0;
    for (long row = nearestRow - 1; row <= nearestRow + 1; row++) {
      double shift = (row & 1) == 0 ? 0.5 : 1;
      long nearestColumn = Math.round(x / pitch - shift);
      for (long column = nearestColumn - 1; column <= nearestColumn + 1; column++) {
        if (row != MISSING_ROW || column != MISSING_COLUMN) {
          double dx = (x - (column + shift) * pitch) / width;
          double dy = (y - (row + 0.5) * rowHeight) / width;
          double bump = 1 / (1 + dx * dx + dy * dy);
          sum += bump * bump;
        }
      }
    }
    return Math.min(1, sum);
  }
}

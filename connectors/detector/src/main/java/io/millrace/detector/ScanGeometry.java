package io.millrace.detector;

import java.io.Serializable;

/**
 * The raster of a scan: {@code width * height} positions, row-major. The last column is the flyback
 * of the beam: it is counted and saved like all others, and left out of pictures.
 *
 * @param width positions per row, flyback column included; 1 to 65,535
 * @param height rows; 1 to 65,535
 */
public record ScanGeometry(int width, int height) implements Serializable {
  /** Positions of the largest scan that is taken, eight times a 1024 x 1024 one. */
  public static final int MAX_POSITIONS = 1 << 23;

  /**
   * A scan of {@code columns x rows} pictured positions, with the flyback column that the camera
   * adds.
   */
  public static ScanGeometry withFlyback(int columns, int rows) {
    return new ScanGeometry(columns + 1, rows);
  }

  /** Checks the ranges. */
  public ScanGeometry {
    if (width < 1 || width > 0xffff || height < 1 || height > 0xffff) {
      throw new IllegalArgumentException(
          "a scan is 1 to 65,535 positions wide and high, not %d x %d".formatted(width, height));
    }
    if ((long) width * height > MAX_POSITIONS) {
      throw new IllegalArgumentException(
          "a scan of %d x %d has more than %,d positions".formatted(width, height, MAX_POSITIONS));
    }
  }

  /** Number of positions, flyback included. */
  public int positions() {
    return width * height;
  }

  /** Index of a position, {@code y * width + x}. */
  public int position(int x, int y) {
    return y * width + x;
  }
}

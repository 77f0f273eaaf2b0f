package io.millrace.detector;

import java.io.Serializable;

/**
 * An image that was made from a scan's events.
 *
 * @param scan its {@link ScanKey key}
 * @param name its name in the file, in lower case with underscores, such as {@code bright_field}
 * @param description what it shows and in which unit, in half a sentence
 * @param axes what a pixel of the image is
 * @param rows height; 1 for an image over the radius
 * @param columns width
 * @param counts true if the values are whole numbers of electrons, 0 to 2^32 - 1; false if they are
 *     real numbers, of which NaN says that there is none
 * @param values row-major, {@code rows * columns} of them
 */
public record ScanImage(
    long scan,
    String name,
    String description,
    Axes axes,
    int rows,
    int columns,
    boolean counts,
    double[] values)
    implements ScanRecord, Serializable {

  /** What a pixel of an image is. */
  public enum Axes {
    /** A scan position; the last column is the flyback. */
    SCAN,
    /** A detector pixel. */
    DETECTOR,
    /** A ring of detector pixels: those whose distance from a centre rounds down to its index. */
    RADIUS
  }

  /**
   * @throws IllegalArgumentException if the number of values is not that of the pixels
   */
  public ScanImage {
    if (values.length != rows * columns) {
      throw new IllegalArgumentException(
          "image %s of %d x %d has %,d values".formatted(name, rows, columns, values.length));
    }
  }
}

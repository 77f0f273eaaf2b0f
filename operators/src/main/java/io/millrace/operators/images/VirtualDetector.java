package io.millrace.operators.images;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.live.LiveRing;
import java.io.Serializable;

/**
 * A ring of detector pixels: a pixel belongs to it iff {@code inner^2 <= d^2 < outer^2}, with d its
 * distance from the centre. An inner radius of 0 makes a bright-field detector, a larger one an
 * annular dark-field detector.
 *
 * @param name name of its image: lower case letters, digits and underscores, from a letter on, and
 *     none of {@link ScanImages#NAMES}
 * @param inner inner radius in pixels, at least 0
 * @param outer outer radius in pixels, above the inner one
 * @param x column of the centre in pixels, not necessarily an integer
 * @param y row of the centre in pixels, not necessarily an integer
 */
public record VirtualDetector(String name, double inner, double outer, double x, double y)
    implements Serializable {

  /**
   * @throws IllegalArgumentException if the name or a number is not as described
   */
  public VirtualDetector {
    if (!name.matches("[a-z][a-z0-9_]*")) {
      throw new IllegalArgumentException(
          ("a virtual detector cannot be named '%s': lower case letters, digits and"
                  + " underscores from a letter on")
              .formatted(name));
    }
    if (ScanImages.NAMES.contains(name)) {
      throw new IllegalArgumentException(
          "a virtual detector cannot be named %s: every scan has images of the names %s"
              .formatted(name, String.join(", ", ScanImages.NAMES)));
    }
    if (!(inner >= 0 && inner < outer) || !Double.isFinite(outer)) {
      throw new IllegalArgumentException(
          "virtual detector %s: the radii %s and %s are not 0 <= inner < outer"
              .formatted(name, inner, outer));
    }
    if (!Double.isFinite(x) || !Double.isFinite(y)) {
      throw new IllegalArgumentException(
          "virtual detector %s: the centre (%s, %s) is not finite".formatted(name, x, y));
    }
  }

  /**
   * Reads {@code name,inner,outer} or {@code name,inner,outer,x,y}. Without a centre, that of the
   * frame is meant: column {@code columns / 2}, row {@code rows / 2}.
   *
   * @throws IllegalArgumentException if the text is not of that form; says what is wrong
   */
  public static VirtualDetector parse(String text, DetectorDescription detector) {
    String[] fields = text.split(",", -1);
    if (fields.length != 3 && fields.length != 5) {
      throw new IllegalArgumentException(
          "not a virtual detector: '%s'; it is name,inner,outer or name,inner,outer,x,y in pixels"
              .formatted(text));
    }
    return new VirtualDetector(
        fields[0].strip(),
        number(fields[1], "inner radius", text),
        number(fields[2], "outer radius", text),
        fields.length == 3 ? detector.columns() / 2.0 : number(fields[3], "x", text),
        fields.length == 3 ? detector.rows() / 2.0 : number(fields[4], "y", text));
  }

  private static double number(String field, String name, String text) {
    try {
      return Double.parseDouble(field.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "virtual detector '%s': the %s is not a number: '%s'".formatted(text, name, field), e);
    }
  }

  /** Whether a detector pixel belongs to the ring. */
  public boolean contains(int row, int column) {
    double squared = (column - x) * (column - x) + (row - y) * (row - y);
    return inner * inner <= squared && squared < outer * outer;
  }

  /**
   * As viewers are told of it.
   *
   * @throws IllegalArgumentException if its name is too long for that
   */
  public LiveRing ring() {
    return new LiveRing(name, inner, outer, x, y);
  }
}

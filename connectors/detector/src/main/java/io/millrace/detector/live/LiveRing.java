package io.millrace.detector.live;

import java.io.Serializable;

/**
 * A ring of detector pixels whose electrons are counted: those with {@code inner^2 <= d^2 <
 * outer^2}, d being the distance from its centre.
 *
 * @param name name of its image, such as {@code bright_field}; 1 to 255 characters
 * @param inner inner radius in pixels, at least 0
 * @param outer outer radius in pixels, above the inner one
 * @param x column of the centre in pixels, not necessarily an integer
 * @param y row of the centre in pixels, not necessarily an integer
 */
public record LiveRing(String name, double inner, double outer, double x, double y)
    implements Serializable {
  private static final int LONGEST_NAME = 255;

  /**
   * @throws IllegalArgumentException if the name or a number is not as described
   */
  public LiveRing {
    if (name.isBlank() || name.length() > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "a ring's name has 1 to %d characters, not %d".formatted(LONGEST_NAME, name.length()));
    }
    if (!(inner >= 0 && inner < outer) || !Double.isFinite(outer)) {
      throw new IllegalArgumentException(
          "ring %s: the radii %s and %s are not 0 <= inner < outer".formatted(name, inner, outer));
    }
    if (!Double.isFinite(x) || !Double.isFinite(y)) {
      throw new IllegalArgumentException(
          "ring %s: the centre (%s, %s) is not finite".formatted(name, x, y));
    }
  }
}

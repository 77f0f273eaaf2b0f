package io.millrace.benchmarks.file;

import io.millrace.hdf5.Layout;
import java.util.ArrayList;
import java.util.List;

/**
 * One thing to measure.
 *
 * @param layout of the file, one of the two
 * @param events of each frame
 * @param side positions of a row and of a column; so many that a file has some hundred megabytes
 */
record FileCase(Layout layout, int events, int side) {
  /** The one with a target. */
  static final int USUAL = 500;

  /** Least positions per second, lists of {@value #USUAL} events; the camera makes 87,000. */
  static final double TARGET = 200_000;

  static List<FileCase> all(boolean quick) {
    List<FileCase> cases = new ArrayList<>();
    for (Layout layout : new Layout[] {Layout.VLEN, Layout.FLAT}) {
      // Arrays are compressed, which takes ten times as long.
      int shorter = (quick ? 2 : 1) * (layout == Layout.FLAT ? 2 : 1);
      cases.add(new FileCase(layout, 50, 512 / shorter));
      cases.add(new FileCase(layout, USUAL, 512 / shorter));
      cases.add(new FileCase(layout, 3000, 256 / shorter));
    }
    return cases;
  }

  boolean hasTarget() {
    return layout == Layout.VLEN && events == USUAL;
  }

  int positions() {
    return side * side;
  }

  @Override
  public String toString() {
    return "%s, %d events".formatted(layout == Layout.VLEN ? "lists" : "flat", events);
  }
}

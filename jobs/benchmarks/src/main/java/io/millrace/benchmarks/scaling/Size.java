package io.millrace.benchmarks.scaling;

import java.util.List;

/**
 * How many of what a pipeline has.
 *
 * @param lanes between aggregator and TaskManagers, spread evenly
 * @param taskManagers processes that count
 */
record Size(int lanes, int taskManagers) {
  /** What all others are compared with. */
  static final Size SMALLEST = new Size(1, 1);

  /** The one that has a target. */
  static final Size MANY_LANES = new Size(8, 1);

  /** More lanes in one TaskManager; more TaskManagers of two lanes each. */
  static final List<Size> ALL =
      List.of(new Size(2, 1), new Size(4, 1), MANY_LANES, new Size(4, 2), new Size(6, 3));

  static final List<Size> QUICK = List.of(MANY_LANES, new Size(4, 2));

  @Override
  public String toString() {
    return "%s, %s".formatted(several(lanes, "lane"), several(taskManagers, "TaskManager"));
  }

  private static String several(int n, String what) {
    return n == 1 ? "1 " + what : "%d %ss".formatted(n, what);
  }
}

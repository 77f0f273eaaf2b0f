package io.millrace.benchmarks.plots;

import java.util.List;
import java.util.stream.Stream;

/** What the colours and marks stand for, in as many lines as it takes. */
final class Legend {
  private static final int SAMPLE_WIDTH = 18;
  private static final int DISTANCE = 24;

  private interface Sample {
    void draw(int i, double x, double y);
  }

  private Legend() {}

  /** Of the parts of bars. Returns where the picture may go on below. */
  static double bars(Svg svg, List<String> names, double left, double top, double right) {
    return draw(
        svg, names, left, top, right, (i, x, y) -> svg.bar(x, y - 11, 12, 12, Svg.colour(i)));
  }

  /** Of lines and their marks, and then of dashed lines. Returns where the picture may go on. */
  static double lines(
      Svg svg, List<String> marked, List<String> dashed, double left, double top, double right) {
    return draw(
        svg,
        Stream.concat(marked.stream(), dashed.stream()).toList(),
        left,
        top,
        right,
        (i, x, y) -> {
          if (i < marked.size()) {
            svg.mark(i, x + 6, y - 5);
          } else {
            svg.dashedLine(x - 2, y - 5, x + 14, y - 5);
          }
        });
  }

  private static double draw(
      Svg svg, List<String> names, double left, double top, double right, Sample sample) {
    double x = left;
    double y = top;
    for (int i = 0; i < names.size(); i++) {
      double width = SAMPLE_WIDTH + Svg.width(names.get(i));
      if (x > left && x + width > right) {
        x = left;
        y += Svg.LINE_HEIGHT;
      }
      sample.draw(i, x, y);
      svg.text(x + SAMPLE_WIDTH, y, Svg.Anchor.START, names.get(i));
      x += width + DISTANCE;
    }
    return y + Svg.LINE_HEIGHT / 2.0;
  }
}

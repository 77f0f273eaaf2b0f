package io.millrace.benchmarks.plots;

import io.millrace.benchmarks.Plot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Points, joined by lines: a result over a quantity that was varied.
 *
 * <pre>{@code
 * new LineChart("scaling-cpu", "Cost of a gigabyte", "lanes", "CPU-seconds per GB")
 *     .logarithmicX()
 *     .line("TaskManager", new double[] {1, 2, 4, 8}, new double[] {0.5, 0.51, 0.5, 0.53})
 *     .limit(0.55, "target: at most 0.55")
 * }</pre>
 *
 * <p>The vertical axis begins at 0, so that nothing looks larger than it is.
 */
public final class LineChart implements Plot {
  private static final int WIDTH = 860;
  private static final int PLOT_HEIGHT = 300;
  private static final int MARGIN = 16;
  private static final String GRID = "#dddddd";

  private record Line(String label, double[] x, double[] y, boolean marked) {}

  private record Limit(double y, String label) {}

  private final String name;
  private final String title;
  private final String labelOfX;
  private final String labelOfY;
  private final List<Line> lines = new ArrayList<>();
  private final List<Limit> limits = new ArrayList<>();
  private boolean logarithmicX;

  /**
   * A chart without lines.
   *
   * @param name of the file, without the ending
   * @param title in a line
   * @param labelOfX what is varied, with its unit
   * @param labelOfY the result, with its unit
   */
  public LineChart(String name, String title, String labelOfX, String labelOfY) {
    this.name = name;
    this.title = title;
    this.labelOfX = labelOfX;
    this.labelOfY = labelOfY;
  }

  /** Adds a line through points that are marked. */
  public LineChart line(String label, double[] x, double[] y) {
    return add(new Line(label, x.clone(), y.clone(), true));
  }

  /**
   * Adds the distribution of some measurements: at x, the percentage of them that are at most x.
   */
  public LineChart distribution(String label, double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    double[] x = new double[2 * n];
    double[] y = new double[2 * n];
    for (int i = 0; i < n; i++) {
      x[2 * i] = sorted[i];
      x[2 * i + 1] = sorted[i];
      y[2 * i] = 100.0 * i / n;
      y[2 * i + 1] = 100.0 * (i + 1) / n;
    }
    return add(new Line(label, x, y, false));
  }

  private LineChart add(Line line) {
    if (line.x.length != line.y.length) {
      throw new IllegalArgumentException(
          "line %s has %d numbers across and %d upwards; needed: as many"
              .formatted(line.label, line.x.length, line.y.length));
    }
    lines.add(line);
    return this;
  }

  /** Adds a dashed horizontal line, such as a target. */
  public LineChart limit(double y, String label) {
    limits.add(new Limit(y, label));
    return this;
  }

  /** Makes equal factors equal distances across; the numbers written are those of the lines. */
  public LineChart logarithmicX() {
    logarithmicX = true;
    return this;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public String svg() {
    Svg svg = new Svg();
    svg.boldText(MARGIN, MARGIN + Svg.FONT_SIZE, Svg.Anchor.START, title);
    double top =
        Legend.lines(
                svg,
                lines.stream().map(Line::label).toList(),
                limits.stream().map(Limit::label).toList(),
                MARGIN,
                MARGIN + 2 * Svg.LINE_HEIGHT,
                WIDTH - MARGIN)
            + Svg.LINE_HEIGHT / 2.0;
    double bottom = top + PLOT_HEIGHT;
    double highest =
        Stream.concat(
                lines.stream().flatMap(line -> Arrays.stream(line.y).boxed()),
                limits.stream().map(Limit::y))
            .mapToDouble(y -> y)
            .max()
            .orElse(0);
    Axis vertical = Axis.linear(highest, bottom, top);
    double numbers =
        vertical.ticks().stream().mapToDouble(t -> Svg.width(Axis.text(t))).max().orElse(0);
    double left = MARGIN + Svg.LINE_HEIGHT + numbers + 8;
    Axis horizontal = horizontal(left, WIDTH - 2.5 * MARGIN);

    for (double tick : vertical.ticks()) {
      svg.line(left, vertical.at(tick), horizontal.to(), vertical.at(tick), GRID, 1);
      svg.text(left - 8, vertical.at(tick) + 4, Svg.Anchor.END, Axis.text(tick));
    }
    for (double tick : horizontal.ticks()) {
      svg.line(horizontal.at(tick), top, horizontal.at(tick), bottom, GRID, 1);
      svg.text(horizontal.at(tick), bottom + Svg.LINE_HEIGHT, Svg.Anchor.MIDDLE, Axis.text(tick));
    }
    svg.text(
        (left + horizontal.to()) / 2, bottom + 2.2 * Svg.LINE_HEIGHT, Svg.Anchor.MIDDLE, labelOfX);
    svg.upwardText(MARGIN + Svg.FONT_SIZE, (top + bottom) / 2, labelOfY);
    for (Limit limit : limits) {
      double y = vertical.at(limit.y);
      svg.dashedLine(left, y, horizontal.to(), y);
    }
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, i, horizontal, vertical);
    }
    return svg.picture(WIDTH, bottom + 2.2 * Svg.LINE_HEIGHT + MARGIN, title);
  }

  private void draw(Svg svg, int i, Axis horizontal, Axis vertical) {
    Line line = lines.get(i);
    for (int p = 0; p < line.x.length; p++) {
      double x = horizontal.at(line.x[p]);
      double y = vertical.at(line.y[p]);
      if (p > 0) {
        svg.line(
            horizontal.at(line.x[p - 1]),
            vertical.at(line.y[p - 1]),
            x,
            y,
            Svg.colour(i),
            line.marked ? 2 : 1.5);
      }
      // The steps of a distribution are marked where a measurement is.
      if (line.marked || p % 2 == 1) {
        svg.mark(i, x, y);
      }
    }
  }

  private Axis horizontal(double from, double to) {
    double[] all = lines.stream().flatMapToDouble(line -> Arrays.stream(line.x)).toArray();
    if (!logarithmicX || all.length == 0) {
      return Axis.across(Arrays.stream(all).max().orElse(0), from, to);
    }
    return Axis.logarithmic(Arrays.stream(all).distinct().sorted().boxed().toList(), from, to);
  }
}

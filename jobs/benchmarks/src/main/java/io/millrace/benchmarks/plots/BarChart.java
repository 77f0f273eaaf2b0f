package io.millrace.benchmarks.plots;

import io.millrace.benchmarks.Plot;
import io.millrace.benchmarks.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * A horizontal bar for each case, its number behind it, and its target as a black stroke.
 *
 * <pre>{@code
 * new BarChart("pipeline-cpu", "Processor time", "CPU-seconds per GB", "producer", "TaskManager")
 *     .bar("bare pull", 0.2, 0.3)
 *     .bar("pipeline", 0.2, 0.5)
 * }</pre>
 */
public final class BarChart implements Plot {
  private static final int WIDTH = 860;
  private static final int MARGIN = 16;
  private static final int BAR_HEIGHT = 16;
  private static final int BAR_DISTANCE = 24;
  private static final String GRID = "#dddddd";

  /** Mark of a target: so much higher than the bar, up and down. */
  private static final int TARGET_OVERHANG = 3;

  private record Bar(String label, double[] parts, Row.Bound target) {
    double sum() {
      double sum = 0;
      for (double part : parts) {
        sum += part;
      }
      return sum;
    }

    String text() {
      String text = Axis.text(sum());
      if (target == null) {
        return text;
      }
      boolean met = target.least() ? sum() >= target.target() : sum() <= target.target();
      return "%s (target %s %s%s)"
          .formatted(
              text,
              target.least() ? "\u2265" : "\u2264",
              Axis.text(target.target()),
              met ? "" : ", missed");
    }
  }

  private final String name;
  private final String title;
  private final String axisLabel;
  private final List<String> parts;
  private final List<Bar> bars = new ArrayList<>();

  /**
   * A chart without bars.
   *
   * @param name of the file, without the ending
   * @param title in a line
   * @param axisLabel what the numbers are, with their unit
   * @param parts names of the parts that each bar is put together from; none for plain bars
   */
  public BarChart(String name, String title, String axisLabel, String... parts) {
    this.name = name;
    this.title = title;
    this.axisLabel = axisLabel;
    this.parts = List.of(parts);
  }

  /** Adds a bar below those before, of as many numbers as there are parts. */
  public BarChart bar(String label, double... values) {
    return add(new Bar(label, values.clone(), null));
  }

  /** Adds the bar of a row's ratio, with the target if it is about the ratio. */
  public BarChart ratio(Row row) {
    Row.Bound bound = row.bound();
    return add(
        new Bar(
            row.name(),
            new double[] {row.ratio()},
            bound == null || bound.ofValue() ? null : bound));
  }

  /** Adds the bar of a row's value, with the target if it is about the value. */
  public BarChart value(Row row) {
    Row.Bound bound = row.bound();
    return add(
        new Bar(
            row.name(),
            new double[] {row.value()},
            bound != null && bound.ofValue() ? bound : null));
  }

  private BarChart add(Bar bar) {
    int needed = Math.max(1, parts.size());
    if (bar.parts.length != needed) {
      throw new IllegalArgumentException(
          "bar %s has %d parts; needed: %d".formatted(bar.label, bar.parts.length, needed));
    }
    bars.add(bar);
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
    double labels = bars.stream().mapToDouble(bar -> Svg.width(bar.label)).max().orElse(0);
    double left = MARGIN + labels + 8;
    double numbers = bars.stream().mapToDouble(bar -> Svg.width(bar.text())).max().orElse(0);
    double right = Math.max(WIDTH - MARGIN - numbers - 8, left + 200);
    Axis axis =
        Axis.across(
            bars.stream()
                .mapToDouble(
                    bar -> Math.max(bar.sum(), bar.target == null ? 0 : bar.target.target()))
                .max()
                .orElse(0),
            left,
            right);
    double width = Math.max(WIDTH, right + numbers + 8 + MARGIN);

    svg.boldText(MARGIN, MARGIN + Svg.FONT_SIZE, Svg.Anchor.START, title);
    double top = MARGIN + 2 * Svg.LINE_HEIGHT;
    if (!parts.isEmpty()) {
      top = Legend.bars(svg, parts, MARGIN, top, width - MARGIN);
    }
    double bottom = top + bars.size() * BAR_DISTANCE;
    for (double tick : axis.ticks()) {
      svg.line(axis.at(tick), top, axis.at(tick), bottom, GRID, 1);
      svg.text(axis.at(tick), bottom + Svg.LINE_HEIGHT, Svg.Anchor.MIDDLE, Axis.text(tick));
    }
    svg.text((left + right) / 2, bottom + 2.2 * Svg.LINE_HEIGHT, Svg.Anchor.MIDDLE, axisLabel);

    double y = top + (BAR_DISTANCE - BAR_HEIGHT) / 2.0;
    for (Bar bar : bars) {
      double baseline = y + BAR_HEIGHT - 3;
      svg.text(left - 8, baseline, Svg.Anchor.END, bar.label);
      double sum = 0;
      for (int p = 0; p < bar.parts.length; p++) {
        double from = axis.at(sum);
        sum += bar.parts[p];
        svg.bar(from, y, Math.max(0, axis.at(sum) - from), BAR_HEIGHT, Svg.colour(p));
      }
      double end = axis.at(sum);
      if (bar.target != null) {
        double x = axis.at(bar.target.target());
        svg.line(x, y - TARGET_OVERHANG, x, y + BAR_HEIGHT + TARGET_OVERHANG, "#000000", 3);
        end = Math.max(end, x);
      }
      svg.text(end + 8, baseline, Svg.Anchor.START, bar.text());
      y += BAR_DISTANCE;
    }
    return svg.picture(width, bottom + 2.2 * Svg.LINE_HEIGHT + MARGIN, title);
  }
}

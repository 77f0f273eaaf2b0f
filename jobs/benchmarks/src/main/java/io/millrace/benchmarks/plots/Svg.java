package io.millrace.benchmarks.plots;

import java.util.List;
import java.util.Locale;

/** A picture in the making: lengths in pixels, from the upper left corner. */
final class Svg {
  /** Blue, orange, green, sky blue, vermilion, purple, black. */
  static final List<String> COLOURS =
      List.of("#0072b2", "#e69f00", "#009e73", "#56b4e9", "#d55e00", "#cc79a7", "#000000");

  static final int FONT_SIZE = 13;
  static final int LINE_HEIGHT = 20;

  /** Of a letter of a sans-serif font, on average and generously. */
  private static final double LETTER_WIDTH = 0.56 * FONT_SIZE;

  enum Anchor {
    START,
    MIDDLE,
    END
  }

  private final StringBuilder body = new StringBuilder();

  static String colour(int i) {
    return COLOURS.get(i % COLOURS.size());
  }

  /** About how wide a text is. */
  static double width(String text) {
    return LETTER_WIDTH * text.length();
  }

  Svg text(double x, double y, Anchor anchor, String text) {
    return text(x, y, anchor, "", text);
  }

  Svg boldText(double x, double y, Anchor anchor, String text) {
    return text(x, y, anchor, " font-weight=\"bold\"", text);
  }

  /** From the bottom to the top. */
  Svg upwardText(double x, double y, String text) {
    return text(x, y, Anchor.MIDDLE, format(" transform=\"rotate(-90 %.1f %.1f)\"", x, y), text);
  }

  private Svg text(double x, double y, Anchor anchor, String more, String text) {
    body.append(
        format(
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>\n",
            x, y, anchor.name().toLowerCase(Locale.ROOT), more, escaped(text)));
    return this;
  }

  Svg bar(double x, double y, double width, double height, String colour) {
    body.append(
        format(
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
            x, y, width, height, colour));
    return this;
  }

  Svg line(double x1, double y1, double x2, double y2, String colour, double width) {
    body.append(
        format(
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\""
                + " stroke-width=\"%.1f\"/>\n",
            x1, y1, x2, y2, colour, width));
    return this;
  }

  Svg dashedLine(double x1, double y1, double x2, double y2) {
    body.append(
        format(
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#000000\""
                + " stroke-width=\"1.5\" stroke-dasharray=\"6 4\"/>\n",
            x1, y1, x2, y2));
    return this;
  }

  /** A mark of the i-th kind: a disk, a square, a triangle, a diamond, and again. */
  Svg mark(int i, double x, double y) {
    double r = 4.5;
    String colour = colour(i);
    switch (i % 4) {
      case 0 ->
          body.append(
              format(
                  "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\"/>\n", x, y, r, colour));
      case 1 -> bar(x - r, y - r, 2 * r, 2 * r, colour);
      case 2 -> polygon(colour, x, y - r, x + r, y + r, x - r, y + r);
      default -> polygon(colour, x, y - r - 1, x + r + 1, y, x, y + r + 1, x - r - 1, y);
    }
    return this;
  }

  private void polygon(String colour, double... points) {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < points.length; i += 2) {
      list.append(format("%s%.1f,%.1f", i == 0 ? "" : " ", points[i], points[i + 1]));
    }
    body.append(format("<polygon points=\"%s\" fill=\"%s\"/>\n", list, colour));
  }

  /** The whole picture, on a white ground. */
  String picture(double width, double height, String title) {
    return format(
            """
            <svg xmlns="http://www.w3.org/2000/svg" role="img" width="%.0f" height="%.0f" \
            viewBox="0 0 %.0f %.0f" font-family="sans-serif" font-size="%d" fill="#222222">
            <title>%s</title>
            <rect width="100%%" height="100%%" rx="6" fill="#ffffff"/>
            """,
            width, height, width, height, FONT_SIZE, escaped(title))
        + body
        + "</svg>\n";
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}

package io.millrace.operators.images;

import io.millrace.detector.ScanImage;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Locale;

/** A radial profile as a curve: electrons (linear, from 0) over the radius in pixels. */
final class ProfilePlot {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 400;

  // The field of the curve.
  private static final int LEFT = 90;
  private static final int RIGHT = WIDTH - 20;
  private static final int TOP = 20;
  private static final int BOTTOM = HEIGHT - 55;

  private static final int TICK = 5;

  /** Ticks of an axis, at most. */
  private static final int MOST_TICKS = 8;

  private static final Color INK = new Color(0x333333);
  private static final Color GRID = new Color(0xe6e6e6);
  private static final Color CURVE = new Color(0x2166ac);

  private final Graphics2D g;
  private final double highestRadius;
  private final double highestElectrons;

  private ProfilePlot(Graphics2D g, double highestRadius, double highestElectrons) {
    this.g = g;
    this.highestRadius = highestRadius;
    this.highestElectrons = highestElectrons;
  }

  /** Draws an image over the radius. */
  static BufferedImage draw(ScanImage image) {
    BufferedImage picture = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = picture.createGraphics();
    try {
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      g.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
      g.setColor(Color.WHITE);
      g.fillRect(0, 0, WIDTH, HEIGHT);
      double most = Arrays.stream(image.values()).max().orElse(0);
      ProfilePlot plot =
          new ProfilePlot(g, Math.max(1, image.columns() - 1), Math.max(1, 1.05 * most));
      plot.axes();
      plot.curve(image.values());
    } finally {
      g.dispose();
    }
    return picture;
  }

  private double x(double radius) {
    return LEFT + radius / highestRadius * (RIGHT - LEFT);
  }

  private double y(double electrons) {
    return BOTTOM - electrons / highestElectrons * (BOTTOM - TOP);
  }

  private void axes() {
    FontMetrics font = g.getFontMetrics();
    for (long radius = 0, step = step(highestRadius); radius <= highestRadius; radius += step) {
      double x = x(radius);
      line(GRID, x, TOP, x, BOTTOM);
      line(INK, x, BOTTOM, x, BOTTOM + TICK);
      centred(label(radius), (float) x, BOTTOM + TICK + font.getAscent() + 2);
    }
    for (long n = 0, step = step(highestElectrons); n <= highestElectrons; n += step) {
      double y = y(n);
      line(GRID, LEFT, y, RIGHT, y);
      line(INK, LEFT - TICK, y, LEFT, y);
      String label = label(n);
      g.drawString(
          label,
          LEFT - TICK - 4 - font.stringWidth(label),
          (float) y + (font.getAscent() - font.getDescent()) / 2f);
    }
    line(INK, LEFT, TOP, LEFT, BOTTOM);
    line(INK, LEFT, BOTTOM, RIGHT, BOTTOM);
    centred("radius (pixels)", (LEFT + RIGHT) / 2f, HEIGHT - 12);
    g.rotate(-Math.PI / 2);
    centred("electrons", -(TOP + BOTTOM) / 2f, font.getAscent() + 4);
    g.rotate(Math.PI / 2);
  }

  private void curve(double[] electrons) {
    Path2D path = new Path2D.Double();
    path.moveTo(x(0), y(electrons[0]));
    for (int radius = 1; radius < electrons.length; radius++) {
      path.lineTo(x(radius), y(electrons[radius]));
    }
    g.setColor(CURVE);
    g.setStroke(new BasicStroke(1.8f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    g.draw(path);
  }

  private void line(Color colour, double x1, double y1, double x2, double y2) {
    g.setColor(colour);
    g.draw(new Line2D.Double(x1, y1, x2, y2));
    g.setColor(INK);
  }

  private void centred(String text, float x, float y) {
    g.drawString(text, x - g.getFontMetrics().stringWidth(text) / 2f, y);
  }

  private static String label(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** The smallest 1, 2 or 5 times a power of ten that leaves no more ticks than there may be. */
  static long step(double highest) {
    long power = 1;
    while (true) {
      for (long step : new long[] {power, 2 * power, 5 * power}) {
        if (highest / step <= MOST_TICKS) {
          return step;
        }
      }
      power *= 10;
    }
  }
}

package io.millrace.operators.images;

import io.millrace.detector.Calibration;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanKey;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * How a scan's thresholds were found: the histogram of its calibration, the fitted Gaussian and the
 * two thresholds, over pixel values in ADU, with the number of pixels on a logarithmic axis.
 *
 * <p>Two panels, because the noise is some ten ADU wide and the x-rays lie a hundred times farther
 * out: left the noise around the background threshold, right all values.
 */
public final class CalibrationPlot {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 500;
  private static final int TOP = 84;
  private static final int BOTTOM = HEIGHT - 56;

  private static final Color INK = new Color(0x33, 0x33, 0x33);
  private static final Color GRID = new Color(0xe4, 0xe4, 0xe4);
  private static final Color BARS = new Color(0x9e, 0xb9, 0xd4);
  private static final Color GAUSSIAN = new Color(0xd6, 0x60, 0x1e);
  private static final Color BACKGROUND = new Color(0x1b, 0x7f, 0x4b);
  private static final Color XRAY = new Color(0x8e, 0x2d, 0x8a);

  private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 15);

  private final Calibration calibration;
  private final Calibration.Fit fit;
  private final SampleHistogram histogram;
  private final Graphics2D graphics;

  /** Decades of the axis of counts: from 10^-0.3, where one pixel can be seen, to 10^top. */
  private final double top;

  private CalibrationPlot(
      Calibration calibration, SampleHistogram histogram, BufferedImage picture) {
    this.calibration = calibration;
    this.fit = calibration.fit();
    this.histogram = histogram;
    this.graphics = picture.createGraphics();
    long most = 1;
    for (long pixels : histogram.counts()) {
      most = Math.max(most, pixels);
    }
    top = Math.log10(Math.max(most, fit.amplitude())) + 0.3;
  }

  /**
   * Draws the plot, 900 x 500.
   *
   * @param calibration thresholds that were fitted
   * @param histogram what they were fitted to
   */
  public static BufferedImage draw(Calibration calibration, SampleHistogram histogram) {
    BufferedImage picture = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    new CalibrationPlot(calibration, histogram, picture).draw();
    return picture;
  }

  /**
   * Writes the plot as a PNG file. Readers see the old file or the new one, never half of it.
   *
   * @throws IOException if the file cannot be written, or the machine has no fonts
   */
  public static void write(Calibration calibration, SampleHistogram histogram, Path file)
      throws IOException {
    Picture.write(() -> draw(calibration, histogram), file);
  }

  private void draw() {
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, WIDTH, HEIGHT);

    double background = calibration.thresholds().background();
    double xray = calibration.thresholds().xray();
    double sigma = fit.optimizedStdDev();
    double smallest = histogram.first();
    double largest = smallest + histogram.counts().length - 1;
    double above = Math.max(background + 4 * sigma, fit.optimizedMean() + 8 * sigma);
    double from = Math.max(smallest, fit.optimizedMean() - 6 * sigma) - 1;
    new Panel(70, 440, from, Math.max(above, from + 4)).draw("noise");
    new Panel(510, 880, 0, 1.06 * Math.max(largest, xray)).draw("all values");

    graphics.setColor(INK);
    graphics.setFont(TITLE);
    graphics.drawString(
        text(
            "Scan %d: thresholds from %d of %d frames",
            ScanKey.number(calibration.scan()), fit.sampledFrames(), fit.requestedFrames()),
        70,
        28);
    graphics.setFont(TEXT);
    int x = 70;
    x = legend(x, BARS, text("%,d pixels", fit.pixels()));
    x =
        legend(
            x,
            GAUSSIAN,
            text(
                "Gaussian %.2f \u00b1 %.2f, residual %.1g",
                fit.optimizedMean(), sigma, fit.residual()));
    x = legend(x, BACKGROUND, text("background %.2f", background));
    legend(x, XRAY, text("x-ray %.1f ADU", xray));
    graphics.dispose();
  }

  private int legend(int x, Color color, String label) {
    graphics.setColor(color);
    graphics.fillRect(x, 44, 14, 10);
    graphics.setColor(INK);
    graphics.drawString(label, x + 20, 54);
    return x + 20 + graphics.getFontMetrics().stringWidth(label) + 24;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** A part of the plot that shows the values {@code from <= v <= to}. */
  private final class Panel {
    private static final double LOWEST = -0.3;

    private final int left;
    private final int right;
    private final double from;
    private final double to;

    Panel(int left, int right, double from, double to) {
      this.left = left;
      this.right = right;
      this.from = from;
      this.to = to;
    }

    void draw(String name) {
      graphics.setFont(TEXT);
      axes(name);
      Shape everywhere = graphics.getClip();
      graphics.clip(new Rectangle2D.Double(left, TOP, right - left, BOTTOM - TOP));
      bars();
      gaussian();
      threshold(calibration.thresholds().background(), BACKGROUND);
      threshold(calibration.thresholds().xray(), XRAY);
      graphics.setClip(everywhere);
      graphics.setColor(INK);
      graphics.setStroke(new BasicStroke(1));
      graphics.draw(new Rectangle2D.Double(left, TOP, right - left, BOTTOM - TOP));
    }

    private double x(double value) {
      return left + (value - from) / (to - from) * (right - left);
    }

    private double y(double pixels) {
      double decade = pixels > 0 ? Math.log10(pixels) : LOWEST - 1;
      return BOTTOM - (decade - LOWEST) / (top - LOWEST) * (BOTTOM - TOP);
    }

    private void axes(String name) {
      graphics.setStroke(new BasicStroke(1));
      double step = step((to - from) / 6);
      for (double v = Math.ceil(from / step) * step; v <= to; v += step) {
        graphics.setColor(GRID);
        graphics.draw(new Line2D.Double(x(v), TOP, x(v), BOTTOM));
        centred(text(step < 1 ? "%.1f" : "%,.0f", v), x(v), BOTTOM + 18);
      }
      for (int decade = 0; decade <= top; decade++) {
        double y = y(Math.pow(10, decade));
        graphics.setColor(GRID);
        graphics.draw(new Line2D.Double(left, y, right, y));
        power(decade, y);
      }
      centred("pixel value in ADU, " + name, (left + right) / 2.0, BOTTOM + 42);
      AffineTransform upright = graphics.getTransform();
      graphics.rotate(-Math.PI / 2, left - 44, (TOP + BOTTOM) / 2.0);
      centred("pixels", left - 44, (TOP + BOTTOM) / 2.0);
      graphics.setTransform(upright);
    }

    /** 1, 2 or 5 times a power of ten, at least {@code least}. */
    private static double step(double least) {
      double power = Math.pow(10, Math.floor(Math.log10(least)));
      double times = least / power;
      return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
    }

    private void power(int decade, double y) {
      graphics.setColor(INK);
      graphics.drawString("10", left - 31, (float) y + 5);
      graphics.setFont(TEXT.deriveFont(9f));
      graphics.drawString(Integer.toString(decade), left - 15, (float) y - 1);
      graphics.setFont(TEXT);
    }

    private void centred(String label, double x, double y) {
      graphics.setColor(INK);
      int width = graphics.getFontMetrics().stringWidth(label);
      graphics.drawString(label, (float) (x - width / 2.0), (float) y);
    }

    /** Where several bins fall on one column of the picture, the highest is seen. */
    private void bars() {
      graphics.setColor(BARS);
      for (int i = 0; i < histogram.counts().length; i++) {
        double v = histogram.first() + i;
        if (histogram.counts()[i] > 0 && v + 0.5 >= from && v - 0.5 <= to) {
          int begin = (int) Math.round(x(v - 0.5));
          int width = Math.max(1, (int) Math.round(x(v + 0.5)) - begin);
          int high = (int) Math.round(y(histogram.counts()[i]));
          graphics.fillRect(begin, high, width, BOTTOM - high);
        }
      }
    }

    private void gaussian() {
      graphics.setColor(GAUSSIAN);
      graphics.setStroke(new BasicStroke(1.8f));
      Path2D curve = new Path2D.Double();
      for (int column = left; column <= right; column++) {
        double v = from + (to - from) * (column - left) / (right - left);
        double d = (v - fit.optimizedMean()) / fit.optimizedStdDev();
        // Below the axis it need not be exact, but finite.
        double y = Math.min(y(fit.amplitude() * Math.exp(-d * d / 2)), 2.0 * HEIGHT);
        if (column == left) {
          curve.moveTo(column, y);
        } else {
          curve.lineTo(column, y);
        }
      }
      graphics.draw(curve);
    }

    private void threshold(double value, Color color) {
      graphics.setColor(color);
      graphics.fillRect((int) Math.round(x(value)) - 1, TOP, 2, BOTTOM - TOP);
      String label = text("%.2f", value);
      int width = graphics.getFontMetrics().stringWidth(label);
      // On the side where there is room.
      double at = x(value) + 5 + width < right ? x(value) + 5 : x(value) - 5 - width;
      graphics.setColor(new Color(255, 255, 255, 200));
      graphics.fill(new Rectangle2D.Double(at - 2, TOP + 4, width + 4, 16));
      graphics.setColor(color);
      graphics.drawString(label, (float) at, TOP + 16);
    }
  }
}

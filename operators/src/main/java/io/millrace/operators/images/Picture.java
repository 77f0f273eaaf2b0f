package io.millrace.operators.images;

import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanImage.Axes;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * An image as people look at it.
 *
 * <p>Images over the scan are linear, without the flyback column: counts grey between their
 * percentiles 0.5 and 99.5; real numbers coloured, white at their mean, blue below and red above,
 * as far to both sides as these percentiles reach. Where there is no number the mean is drawn.
 * Images over the detector are grey, logarithmic from 0 to their maximum. Each pixel becomes a
 * square of n x n, so that small scans are visible. An image over the radius becomes a {@link
 * ProfilePlot}.
 */
public final class Picture {
  /** The smallest side that a picture should have, in picture pixels. */
  private static final int SMALLEST_SIDE = 256;

  /** Narrow scans are not enlarged beyond this. */
  private static final int LARGEST_SIDE = 4096;

  /** How many times the smallest difference that a logarithm shows fits between the limits. */
  private static final double LOG_RANGE = 1000;

  private Picture() {}

  /** Draws an image. */
  public static BufferedImage draw(ScanImage image) {
    if (image.axes() == Axes.RADIUS) {
      return ProfilePlot.draw(image);
    }
    boolean overScan = image.axes() == Axes.SCAN;
    int rows = image.rows();
    int columns = overScan ? Math.max(1, image.columns() - 1) : image.columns();
    double[] shown = new double[rows * columns];
    for (int i = 0; i < shown.length; i++) {
      double value = image.values()[i / columns * image.columns() + i % columns];
      shown[i] = overScan ? value : Math.log1p(value);
    }
    double mean = Arrays.stream(shown).filter(v -> !Double.isNaN(v)).average().orElse(0);
    Arrays.setAll(shown, i -> Double.isNaN(shown[i]) ? mean : shown[i]);

    double[] sorted = shown.clone();
    Arrays.sort(sorted);
    double low = overScan ? percentile(sorted, 0.5) : 0;
    double high = percentile(sorted, overScan ? 99.5 : 100);
    if (low == high) { // Nearly all pixels are equal: the others are what there is to see.
      low = sorted[0];
      high = sorted[sorted.length - 1];
    }
    if (image.counts()) {
      return paint(shown, rows, columns, low, high, ColourMap.GREY);
    }
    double reach = Math.max(Math.max(mean - low, high - mean), Double.MIN_NORMAL);
    Arrays.setAll(shown, i -> shown[i] - mean);
    return paint(shown, rows, columns, -reach, reach, ColourMap.BLUE_WHITE_RED);
  }

  /**
   * Draws an image over the scan or the detector as somebody wishes; without the flyback column.
   *
   * @param low value that gets the first colour, as what is below it; null: percentile 0.5
   * @param high value that gets the last colour, as what is above it; null: percentile 99.5. Where
   *     there is no number the first colour is drawn
   * @param log whether the colour of a value at t, from 0 to 1 between low and high, is that at
   *     {@code log(1 + 1000 t) / log(1001)}, which has no trouble with zeros
   * @throws IllegalArgumentException if the image is over the radius
   */
  public static BufferedImage draw(
      ScanImage image, ColourMap colours, Double low, Double high, boolean log) {
    if (image.axes() == Axes.RADIUS) {
      throw new IllegalArgumentException(
          "%s is a curve, which has no colours".formatted(image.name()));
    }
    int rows = image.rows();
    int columns = image.axes() == Axes.SCAN ? Math.max(1, image.columns() - 1) : image.columns();
    double[] shown = new double[rows * columns];
    for (int i = 0; i < shown.length; i++) {
      shown[i] = image.values()[i / columns * image.columns() + i % columns];
    }
    double[] sorted = Arrays.stream(shown).filter(v -> !Double.isNaN(v)).sorted().toArray();
    double from = sorted.length == 0 ? 0 : percentile(sorted, 0.5);
    double to = sorted.length == 0 ? 1 : percentile(sorted, 99.5);
    double first = low == null ? from : low;
    double last = high == null ? to : high;
    Arrays.setAll(shown, i -> Double.isNaN(shown[i]) ? first : shown[i]);
    if (log) {
      Arrays.setAll(shown, i -> Math.log1p(LOG_RANGE * level(shown[i], first, last)));
      return paint(shown, rows, columns, 0, Math.log1p(LOG_RANGE), colours);
    }
    return paint(shown, rows, columns, first, last, colours);
  }

  private static double percentile(double[] sorted, double percent) {
    return sorted[(int) Math.round(percent / 100 * (sorted.length - 1))];
  }

  /** Where a value is between two others: from 0 to 1. */
  private static double level(double value, double low, double high) {
    double range = Math.max(high - low, Double.MIN_NORMAL);
    return Math.max(0, Math.min(1, (value - low) / range));
  }

  /** Enlarges and colours values, of which the low and the high one get the ends of the colours. */
  private static BufferedImage paint(
      double[] values, int rows, int columns, double low, double high, ColourMap colours) {
    int smallest = (SMALLEST_SIDE - 1) / Math.min(rows, columns) + 1;
    int n = Math.max(1, Math.min(smallest, LARGEST_SIDE / Math.max(rows, columns)));
    BufferedImage picture = colours.picture(columns * n, rows * n);
    int[] square = new int[n * n];
    for (int i = 0; i < values.length; i++) {
      int[] colour = colours.at(level(values[i], low, high));
      for (int band = 0; band < colour.length; band++) {
        Arrays.fill(square, colour[band]);
        picture.getRaster().setSamples(i % columns * n, i / columns * n, n, n, band, square);
      }
    }
    return picture;
  }

  /** An image as a PNG file's bytes. */
  public static byte[] png(ScanImage image) {
    return png(draw(image));
  }

  /** A picture as a PNG file's bytes. */
  public static byte[] png(BufferedImage picture) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageIO.write(picture, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory does not fail.
    }
    return bytes.toByteArray();
  }

  /**
   * Writes an image as a PNG file. Readers see the old file or the new one, never half of it.
   *
   * @throws IOException if the file cannot be written, or the picture has text and the machine has
   *     no fonts
   */
  public static void write(ScanImage image, Path file) throws IOException {
    write(() -> draw(image), file);
  }

  /** The same for what is drawn otherwise. */
  static void write(Supplier<BufferedImage> picture, Path file) throws IOException {
    byte[] png;
    try {
      png = png(picture.get());
    } catch (InternalError | LinkageError e) { // So Java says that there is nothing to write with.
      throw new IOException(
          "no text can be drawn; install fontconfig and a font such as DejaVu (%s)".formatted(e),
          e);
    }
    Path beside = file.resolveSibling(file.getFileName() + ".part");
    Files.write(beside, png);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}

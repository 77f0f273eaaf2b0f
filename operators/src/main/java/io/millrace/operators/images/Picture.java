package io.millrace.operators.images;

import io.millrace.detector.ScanImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * An image as people look at it: grey, 8 bits.
 *
 * <p>Images over the scan are linear between their percentiles 0.5 and 99.5, without the flyback
 * column; images over the detector are logarithmic from 0 to their maximum. Each pixel becomes a
 * square of n x n, so that small scans are visible.
 */
public final class Picture {
  /** The smallest side that a picture should have, in picture pixels. */
  private static final int SMALLEST_SIDE = 256;

  /** Narrow scans are not enlarged beyond this. */
  private static final int LARGEST_SIDE = 4096;

  private Picture() {}

  /** Draws an image. */
  public static BufferedImage draw(ScanImage image) {
    int rows = image.rows();
    int columns = image.overScan() ? Math.max(1, image.columns() - 1) : image.columns();
    double[] shown = new double[rows * columns];
    for (int i = 0; i < shown.length; i++) {
      int electrons = image.electrons()[i / columns * image.columns() + i % columns];
      shown[i] = image.overScan() ? electrons : Math.log1p(electrons);
    }
    double[] sorted = shown.clone();
    Arrays.sort(sorted);
    double black = image.overScan() ? percentile(sorted, 0.5) : 0;
    double white = percentile(sorted, image.overScan() ? 99.5 : 100);
    if (black == white) { // Nearly all pixels are equal: the others are what there is to see.
      black = sorted[0];
      white = sorted[sorted.length - 1];
    }
    double range = Math.max(white - black, Double.MIN_NORMAL);

    int smallest = (SMALLEST_SIDE - 1) / Math.min(rows, columns) + 1;
    int n = Math.max(1, Math.min(smallest, LARGEST_SIDE / Math.max(rows, columns)));
    BufferedImage picture = new BufferedImage(columns * n, rows * n, BufferedImage.TYPE_BYTE_GRAY);
    int[] square = new int[n * n];
    for (int i = 0; i < shown.length; i++) {
      double level = Math.max(0, Math.min(1, (shown[i] - black) / range));
      Arrays.fill(square, (int) Math.round(255 * level));
      picture.getRaster().setPixels(i % columns * n, i / columns * n, n, n, square);
    }
    return picture;
  }

  private static double percentile(double[] sorted, double percent) {
    return sorted[(int) Math.round(percent / 100 * (sorted.length - 1))];
  }

  /** An image as a PNG file's bytes. */
  public static byte[] png(ScanImage image) {
    return png(draw(image));
  }

  private static byte[] png(BufferedImage picture) {
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
   * @throws IOException if the file cannot be written
   */
  public static void write(ScanImage image, Path file) throws IOException {
    write(draw(image), file);
  }

  /** The same for what is drawn already. */
  static void write(BufferedImage picture, Path file) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".part");
    Files.write(beside, png(picture));
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}

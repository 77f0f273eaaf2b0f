package io.millrace.gateway.scans;

import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanImage.Axes;
import io.millrace.hdf5.CountedFile;
import io.millrace.operators.images.Picture;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A small picture of a scan: every scan has one, if only to say why there is nothing to see. */
final class Thumbnail {
  /** Longest side in pixels. */
  static final int SIDE = 192;

  private static final int MARGIN = 12;
  private static final int LINE = 18;
  private static final int CHARACTERS = 24;

  private Thumbnail() {}

  /**
   * The scan's first ring that is no disk, since scattered electrons show where matter is; or else
   * all its electrons.
   */
  static byte[] of(CountedFile file) {
    Optional<ScanImage> annular =
        file.imageNames().stream()
            .map(file::image)
            .filter(i -> i.axes() == Axes.SCAN && i.description().startsWith("electrons from "))
            .filter(i -> !i.description().startsWith("electrons from 0.0 "))
            .findFirst();
    return of(annular.orElseGet(() -> file.image("total_counts")));
  }

  /** An image, small. */
  static byte[] of(ScanImage image) {
    BufferedImage picture = Picture.draw(image);
    double scale = (double) SIDE / Math.max(picture.getWidth(), picture.getHeight());
    int width = Math.max(1, (int) Math.round(picture.getWidth() * scale));
    int height = Math.max(1, (int) Math.round(picture.getHeight() * scale));
    BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = small.createGraphics();
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    g.drawImage(picture, 0, 0, width, height, null);
    g.dispose();
    return Picture.png(small);
  }

  /** Words in the place of an image. */
  static byte[] saying(String words) {
    BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = picture.createGraphics();
    g.setColor(new Color(0x30363d));
    g.fillRect(0, 0, SIDE, SIDE);
    g.setColor(new Color(0xe6edf3));
    try {
      int y = MARGIN + LINE;
      for (String line : lines(words)) {
        g.drawString(line, MARGIN, y);
        y += LINE;
      }
    } catch (InternalError | LinkageError e) { // So Java says that the machine has no fonts.
      g.drawLine(MARGIN, MARGIN, SIDE - MARGIN, SIDE - MARGIN);
      g.drawLine(MARGIN, SIDE - MARGIN, SIDE - MARGIN, MARGIN);
    }
    g.dispose();
    return Picture.png(picture);
  }

  private static List<String> lines(String words) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : words.split("\\s+")) {
      if (line.length() > 0 && line.length() + word.length() >= CHARACTERS) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines.subList(0, Math.min(lines.size(), SIDE / LINE - 1));
  }
}

package io.millrace.operators.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.ScanImage;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureTest {
  private static ScanImage image(boolean overScan, int rows, int columns, int... electrons) {
    return new ScanImage(7, "bright_field", "a test", overScan, rows, columns, electrons);
  }

  private static int grey(BufferedImage picture, int x, int y) {
    return picture.getRaster().getSample(x, y, 0);
  }

  @Test
  void scanImagesAreLinearAndWithoutFlyback() {
    BufferedImage picture = Picture.draw(image(true, 2, 3, 0, 100, 9999, 50, 25, 9999));
    assertThat(picture.getWidth()).isEqualTo(256);
    assertThat(picture.getHeight()).isEqualTo(256);
    assertThat(grey(picture, 0, 0)).isZero();
    assertThat(grey(picture, 127, 127)).isZero();
    assertThat(grey(picture, 128, 0)).isEqualTo(255);
    assertThat(grey(picture, 0, 128)).isEqualTo(128);
    assertThat(grey(picture, 255, 255)).isEqualTo(64);
  }

  @Test
  void aFewOutliersDoNotSetTheContrast() {
    int[] electrons = new int[100 * 11];
    for (int i = 0; i < electrons.length; i++) {
      electrons[i] = i % 11;
    }
    electrons[0] = 1_000_000;
    BufferedImage picture = Picture.draw(image(true, 100, 11, electrons));
    assertThat(grey(picture, 0, 0)).isEqualTo(255);
    assertThat(grey(picture, picture.getWidth() - 1, picture.getHeight() - 1)).isEqualTo(255);
    // One bright position of many dark ones is still seen.
    int[] one = new int[100 * 11];
    one[0] = 3;
    assertThat(grey(Picture.draw(image(true, 100, 11, one)), 0, 0)).isEqualTo(255);
  }

  @Test
  void patternsAreLogarithmic() {
    BufferedImage picture = Picture.draw(image(false, 1, 3, 0, 99, 9999));
    assertThat(picture.getWidth()).isEqualTo(768);
    assertThat(grey(picture, 0, 0)).isZero();
    assertThat(grey(picture, 256, 0)).isEqualTo(128);
    assertThat(grey(picture, 767, 255)).isEqualTo(255);
  }

  @Test
  void darkNarrowAndLargeImagesAreDrawnToo() {
    assertThat(grey(Picture.draw(image(true, 1, 1, 0)), 0, 0)).isZero();
    assertThat(Picture.draw(image(true, 1, 2001, new int[2001])).getWidth()).isEqualTo(4000);
    assertThat(Picture.draw(image(false, 600, 700, new int[420000])).getWidth()).isEqualTo(700);
  }

  @Test
  void aFileIsWrittenAndReplaced(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("bright_field.png");
    Picture.write(image(true, 1, 2, 1, 2), file);
    ScanImage image = image(true, 2, 3, 0, 100, 9999, 50, 25, 9999);
    Picture.write(image, file);
    Raster written = ImageIO.read(file.toFile()).getRaster();
    Raster drawn = Picture.draw(image).getRaster();
    int[] pixels = drawn.getPixels(0, 0, 256, 256, (int[]) null);
    assertThat(written.getPixels(0, 0, 256, 256, (int[]) null)).isEqualTo(pixels);
    try (var files = Files.list(dir)) {
      assertThat(files).containsExactly(file);
    }
  }
}

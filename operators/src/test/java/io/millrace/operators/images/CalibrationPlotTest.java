package io.millrace.operators.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.Calibration;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.Thresholds;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationPlotTest {
  private static final int BARS = 0x9eb9d4;
  private static final int GAUSSIAN = 0xd6601e;
  private static final int BACKGROUND = 0x1b7f4b;
  private static final int XRAY = 0x8e2d8a;

  @TempDir Path directory;

  static Calibration calibration(
      double background, double xray, double amplitude, double mu, double s) {
    return Calibration.fitted(
        4711,
        new Thresholds(background, xray),
        new Calibration.Fit(
            4.5, 175, 20, 18, 5_971_968, 11, 900, mu, s * s, s, 11, 889, amplitude, mu, s, 0.004,
            7));
  }

  /** The noise of the camera, electrons that lose their energy in several pixels, and x-rays. */
  static SampleHistogram camera() {
    long[] counts = new long[890];
    Random random = new Random(1);
    for (int i = 0; i < counts.length; i++) {
      double d = (i + 11 - 20.47) / 1.784;
      counts[i] =
          Math.round(1.33e6 * Math.exp(-d * d / 2))
              + (i > 8 && i < 400 ? Math.round(900 * Math.exp(-i / 60.0)) : 0)
              + (random.nextInt(20) == 0 ? 1 : 0);
    }
    return new SampleHistogram(4711, 11, counts);
  }

  private static long count(BufferedImage picture, int color, int fromX, int toX) {
    long n = 0;
    for (int x = fromX; x < toX; x++) {
      for (int y = 80; y < picture.getHeight(); y++) {
        n += (picture.getRGB(x, y) & 0xffffff) == color ? 1 : 0;
      }
    }
    return n;
  }

  @Test
  void bothPanelsShowHistogramGaussianAndTheirThresholds() throws Exception {
    Path file = directory.resolve("calibration.png");
    CalibrationPlot.write(calibration(28.4973, 436.598, 1.33e6, 20.47, 1.784), camera(), file);
    BufferedImage picture = ImageIO.read(file.toFile());
    assertThat(picture.getWidth()).isEqualTo(900);
    assertThat(picture.getHeight()).isEqualTo(500);
    for (int panel = 0; panel < 2; panel++) {
      int from = 450 * panel;
      assertThat(count(picture, BARS, from, from + 450)).as("bars %d", panel).isGreaterThan(2000);
      assertThat(count(picture, GAUSSIAN, from, from + 450)).as("fit %d", panel).isPositive();
      assertThat(count(picture, BACKGROUND, from, from + 450)).as("%d", panel).isGreaterThan(200);
    }
    assertThat(count(picture, XRAY, 0, 450)).as("far from the noise").isZero();
    assertThat(count(picture, XRAY, 450, 900)).isGreaterThan(200);
    assertThat(directory.toFile().list()).containsExactly("calibration.png");
  }

  /** Whatever the sample and the fit are like, there is a picture. */
  @Test
  void oddSamplesAreDrawnToo() {
    for (long seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      long[] counts = new long[1 + random.nextInt(seed % 2 == 0 ? 5 : 60_000)];
      for (int i = 0; i < counts.length; i += 1 + random.nextInt(counts.length)) {
        counts[i] = 1 + random.nextInt(1000);
      }
      int first = random.nextInt(5000);
      double mu = first + random.nextInt(counts.length);
      double background = mu + random.nextDouble() * 100;
      BufferedImage picture =
          CalibrationPlot.draw(
              calibration(
                  background,
                  background + 1e-3 + random.nextInt(100_000),
                  1e-3 + random.nextInt(1 << 20),
                  mu,
                  1e-3 + random.nextDouble() * 1000),
              new SampleHistogram(seed, first, counts));
      // Drawn last, so that nothing hides it.
      assertThat(count(picture, XRAY, 450, 900)).as("seed %d", seed).isGreaterThan(300);
    }
  }
}

package io.millrace.operators.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanImage.Axes;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureTest {
  private static ScanImage image(boolean overScan, int rows, int columns, int... electrons) {
    double[] values = Arrays.stream(electrons).asDoubleStream().toArray();
    Axes axes = overScan ? Axes.SCAN : Axes.DETECTOR;
    return new ScanImage(7, "bright_field", "a test", axes, rows, columns, true, values);
  }

  private static ScanImage real(int rows, int columns, double... values) {
    return new ScanImage(7, "com_x", "a test", Axes.SCAN, rows, columns, false, values);
  }

  private static ScanImage profile(double... values) {
    return new ScanImage(
        7, "radial_profile", "a test", Axes.RADIUS, 1, values.length, true, values);
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
  void realNumbersAreWhiteAtTheirMeanBlueBelowAndRedAbove() {
    double none = Double.NaN;
    // The mean is 5; the farthest from it is 2, 3 below.
    BufferedImage picture = Picture.draw(real(2, 4, 2, 5, 6.5, 99, none, none, 6.5, none));
    assertThat(picture.getWidth()).isEqualTo(384);
    assertThat(colour(picture, 0, 0)).as("the lowest").isEqualTo(0x053061);
    assertThat(colour(picture, 128, 0)).as("the mean").isEqualTo(0xf7f7f7);
    assertThat(colour(picture, 0, 128)).as("none").isEqualTo(0xf7f7f7);
    // Level 3/4 lies between the stops 7 and 8 of 10, in the middle.
    assertThat(colour(picture, 383, 255)).as("half as far above").isEqualTo(0xe58368);
    assertThat(colour(Picture.draw(real(1, 3, none, none, 7)), 0, 0)).isEqualTo(0xf7f7f7);
    assertThat(colour(Picture.draw(real(1, 3, 4, 4, 7)), 0, 0)).isEqualTo(0xf7f7f7);
  }

  private static int colour(BufferedImage picture, int x, int y) {
    return picture.getRGB(x, y) & 0xffffff;
  }

  @Test
  void profilesAreCurvesOverTheRadius() {
    BufferedImage picture = Picture.draw(profile(0, 1000, 1000, 1000, 0));
    // A plateau high up in the middle, and nothing below it.
    assertThat(blue(picture, 320, 20, 60)).isTrue();
    assertThat(blue(picture, 320, 60, 340)).isFalse();
    assertThat(blue(Picture.draw(profile(0, 0, 0)), 320, 340, 350)).isTrue();
    assertThat(Picture.draw(profile(5)).getWidth()).isEqualTo(640);
  }

  /** Whether the curve passes a column of the picture between two rows. */
  private static boolean blue(BufferedImage picture, int x, int top, int bottom) {
    return IntStream.range(top, bottom)
        .map(y -> colour(picture, x, y))
        .anyMatch(c -> (c & 0xff) - (c >> 16) > 60);
  }

  @Test
  void axesHaveTicksAtRoundNumbers() {
    assertThat(ProfilePlot.step(1)).isEqualTo(1);
    assertThat(ProfilePlot.step(8)).isEqualTo(1);
    assertThat(ProfilePlot.step(9)).isEqualTo(2);
    assertThat(ProfilePlot.step(407)).isEqualTo(100);
    assertThat(ProfilePlot.step(400)).isEqualTo(50);
    assertThat(ProfilePlot.step(4.5e9)).isEqualTo(1_000_000_000);
  }

  @Test
  void coloursAndLimitsAreThoseThatSomebodyWishes() {
    ScanImage image = image(true, 1, 4, 10, 20, 110, 9999);
    BufferedImage linear = Picture.draw(image, ColourMap.INFERNO, 10.0, 110.0, false);
    int side = linear.getWidth() / 3;
    assertThat(colour(linear, 0, 0)).isEqualTo(0x000004);
    assertThat(colour(linear, side, 0)).as("a tenth").isEqualTo(0x160b39);
    assertThat(colour(linear, 2 * side, 0)).isEqualTo(0xfcffa4);
    BufferedImage log = Picture.draw(image, ColourMap.GREY, 10.0, 110.0, true);
    assertThat(grey(log, 0, 0)).isZero();
    assertThat(grey(log, side, 0)).as("log(101) / log(1001)").isEqualTo(170);
    assertThat(grey(log, 2 * side, 0)).isEqualTo(255);
  }

  @Test
  void darkNarrowAndLargeImagesAreDrawnToo() {
    assertThat(grey(Picture.draw(image(true, 1, 1, 0)), 0, 0)).isZero();
    assertThat(Picture.draw(image(true, 1, 2001, new int[2001])).getWidth()).isEqualTo(4000);
    assertThat(Picture.draw(image(false, 600, 700, new int[420000])).getWidth()).isEqualTo(700);
  }

  /** Another Java, because fonts that are found once are there for good. */
  @Test
  void withoutFontsTheTextIsNamedAndWhatToInstall(@TempDir Path dir) throws Exception {
    Path noFonts =
        Files.writeString(
            dir.resolve("fonts.conf"),
            """
            <?xml version="1.0"?>
            <fontconfig><cachedir>%s</cachedir></fontconfig>
            """
                .formatted(dir));
    Path said = dir.resolve("said.txt");
    ProcessBuilder java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.awt.headless=true",
                "-Duser.home=" + dir, // where Java remembers the fonts that it found
                "-cp",
                System.getProperty("java.class.path"),
                WithoutFonts.class.getName(),
                dir.toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    java.environment().put("FONTCONFIG_FILE", noFonts.toString());
    Process process = java.start();
    boolean ended = process.waitFor(1, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertThat(ended).as(Files.readString(said)).isTrue();
    List<String> lines = Files.readAllLines(said);
    for (String name : List.of("radial_profile.png", "calibration.png", "once_more.png")) {
      assertThat(lines)
          .as(name)
          .anySatisfy(
              line ->
                  assertThat(line)
                      .startsWith(name + ": no text can be drawn; install fontconfig and a font"));
      assertThat(dir.resolve(name)).doesNotExist();
    }
    assertThat(lines).as("needs no text").contains("bright_field.png: written");
    assertThat(dir.resolve("bright_field.png")).isNotEmptyFile();
  }

  /** Writes pictures where there are no fonts, and prints what came of each. */
  static final class WithoutFonts {
    private interface Attempt {
      void write(Path file) throws IOException;
    }

    private WithoutFonts() {}

    /** Takes the directory to write to. */
    public static void main(String... args) {
      Path dir = Path.of(args[0]);
      attempt(
          dir.resolve("bright_field.png"), file -> Picture.write(image(true, 1, 2, 1, 2), file));
      attempt(dir.resolve("radial_profile.png"), file -> Picture.write(profile(1, 2), file));
      attempt(
          dir.resolve("calibration.png"),
          file ->
              CalibrationPlot.write(
                  CalibrationPlotTest.calibration(28.5, 436, 1e6, 20.5, 1.8),
                  CalibrationPlotTest.camera(),
                  file));
      attempt(dir.resolve("once_more.png"), file -> Picture.write(profile(1, 2), file));
    }

    private static void attempt(Path file, Attempt attempt) {
      try {
        attempt.write(file);
        System.out.println(file.getFileName() + ": written");
      } catch (IOException e) {
        System.out.println(file.getFileName() + ": " + e.getMessage());
      }
    }
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

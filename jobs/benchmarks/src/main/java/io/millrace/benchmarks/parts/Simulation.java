package io.millrace.benchmarks.parts;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The scans that a producer sends: frames that were prepared, and are repeated under their own
 * headers, so that sending costs no more than sending.
 *
 * @param columns positions in a row, without the flyback
 * @param rows rows of positions
 * @param electrons average number in a frame
 * @param framesPerSecond pace; positive infinity for as fast as possible
 */
public record Simulation(int columns, int rows, int electrons, double framesPerSecond) {
  /** The camera of all measurements. */
  public static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");

  /** Prepared frames: 42 MB, more than a processor's caches hold. */
  private static final int REPEAT = 64;

  private static final Pattern SIZE = Pattern.compile("([1-9]\\d{0,4})x([1-9]\\d{0,4})");

  /**
   * @param size such as 64x64
   * @throws IllegalArgumentException if it is no possible size; says why
   */
  public static Simulation of(String size, int electrons) {
    Matcher m = SIZE.matcher(size);
    if (!m.matches()) {
      throw new IllegalArgumentException("%s is no size of a scan such as 64x64".formatted(size));
    }
    Simulation simulation =
        new Simulation(
            Integer.parseInt(m.group(1)),
            Integer.parseInt(m.group(2)),
            electrons,
            Double.POSITIVE_INFINITY);
    try {
      simulation.sectors();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IllegalArgumentException(
          "%s is no possible scan: %s".formatted(size, e.getMessage()), e);
    }
    return simulation;
  }

  /**
   * The same at a camera's pace.
   *
   * @param framesPerSecond above 0
   */
  public Simulation paced(double framesPerSecond) {
    return new Simulation(columns, rows, electrons, framesPerSecond);
  }

  private boolean isPaced() {
    return framesPerSecond < Double.POSITIVE_INFINITY;
  }

  /** Frames of a scan, those of the flyback included. */
  public int frames() {
    return ScanGeometry.withFlyback(columns, rows).positions();
  }

  /** Sectors of a scan. */
  public int sectors() {
    return Math.multiplyExact(frames(), CAMERA.modules());
  }

  /** So many scans, at least one, have that many sectors or more. */
  public int scansOf(int sectors) {
    return Math.max(1, (sectors + sectors() - 1) / sectors());
  }

  /** Bytes of pixels in a scan, in units of 10^9. */
  public double gigabytes() {
    return sectors() * (double) CAMERA.sectorBytes() / 1e9;
  }

  /** What the producer is told. */
  List<String> options() {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--simulate=%dx%d".formatted(columns, rows),
                "--electrons=" + electrons,
                "--repeat=" + REPEAT));
    if (isPaced()) {
      options.add("--rate=" + framesPerSecond);
    }
    return options;
  }

  @Override
  public String toString() {
    String scan = "%dx%d, %d electrons".formatted(columns, rows, electrons);
    return isPaced() ? scan + String.format(Locale.ROOT, ", %.0f frames/s", framesPerSecond) : scan;
  }
}

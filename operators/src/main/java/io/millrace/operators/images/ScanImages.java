package io.millrace.operators.images;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanImage.Axes;
import io.millrace.detector.ScanKey;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRows;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The images of one scan as its frames come in: over its positions the electrons in each virtual
 * detector, all electrons, their centre of mass and the phase from it; over the detector the sum of
 * all frames, and its radial profile. An event counts 1.
 */
public final class ScanImages implements Serializable {
  private static final long serialVersionUID = 1;

  private static final String TOTAL_COUNTS = "total_counts";
  private static final String COM_X = "com_x";
  private static final String COM_Y = "com_y";
  private static final String DPC_PHASE = "dpc_phase";
  private static final String SUM_PATTERN = "sum_pattern";
  private static final String RADIAL_PROFILE = "radial_profile";

  /** Names of the images of every scan, in their order; no virtual detector can have one. */
  public static final List<String> NAMES =
      List.of(TOTAL_COUNTS, COM_X, COM_Y, DPC_PHASE, SUM_PATTERN, RADIAL_PROFILE);

  private final DetectorDescription detector;
  private final List<VirtualDetector> virtualDetectors;
  private final DpcPhase dpc;
  private final long scan;
  private final ScanGeometry geometry;

  /**
   * By detector pixel: one bit for each virtual detector that it belongs to. Not written, since it
   * follows from the detectors and is as large as a frame; null until it is needed again.
   */
  private transient int[] membership;

  /** By virtual detector and position: electrons. */
  private final int[][] inDetectors;

  /** By position: electrons, and the sums of their columns and rows. */
  private final int[] total;

  private final long[] columnSum;
  private final long[] rowSum;

  /** By detector pixel: electrons. */
  private final int[] pattern;

  /**
   * Images without electrons.
   *
   * @param virtualDetectors at most 32, with different names
   */
  public ScanImages(
      DetectorDescription detector,
      List<VirtualDetector> virtualDetectors,
      DpcPhase dpc,
      long scan,
      ScanGeometry geometry) {
    if (virtualDetectors.size() > Integer.SIZE) {
      throw new IllegalArgumentException(
          "%d virtual detectors; at most 32 are possible".formatted(virtualDetectors.size()));
    }
    long names = virtualDetectors.stream().map(VirtualDetector::name).distinct().count();
    if (names < virtualDetectors.size()) {
      throw new IllegalArgumentException(
          "virtual detectors need different names: "
              + virtualDetectors.stream().map(VirtualDetector::name).toList());
    }
    this.detector = detector;
    this.virtualDetectors = List.copyOf(virtualDetectors);
    this.dpc = dpc;
    this.scan = scan;
    this.geometry = geometry;
    inDetectors = new int[virtualDetectors.size()][geometry.positions()];
    total = new int[geometry.positions()];
    columnSum = new long[geometry.positions()];
    rowSum = new long[geometry.positions()];
    pattern = new int[detector.pixels()];
    membership = membership(detector, virtualDetectors);
  }

  private static int[] membership(
      DetectorDescription detector, List<VirtualDetector> virtualDetectors) {
    int[] membership = new int[detector.pixels()];
    for (int pixel = 0; pixel < membership.length; pixel++) {
      for (int v = 0; v < virtualDetectors.size(); v++) {
        if (virtualDetectors
            .get(v)
            .contains(pixel / detector.columns(), pixel % detector.columns())) {
          membership[pixel] |= 1 << v;
        }
      }
    }
    return membership;
  }

  private ScanImages(ScanImages other) {
    detector = other.detector;
    virtualDetectors = other.virtualDetectors;
    dpc = other.dpc;
    scan = other.scan;
    geometry = other.geometry;
    membership = other.membership;
    inDetectors = Arrays.stream(other.inDetectors).map(int[]::clone).toArray(int[][]::new);
    total = other.total.clone();
    columnSum = other.columnSum.clone();
    rowSum = other.rowSum.clone();
    pattern = other.pattern.clone();
  }

  /** The {@link ScanKey key} of the scan. */
  long scan() {
    return scan;
  }

  /** The scan's raster. */
  ScanGeometry geometry() {
    return geometry;
  }

  /** The images as they stand; frames that are added to the one do not change the other. */
  public ScanImages copy() {
    return new ScanImages(this);
  }

  /**
   * Adds the events of a frame at its position.
   *
   * @throws IllegalArgumentException if the frame is of another scan or scan size
   */
  public void add(CountedFrame frame) {
    if (frame.scan != scan
        || frame.width != geometry.width()
        || frame.height != geometry.height()) {
      throw new IllegalArgumentException(
          "frame %d is of scan %s, %d x %d; the images are of scan %s, %d x %d"
              .formatted(
                  frame.frame,
                  ScanKey.name(frame.scan),
                  frame.width,
                  frame.height,
                  ScanKey.name(scan),
                  geometry.width(),
                  geometry.height()));
    }
    if (membership == null) {
      membership = membership(detector, virtualDetectors);
    }
    int position = frame.position();
    int columns = detector.columns();
    int[] events = frame.events.array();
    long pixels = 0;
    long rows = 0;
    for (int e = 0; e < frame.events.size(); e++) {
      int pixel = events[e];
      pixels += pixel;
      rows += pixel / columns;
      pattern[pixel]++;
      for (int in = membership[pixel]; in != 0; in &= in - 1) {
        inDetectors[Integer.numberOfTrailingZeros(in)][position]++;
      }
    }
    total[position] += frame.events.size();
    rowSum[position] += rows;
    columnSum[position] += pixels - rows * columns;
  }

  /**
   * The images so far: those of the virtual detectors, then {@link #NAMES}. Later frames do not
   * change them.
   */
  public List<ScanImage> images() {
    List<ScanImage> all = new ArrayList<>();
    for (int v = 0; v < inDetectors.length; v++) {
      VirtualDetector d = virtualDetectors.get(v);
      String description =
          "electrons from %s to %s pixels around column %s, row %s"
              .formatted(d.inner(), d.outer(), d.x(), d.y());
      all.add(overScan(d.name(), description, true, counts(inDetectors[v])));
    }
    double[] comX = mean(columnSum);
    double[] comY = mean(rowSum);
    all.add(overScan(TOTAL_COUNTS, "electrons", true, counts(total)));
    all.add(overScan(COM_X, "mean column of the electrons, pixels", false, comX));
    all.add(overScan(COM_Y, "mean row of the electrons, pixels", false, comY));
    all.add(
        overScan(
            DPC_PHASE,
            "phase from the centre of mass, pixels x positions, rotated by %s degrees%s"
                .formatted(dpc.rotation(), dpc.flip() ? " after a flip" : ""),
            false,
            dpc.of(comX, comY, geometry)));
    all.add(
        new ScanImage(
            scan,
            SUM_PATTERN,
            "electrons per detector pixel over the scan",
            Axes.DETECTOR,
            detector.rows(),
            detector.columns(),
            true,
            counts(pattern)));
    all.add(radialProfile());
    return all;
  }

  /**
   * Rows as they stand. Later frames do not change them.
   *
   * @param coverage of the frames that were added
   */
  LiveRows rows(int firstRow, int rows, ScanCoverage coverage) {
    int from = geometry.position(0, firstRow);
    int to = geometry.position(0, firstRow + rows);
    return new LiveRows(
        scan,
        geometry,
        firstRow,
        rows,
        virtualDetectors.stream().map(VirtualDetector::ring).toList(),
        coverage.masks(from, to),
        coverage.frames(from, to),
        Arrays.stream(inDetectors)
            .map(in -> Arrays.copyOfRange(in, from, to))
            .toArray(int[][]::new),
        Arrays.copyOfRange(total, from, to),
        Arrays.copyOfRange(columnSum, from, to),
        Arrays.copyOfRange(rowSum, from, to));
  }

  /**
   * The sum of all frames so far. Later frames do not change it.
   *
   * @param coverage of the frames that were added
   */
  LivePattern pattern(ScanCoverage coverage) {
    return new LivePattern(
        scan,
        geometry,
        detector.rows(),
        detector.columns(),
        detector.modules(),
        coverage.frames(),
        coverage.events(),
        pattern.clone());
  }

  private ScanImage overScan(String name, String description, boolean counts, double[] values) {
    return new ScanImage(
        scan, name, description, Axes.SCAN, geometry.height(), geometry.width(), counts, values);
  }

  /** A pixel's electrons belong to the radius that its distance from the centre rounds down to. */
  private ScanImage radialProfile() {
    double x = detector.columns() / 2.0;
    double y = detector.rows() / 2.0;
    double[] electrons = new double[(int) Math.sqrt(x * x + y * y) + 1];
    for (int pixel = 0; pixel < pattern.length; pixel++) {
      double dx = pixel % detector.columns() - x;
      double dy = pixel / detector.columns() - y;
      electrons[(int) Math.sqrt(dx * dx + dy * dy)] += Integer.toUnsignedLong(pattern[pixel]);
    }
    return new ScanImage(
        scan,
        RADIAL_PROFILE,
        "electrons by radius in pixels around column %s, row %s".formatted(x, y),
        Axes.RADIUS,
        1,
        electrons.length,
        true,
        electrons);
  }

  /** Sums per electron; NaN where there is none. */
  private double[] mean(long[] sums) {
    double[] means = new double[sums.length];
    Arrays.setAll(means, p -> sums[p] / (double) total[p]); // 0 / 0.0 is NaN
    return means;
  }

  private static double[] counts(int[] electrons) {
    return Arrays.stream(electrons).mapToDouble(Integer::toUnsignedLong).toArray();
  }
}

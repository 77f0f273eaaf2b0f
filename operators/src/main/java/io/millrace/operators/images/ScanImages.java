package io.millrace.operators.images;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import java.util.ArrayList;
import java.util.List;

/**
 * The images of one scan as its frames come in: electrons per scan position for each virtual
 * detector, and electrons per detector pixel over the whole scan. An event counts 1.
 */
public final class ScanImages {
  /** Name of the image over detector pixels. */
  public static final String SUM_PATTERN = "sum_pattern";

  private final DetectorDescription detector;
  private final List<VirtualDetector> virtualDetectors;
  private final long scan;
  private final ScanGeometry geometry;

  /** By detector pixel: one bit for each virtual detector that it belongs to. */
  private final int[] membership;

  /** By virtual detector and position. */
  private final int[][] images;

  /** By detector pixel. */
  private final int[] pattern;

  /**
   * Images without electrons.
   *
   * @param virtualDetectors at most 32, with different names
   */
  public ScanImages(
      DetectorDescription detector,
      List<VirtualDetector> virtualDetectors,
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
    this.scan = scan;
    this.geometry = geometry;
    images = new int[virtualDetectors.size()][geometry.positions()];
    pattern = new int[detector.pixels()];
    membership = new int[detector.pixels()];
    for (int pixel = 0; pixel < membership.length; pixel++) {
      for (int v = 0; v < virtualDetectors.size(); v++) {
        if (virtualDetectors
            .get(v)
            .contains(pixel / detector.columns(), pixel % detector.columns())) {
          membership[pixel] |= 1 << v;
        }
      }
    }
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
          "frame %d is of scan %d, %d x %d; the images are of scan %d, %d x %d"
              .formatted(
                  frame.frame,
                  frame.scan,
                  frame.width,
                  frame.height,
                  scan,
                  geometry.width(),
                  geometry.height()));
    }
    int position = frame.position();
    int[] events = frame.events.array();
    for (int e = 0; e < frame.events.size(); e++) {
      int pixel = events[e];
      pattern[pixel]++;
      for (int in = membership[pixel]; in != 0; in &= in - 1) {
        images[Integer.numberOfTrailingZeros(in)][position]++;
      }
    }
  }

  /** The images so far, the sum pattern last; later frames do not change them. */
  public List<ScanImage> images() {
    List<ScanImage> all = new ArrayList<>();
    for (int v = 0; v < images.length; v++) {
      VirtualDetector d = virtualDetectors.get(v);
      String description =
          "electrons from %s to %s pixels around column %s, row %s"
              .formatted(d.inner(), d.outer(), d.x(), d.y());
      all.add(
          new ScanImage(
              scan,
              d.name(),
              description,
              true,
              geometry.height(),
              geometry.width(),
              images[v].clone()));
    }
    all.add(
        new ScanImage(
            scan,
            SUM_PATTERN,
            "electrons per detector pixel over the scan",
            false,
            detector.rows(),
            detector.columns(),
            pattern.clone()));
    return all;
  }
}

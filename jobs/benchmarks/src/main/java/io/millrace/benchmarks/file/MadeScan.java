package io.millrace.benchmarks.file;

import io.millrace.detector.Calibration;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.Drops;
import io.millrace.detector.IntList;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanImage.Axes;
import io.millrace.detector.ScanReport;
import io.millrace.detector.Thresholds;
import io.millrace.hdf5.CountedFileWriter;
import io.millrace.hdf5.Layout;
import io.millrace.hdf5.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Frames as they leave the assembly, in the order of the scan, and all else that a file has. A
 * frame's events are spread evenly; there are some hundred different frames, which take turns.
 */
final class MadeScan {
  private static final long SEED = 20261125;
  private static final int DISTINCT_FRAMES = 256;
  private static final Provenance PROVENANCE = new Provenance("millrace", "bench", "bench", "{}");

  private final DetectorDescription detector;
  private final ScanGeometry geometry;
  private final int events;
  private final CountedFrame[] frames = new CountedFrame[DISTINCT_FRAMES];
  private final List<ScanImage> images;

  /**
   * A square scan.
   *
   * @param events of each frame
   */
  MadeScan(DetectorDescription detector, int side, int events) {
    this.detector = detector;
    this.geometry = new ScanGeometry(side, side);
    this.events = events;
    SplittableRandom random = new SplittableRandom(SEED);
    for (int f = 0; f < frames.length; f++) {
      int[] sorted = random.ints(0, detector.pixels()).distinct().limit(events).sorted().toArray();
      frames[f] = new CountedFrame(IntList.of(sorted));
      frames[f].scan = 1;
      frames[f].width = side;
      frames[f].height = side;
      frames[f].mask = detector.completeMask();
    }
    images =
        List.of(
            image("bright_field", Axes.SCAN, side, side),
            image("sum_pattern", Axes.DETECTOR, detector.rows(), detector.columns()));
  }

  private static ScanImage image(String name, Axes axes, int rows, int columns) {
    return new ScanImage(
        1, name, "electrons", axes, rows, columns, true, new double[rows * columns]);
  }

  /** Writes the scan, from the first frame until the file is in its place. */
  void write(Path part, Path file, Layout layout) throws IOException {
    try (CountedFileWriter writer = new CountedFileWriter(part, detector, false)) {
      int next = 0;
      for (int p = 0; p < geometry.positions(); p++) {
        CountedFrame frame = frames[next];
        next = next + 1 == frames.length ? 0 : next + 1;
        frame.frame = p;
        frame.x = p % geometry.width();
        frame.y = p / geometry.width();
        writer.add(frame);
      }
      for (ScanImage image : images) {
        writer.add(image);
      }
      writer.finish(report(), PROVENANCE, layout, file);
    }
  }

  private ScanReport report() {
    long positions = geometry.positions();
    long sectors = positions * detector.modules();
    Instant start = Instant.EPOCH;
    return new ScanReport(
        1,
        geometry,
        1,
        positions,
        0,
        0,
        new long[detector.modules()],
        positions * events,
        sectors,
        sectors,
        new Drops(),
        ScanReport.EndedBy.ANNOUNCED,
        start,
        start.plusSeconds(1),
        Calibration.given(1, new Thresholds(28.5, 436.6), 20.5));
  }
}

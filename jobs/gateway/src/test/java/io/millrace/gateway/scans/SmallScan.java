package io.millrace.gateway.scans;

import io.millrace.detector.Calibration;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.Drops;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.IntList;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanReport;
import io.millrace.detector.ScanReport.EndedBy;
import io.millrace.detector.SectorPlacement;
import io.millrace.detector.Thresholds;
import io.millrace.hdf5.CountedFileWriter;
import io.millrace.hdf5.Layout;
import io.millrace.hdf5.Provenance;
import io.millrace.operators.images.DpcPhase;
import io.millrace.operators.images.ScanImages;
import io.millrace.operators.images.VirtualDetector;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * A counted file of 3 x 2 positions, frames of 8 x 8 pixels, two modules. Position p has p + 1
 * events, at the pixels 9 p, 9 p + 1, ...; position 4 lacks a module, position 5 is absent.
 */
final class SmallScan {
  static final ScanGeometry GEOMETRY = new ScanGeometry(3, 2);
  static final VirtualDetector DISK = new VirtualDetector("bright_field", 0, 2, 4, 4);
  static final VirtualDetector RING = new VirtualDetector("annular_dark_field", 2, 5.5, 4, 4);
  static final int ELECTRONS = 1 + 2 + 3 + 4 + 5;

  static final DetectorDescription CAMERA =
      new DetectorDescription(
          "small", 8, 8, List.of(new SectorPlacement(0, 0, 4, 8), new SectorPlacement(4, 0, 4, 8)));

  private SmallScan() {}

  static int[] events(int position) {
    int[] events = new int[position == 5 ? 0 : position + 1];
    for (int e = 0; e < events.length; e++) {
      events[e] = 9 * position + e;
    }
    return events;
  }

  /** Electrons of a position in a ring, one by one. */
  static int in(VirtualDetector ring, int position) {
    int n = 0;
    for (int event : events(position)) {
      n += ring.contains(event / 8, event % 8) ? 1 : 0;
    }
    return n;
  }

  static Path write(Path folder, String name, String session, int number, Instant start)
      throws IOException {
    ScanImages images =
        new ScanImages(CAMERA, List.of(DISK, RING), new DpcPhase(0, false), number, GEOMETRY);
    try (CountedFileWriter writer =
        new CountedFileWriter(folder.resolve(name + ".part"), CAMERA, false)) {
      for (int p = 0; p < 5; p++) {
        CountedFrame frame = new CountedFrame(IntList.of(events(p)));
        frame.scan = number;
        frame.frame = p;
        frame.width = GEOMETRY.width();
        frame.height = GEOMETRY.height();
        frame.x = p % 3;
        frame.y = p / 3;
        frame.mask = p == 4 ? 1 : 3;
        writer.add(frame);
        images.add(frame);
      }
      for (ScanImage image : images.images()) {
        writer.add(image);
      }
      writer.add(new HotPixelList(number, List.of()));
      ScanReport report =
          new ScanReport(
              number,
              GEOMETRY,
              1,
              4,
              1,
              1,
              new long[] {0, 1},
              ELECTRONS,
              9,
              9,
              new Drops(),
              EndedBy.ANNOUNCED,
              start,
              start.plusSeconds(5),
              Calibration.given(number, new Thresholds(10, 100), null));
      Path file = folder.resolve(name);
      writer.finish(
          report, new Provenance("millrace", "0", session, "{\"lanes\":2}"), Layout.VLEN, file);
      return file;
    }
  }
}

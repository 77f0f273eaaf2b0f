package io.millrace.benchmarks.files;

import io.millrace.detector.Calibration;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.Drops;
import io.millrace.detector.LaneReport;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanReport;
import io.millrace.detector.Thresholds;
import io.millrace.hdf5.CountedFileName;
import io.millrace.hdf5.CountedFileWriter;
import io.millrace.hdf5.Layout;
import io.millrace.hdf5.Provenance;
import io.millrace.operators.hotpixels.HotPixelSearch;
import io.millrace.operators.images.DpcPhase;
import io.millrace.operators.images.ScanImages;
import io.millrace.operators.images.VirtualDetector;
import io.millrace.operators.ledger.ScanAccount;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/**
 * What the batch job makes of a scan's frames: the same account, images, search for hot pixels and
 * counted file as the counting job with its defaults. The threads take turns.
 */
final class BatchResult implements Closeable {
  /** As the counting job has them if nobody gives any. */
  private static final List<String> VIRTUAL_DETECTORS =
      List.of("bright_field,0,110", "annular_dark_field,120,280");

  private static final int ID = 1;

  private final DetectorDescription detector;
  private final long scan;
  private final Path directory;
  private final Instant start = Instant.now();
  private final ScanAccount account;
  private final HotPixelSearch hotPixels;
  private final CountedFileWriter writer;
  private ScanImages images;

  BatchResult(DetectorDescription detector, Thresholds thresholds, long scan, Path directory)
      throws IOException {
    this.detector = detector;
    this.scan = scan;
    this.directory = directory;
    account = new ScanAccount(detector, 1, start);
    account.add(Calibration.given(scan, thresholds, null));
    hotPixels = new HotPixelSearch(detector, scan);
    writer =
        new CountedFileWriter(directory.resolve(CountedFileName.part(ID, scan)), detector, false);
  }

  /** Takes a frame, which may be used again. */
  synchronized void add(CountedFrame frame) throws IOException {
    if (images == null) {
      images =
          new ScanImages(
              detector,
              VIRTUAL_DETECTORS.stream()
                  .map(text -> VirtualDetector.parse(text, detector))
                  .toList(),
              new DpcPhase(0, false),
              scan,
              new ScanGeometry(frame.width, frame.height));
    }
    if (!account.add(frame)) {
      throw new IOException("frame %d does not fit scan %d".formatted(frame.frame, scan));
    }
    images.add(frame);
    hotPixels.add(frame);
    writer.add(frame);
  }

  /**
   * Writes the file.
   *
   * @param sectors that were read
   * @throws IOException also if the scan is not complete
   */
  synchronized void finish(long sectors) throws IOException {
    if (!account.allFrames()) {
      throw new IOException(
          "the raw files of scan %d hold %d complete frames, not all of the scan"
              .formatted(scan, account.complete()));
    }
    account.add(new LaneReport(scan, 0, sectors, sectors, true, new Drops()));
    ScanReport report = account.close(scan, ScanReport.EndedBy.ALL_FRAMES, Instant.now());
    for (ScanImage image : images.images()) {
      writer.add(image);
    }
    writer.add(hotPixels.find());
    writer.finish(
        report,
        new Provenance("Millrace, scripts/bench files", "", "", "{}"),
        Layout.VLEN,
        directory.resolve(CountedFileName.of(start, ZoneId.systemDefault(), ID, scan)));
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}

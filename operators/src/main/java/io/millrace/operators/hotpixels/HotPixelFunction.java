package io.millrace.operators.hotpixels;

import io.millrace.coordination.PixelMasks;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.HotPixelList.HotPixel;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.ScanReport;
import io.millrace.operators.calibration.CalibrationSettings;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the hot pixels of each scan while its frames pass, and puts them before its report.
 * Chained to the ledger, so that all frames of a scan pass the same instance.
 *
 * <p>It searches after 1,000 frames, after twice as many each time, and at the end; what is new is
 * in the log at once. If hot pixels are masked, it shares them with the calibration of the next
 * scan; a scan that is under way stays as it is.
 */
@PublicEvolving
public final class HotPixelFunction extends RichFlatMapFunction<ScanRecord, ScanRecord> {
  private static final Logger LOG = LoggerFactory.getLogger(HotPixelFunction.class);

  private static final long FIRST_SEARCH = 1_000;

  /** Pixels of a scan that have a line of their own in the log. */
  private static final int TOLD_ONE_BY_ONE = 20;

  private static final class OpenScan {
    final HotPixelSearch search;
    final Set<Integer> told = new HashSet<>();
    long nextSearch = FIRST_SEARCH;

    OpenScan(HotPixelSearch search) {
      this.search = search;
    }
  }

  private final DetectorDescription detector;
  private final CalibrationSettings settings;

  private transient Map<Long, OpenScan> open;
  private transient PixelMasks masks;
  private transient Counter hotPixels;

  /** A search in a detector's scans; the settings say whether, and where, masks are shared. */
  public HotPixelFunction(DetectorDescription detector, CalibrationSettings settings) {
    this.detector = detector;
    this.settings = settings;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    open = new HashMap<>();
    hotPixels = getRuntimeContext().getMetricGroup().counter("hotPixels");
    if (settings.maskHotPixels()) {
      masks = settings.connectMasks(getRuntimeContext().getJobInfo().getJobId().toString());
    }
  }

  @Override
  public void flatMap(ScanRecord record, Collector<ScanRecord> out) {
    if (record instanceof CountedFrame frame) {
      OpenScan scan =
          open.computeIfAbsent(
              frame.scan, number -> new OpenScan(new HotPixelSearch(detector, number)));
      scan.search.add(frame);
      if (scan.search.frames() == scan.nextSearch) {
        scan.nextSearch *= 2;
        search(scan);
      }
    } else if (record instanceof ScanReport report) {
      OpenScan scan = open.remove(report.scan());
      HotPixelList found = search(scan);
      if (scan.told.size() > TOLD_ONE_BY_ONE) {
        LOG.warn(
            "Scan {} has {} hot pixels; its file lists all", report.scan(), found.pixels().size());
      }
      out.collect(found);
      if (masks != null) {
        share(found, report);
      }
    }
    out.collect(record);
  }

  private HotPixelList search(OpenScan scan) {
    HotPixelList found = scan.search.find();
    for (HotPixel pixel : found.pixels()) {
      if (!scan.told.add(pixel.index())) {
        continue;
      }
      hotPixels.inc();
      if (scan.told.size() <= TOLD_ONE_BY_ONE) {
        LOG.warn(
            "Scan {}: the pixel in row {}, column {} is hot: {} events per frame in {} frames",
            found.scan(),
            pixel.index() / detector.columns(),
            pixel.index() % detector.columns(),
            pixel.rate(),
            scan.search.frames());
      }
    }
    return found;
  }

  private void share(HotPixelList found, ScanReport report) {
    Set<Integer> known = new TreeSet<>(masks.latest());
    known.addAll(report.calibration().maskedPixels());
    List<Integer> mask = found.mask(known, PixelMasks.MAX_PIXELS);
    if (mask.size() == PixelMasks.MAX_PIXELS) {
      LOG.warn(
          "Scan {}: {} pixels are hot; of these only the most active are masked, {} in all",
          report.scan(),
          found.pixels().size(),
          mask.size());
    }
    masks.publish(report.scan(), mask);
  }

  @Override
  public void close() throws IOException {
    if (masks != null) {
      masks.close();
    }
  }
}

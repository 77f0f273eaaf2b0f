package io.millrace.operators.hotpixels;

import io.millrace.coordination.PixelMasks;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.HotPixelList.HotPixel;
import io.millrace.detector.ScanKey;
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
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the hot pixels of each scan while its frames pass, and puts them before its report.
 * Keyed by scan, and chained to the ledger.
 *
 * <p>It searches after 1,000 frames, after twice as many each time, and at the end; what is new is
 * in the log at once. If hot pixels are masked, it shares them with the calibration of the next
 * scan; a scan that is under way stays as it is.
 */
@PublicEvolving
public final class HotPixelFunction extends KeyedProcessFunction<Long, ScanRecord, ScanRecord> {
  private static final Logger LOG = LoggerFactory.getLogger(HotPixelFunction.class);

  private static final long FIRST_SEARCH = 1_000;

  /** Pixels of a scan that have a line of their own in the log. */
  private static final int TOLD_ONE_BY_ONE = 20;

  private final DetectorDescription detector;
  private final CalibrationSettings settings;

  private transient ValueState<HotPixelSearch> open;

  /** By scan, the pixels that are in the log. A restarted job tells them again. */
  private transient Map<Long, Set<Integer>> told;

  private transient PixelMasks masks;
  private transient Counter hotPixels;

  /** A search in a detector's scans; the settings say whether, and where, masks are shared. */
  public HotPixelFunction(DetectorDescription detector, CalibrationSettings settings) {
    this.detector = detector;
    this.settings = settings;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    open =
        getRuntimeContext()
            .getState(
                new ValueStateDescriptor<>("hot-pixels", Types.GENERIC(HotPixelSearch.class)));
    told = new HashMap<>();
    hotPixels = getRuntimeContext().getMetricGroup().counter("hotPixels");
    if (settings.maskHotPixels()) {
      masks = settings.connectMasks(getRuntimeContext().getJobInfo().getJobId().toString());
    }
  }

  @Override
  public void processElement(ScanRecord record, Context context, Collector<ScanRecord> out)
      throws IOException {
    if (record instanceof CountedFrame frame) {
      HotPixelSearch search = open.value();
      if (search == null) {
        search = new HotPixelSearch(detector, frame.scan);
      }
      search.add(frame);
      open.update(search);
      if (isDue(search.frames())) {
        find(search);
      }
    } else if (record instanceof ScanReport report) {
      HotPixelList found = find(open.value());
      open.clear();
      if (told.remove(report.scan()).size() > TOLD_ONE_BY_ONE) {
        LOG.warn(
            "Scan {} has {} hot pixels; its file lists all",
            ScanKey.name(report.scan()),
            found.pixels().size());
      }
      out.collect(found);
      if (masks != null) {
        share(found, report);
      }
    }
    out.collect(record);
  }

  private static boolean isDue(long frames) {
    return frames % FIRST_SEARCH == 0 && Long.bitCount(frames / FIRST_SEARCH) == 1;
  }

  private HotPixelList find(HotPixelSearch search) {
    HotPixelList found = search.find();
    Set<Integer> toldOfScan = told.computeIfAbsent(found.scan(), scan -> new HashSet<>());
    for (HotPixel pixel : found.pixels()) {
      if (!toldOfScan.add(pixel.index())) {
        continue;
      }
      hotPixels.inc();
      if (toldOfScan.size() <= TOLD_ONE_BY_ONE) {
        LOG.warn(
            "Scan {}: the pixel in row {}, column {} is hot: {} events per frame in {} frames",
            ScanKey.name(found.scan()),
            pixel.index() / detector.columns(),
            pixel.index() % detector.columns(),
            pixel.rate(),
            search.frames());
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
          ScanKey.name(report.scan()),
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

package io.millrace.operators.images;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.ScanReport;
import io.millrace.detector.live.LiveMessage;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Draws the images of each scan while its frames pass, and puts them before its report. Keyed by
 * scan, and chained to the ledger.
 *
 * <p>If it has viewers, it tells them by the side output {@link #LIVE} what becomes of a scan while
 * it runs: {@link LiveScan} has the rules.
 */
@PublicEvolving
public final class ImageFunction extends KeyedProcessFunction<Long, ScanRecord, ScanRecord> {
  /** What viewers are told. */
  public static final OutputTag<LiveMessage> LIVE =
      new OutputTag<>("live", Types.GENERIC(LiveMessage.class));

  private final DetectorDescription detector;
  private final List<VirtualDetector> virtualDetectors;
  private final DpcPhase dpc;
  private final boolean viewers;
  private transient ValueState<ScanImages> open;

  /** Kept if there are viewers. */
  private transient ValueState<ScanCoverage> coverage;

  /** By scan that viewers are told of. Not restored: see {@link #watched}. */
  private transient Map<Long, LiveScan> live;

  /**
   * Images of these virtual detectors, and {@link ScanImages#NAMES}, with that phase.
   *
   * @param viewers whether there is somebody to tell of scans while they run
   */
  public ImageFunction(
      DetectorDescription detector,
      List<VirtualDetector> virtualDetectors,
      DpcPhase dpc,
      boolean viewers) {
    this.detector = detector;
    this.virtualDetectors = List.copyOf(virtualDetectors);
    this.dpc = dpc;
    this.viewers = viewers;
  }

  @Override
  public void open(OpenContext context) {
    open =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("images", Types.GENERIC(ScanImages.class)));
    if (viewers) {
      coverage =
          getRuntimeContext()
              .getState(new ValueStateDescriptor<>("coverage", Types.GENERIC(ScanCoverage.class)));
      live = new HashMap<>();
    }
  }

  @Override
  public void processElement(ScanRecord record, Context context, Collector<ScanRecord> out)
      throws IOException {
    if (record instanceof CountedFrame frame) {
      ScanImages images = open.value();
      if (images == null) {
        images =
            new ScanImages(
                detector,
                virtualDetectors,
                dpc,
                frame.scan,
                new ScanGeometry(frame.width, frame.height));
        if (viewers) {
          live.put(frame.scan, liveScan(images));
        }
      }
      images.add(frame);
      open.update(images);
      if (viewers) {
        show(frame, images, context);
      }
    } else if (record instanceof ScanReport report) {
      ScanImages images = open.value();
      if (viewers) {
        LiveScan scan = watched(report.scan(), images);
        tell(scan, images, context);
        scan.tellEnd(report, message -> context.output(LIVE, message));
        live.remove(report.scan());
        coverage.clear();
      }
      for (ScanImage image : images.images()) {
        out.collect(image);
      }
      open.clear();
    }
    out.collect(record);
  }

  private void show(CountedFrame frame, ScanImages images, Context context) throws IOException {
    ScanCoverage covered = covered(images);
    covered.add(frame);
    coverage.update(covered);
    LiveScan scan = watched(frame.scan, images);
    scan.add(frame);
    if (scan.hasManyEvents()) {
      scan.tellEvents(message -> context.output(LIVE, message));
    }
    if (!scan.isArmed()) {
      TimerService timers = context.timerService();
      timers.registerProcessingTimeTimer(scan.arm(timers.currentProcessingTime()));
    }
  }

  /** That of frames that came while there were viewers. */
  private ScanCoverage covered(ScanImages images) throws IOException {
    ScanCoverage covered = coverage.value();
    return covered == null ? new ScanCoverage(images.geometry()) : covered;
  }

  /** The scan as viewers know it; if it was restored, they have to be told all. */
  private LiveScan watched(long key, ScanImages images) {
    LiveScan scan = live.get(key);
    if (scan == null) {
      scan = liveScan(images);
      scan.changeAll();
      live.put(key, scan);
    }
    return scan;
  }

  private LiveScan liveScan(ScanImages images) {
    return new LiveScan(detector, images.scan(), images.geometry(), virtualDetectors.size());
  }

  private void tell(LiveScan scan, ScanImages images, Context context) throws IOException {
    scan.tell(
        images,
        covered(images),
        context.timerService().currentProcessingTime(),
        message -> context.output(LIVE, message));
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<ScanRecord> out)
      throws IOException {
    ScanImages images = open.value();
    if (images != null && viewers) {
      tell(watched(context.getCurrentKey(), images), images, context);
    }
  }
}

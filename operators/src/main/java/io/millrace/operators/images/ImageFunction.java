package io.millrace.operators.images;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.ScanReport;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.util.Collector;

/**
 * Draws the images of each scan while its frames pass, and puts them before its report. Chained to
 * the ledger, so that all frames of a scan pass the same instance.
 */
@PublicEvolving
public final class ImageFunction extends RichFlatMapFunction<ScanRecord, ScanRecord> {
  private final DetectorDescription detector;
  private final List<VirtualDetector> virtualDetectors;
  private final DpcPhase dpc;
  private transient Map<Long, ScanImages> open;

  /** Images of these virtual detectors, and {@link ScanImages#NAMES}, with that phase. */
  public ImageFunction(
      DetectorDescription detector, List<VirtualDetector> virtualDetectors, DpcPhase dpc) {
    this.detector = detector;
    this.virtualDetectors = List.copyOf(virtualDetectors);
    this.dpc = dpc;
  }

  @Override
  public void open(OpenContext context) {
    open = new HashMap<>();
  }

  @Override
  public void flatMap(ScanRecord record, Collector<ScanRecord> out) {
    if (record instanceof CountedFrame frame) {
      open.computeIfAbsent(
              frame.scan,
              scan ->
                  new ScanImages(
                      detector,
                      virtualDetectors,
                      dpc,
                      scan,
                      new ScanGeometry(frame.width, frame.height)))
          .add(frame);
    } else if (record instanceof ScanReport report) {
      ScanImages images = open.remove(report.scan());
      for (ScanImage image : images.images()) {
        out.collect(image);
      }
    }
    out.collect(record);
  }
}

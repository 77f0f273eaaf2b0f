package io.millrace.operators.images;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.ScanReport;
import java.io.IOException;
import java.util.List;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Draws the images of each scan while its frames pass, and puts them before its report. Keyed by
 * scan, and chained to the ledger.
 */
@PublicEvolving
public final class ImageFunction extends KeyedProcessFunction<Long, ScanRecord, ScanRecord> {
  private final DetectorDescription detector;
  private final List<VirtualDetector> virtualDetectors;
  private final DpcPhase dpc;
  private transient ValueState<ScanImages> open;

  /** Images of these virtual detectors, and {@link ScanImages#NAMES}, with that phase. */
  public ImageFunction(
      DetectorDescription detector, List<VirtualDetector> virtualDetectors, DpcPhase dpc) {
    this.detector = detector;
    this.virtualDetectors = List.copyOf(virtualDetectors);
    this.dpc = dpc;
  }

  @Override
  public void open(OpenContext context) {
    open =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("images", Types.GENERIC(ScanImages.class)));
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
      }
      images.add(frame);
      open.update(images);
    } else if (record instanceof ScanReport) {
      for (ScanImage image : open.value().images()) {
        out.collect(image);
      }
      open.clear();
    }
    out.collect(record);
  }
}

package io.millrace.counting.serialization;

import io.millrace.detector.Calibration;
import io.millrace.detector.CalibrationFailure;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.CountedSector;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.LaneReport;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanReport;
import io.millrace.detector.SectorDrop;
import io.millrace.detector.live.LiveEnd;
import io.millrace.detector.live.LiveEvents;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRows;
import io.millrace.hdf5.WholeFile;
import io.millrace.operators.assembly.FrameBlock;
import io.millrace.operators.calibration.SectorHistogram;
import io.millrace.operators.hotpixels.HotPixelSearch;
import io.millrace.operators.images.ScanCoverage;
import io.millrace.operators.images.ScanImages;
import io.millrace.operators.ledger.OpenScan;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.java.typeutils.runtime.kryo.JavaSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;

/** Which serializer each of our records has. */
public final class Serializers {
  /**
   * By record. What comes once for a scan goes by Java serialization: there is no speed to be won.
   * Live messages do, too: they stay in their task, where nothing is serialized.
   */
  public static final Map<Class<?>, Class<?>> BY_TYPE =
      Map.ofEntries(
          Map.entry(CountedSector.class, CountedSectorSerializer.class),
          Map.entry(CountedFrame.class, CountedFrameSerializer.class),
          Map.entry(SectorHistogram.class, SectorHistogramSerializer.class),
          Map.entry(FrameBlock.class, FrameBlockSerializer.class),
          Map.entry(LaneReport.class, JavaSerializer.class),
          Map.entry(SectorDrop.class, SectorDropSerializer.class),
          Map.entry(Calibration.class, JavaSerializer.class),
          Map.entry(CalibrationFailure.class, JavaSerializer.class),
          Map.entry(SampleHistogram.class, JavaSerializer.class),
          Map.entry(ScanImage.class, JavaSerializer.class),
          Map.entry(HotPixelList.class, JavaSerializer.class),
          Map.entry(ScanReport.class, JavaSerializer.class),
          Map.entry(OpenScan.class, JavaSerializer.class),
          Map.entry(ScanImages.class, ScanImagesSerializer.class),
          Map.entry(ScanCoverage.class, ScanCoverageSerializer.class),
          Map.entry(LiveRows.class, JavaSerializer.class),
          Map.entry(LivePattern.class, JavaSerializer.class),
          Map.entry(LiveEvents.class, JavaSerializer.class),
          Map.entry(LiveEnd.class, JavaSerializer.class),
          Map.entry(HotPixelSearch.class, JavaSerializer.class),
          Map.entry(WholeFile.class, JavaSerializer.class));

  private Serializers() {}

  /** Makes them known to a job. */
  public static void register(Configuration configuration) {
    Map<String, Class<?>> byName = new TreeMap<>();
    BY_TYPE.forEach((type, serializer) -> byName.put(type.getName(), serializer));
    configuration.set(
        PipelineOptions.SERIALIZATION_CONFIG,
        byName.entrySet().stream()
            .map(
                e ->
                    "%s: {type: kryo, kryo-type: registered, class: %s}"
                        .formatted(e.getKey(), e.getValue().getName()))
            .toList());
  }
}

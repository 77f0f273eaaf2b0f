package io.millrace.benchmarks.kernel;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.IntList;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.SectorPlacement;
import io.millrace.operators.assembly.SeamResolver;
import io.millrace.operators.counting.Discriminators;
import io.millrace.operators.counting.ReferenceCounter;
import io.millrace.operators.counting.SectorCounter;
import java.lang.module.ModuleFinder;
import java.util.List;
import java.util.Locale;

/** The ways to count. */
public enum Kernel {
  /** The definition, on a frame that is assembled first. */
  REFERENCE,
  /** A sector at a time, in plain Java. */
  DEFAULT,
  /**
   * The same in a JVM with {@code jdk.incubator.vector}, where the counter scans with vectors if it
   * finds that faster at start-up.
   */
  VECTOR;

  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  /** Whether this kernel counts so: the reference knows no centroids. */
  boolean counts(boolean centroids) {
    return this != REFERENCE || !centroids;
  }

  /** Why this kernel cannot run here; null if it can. */
  String objection() {
    return this == VECTOR && ModuleFinder.ofSystem().find(VECTOR_MODULE).isEmpty()
        ? "this JVM has no module " + VECTOR_MODULE
        : null;
  }

  /** What the JVM has to be started with. */
  List<String> jvmOptions() {
    return this == VECTOR ? List.of("--add-modules", VECTOR_MODULE) : List.of();
  }

  /** This kernel, ready to count the frames of a camera. */
  FrameCounter counter(Camera camera, Correction correction, boolean centroids) {
    return this == REFERENCE
        ? new WholeFrames(camera, correction)
        : new SectorAtATime(camera, correction, centroids);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static final class WholeFrames implements FrameCounter {
    private final DetectorDescription detector;
    private final ReferenceCounter counter;
    private final Correction correction;
    private final byte[] frame;
    private IntList events;

    WholeFrames(Camera camera, Correction correction) {
      this.detector = camera.detector();
      this.correction = correction;
      counter = new ReferenceCounter(detector.rows(), detector.columns(), correction.of(camera));
      frame = new byte[detector.frameBytes()];
    }

    @Override
    public int count(byte[][] sectors) {
      for (int m = 0; m < sectors.length; m++) {
        SectorPlacement s = detector.sector(m);
        int rowBytes = s.columns() * DetectorDescription.PIXEL_BYTES;
        for (int row = 0; row < s.rows(); row++) {
          int first = (s.row() + row) * detector.columns() + s.column();
          System.arraycopy(
              sectors[m], row * rowBytes, frame, first * DetectorDescription.PIXEL_BYTES, rowBytes);
        }
      }
      events = counter.count(frame, correction.calibration());
      return events.size();
    }

    @Override
    public IntList events() {
      return events;
    }
  }

  private static final class SectorAtATime implements FrameCounter {
    private final DetectorDescription detector;
    private final SectorCounter counter;
    private final Discriminators lit;
    private final SectorHeader[] headers;
    private final CountedSector[] counted;

    SectorAtATime(Camera camera, Correction correction, boolean centroids) {
      this.detector = camera.detector();
      counter = new SectorCounter(detector, centroids);
      lit = Discriminators.of(detector, correction.of(camera), correction.calibration());
      headers = new SectorHeader[detector.modules()];
      counted = new CountedSector[detector.modules()];
      for (int m = 0; m < detector.modules(); m++) {
        headers[m] = new SectorHeader().set(1, 0, 1, 1, 0, 0, 0, m);
        counted[m] = new CountedSector();
      }
    }

    @Override
    public int count(byte[][] sectors) {
      int events = 0;
      for (int m = 0; m < sectors.length; m++) {
        counter.count(headers[m], sectors[m], lit, counted[m]);
        events += counted[m].events.size() + counted[m].borderEvents.size();
      }
      return events;
    }

    @Override
    public IntList events() {
      CountedFrame frame = new CountedFrame();
      new SeamResolver(detector, false).resolve(counted, frame);
      return frame.events;
    }
  }
}

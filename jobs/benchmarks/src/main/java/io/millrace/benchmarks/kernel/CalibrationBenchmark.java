package io.millrace.benchmarks.kernel;

import io.millrace.detector.Calibration;
import io.millrace.detector.DetectorDescription;
import io.millrace.operators.calibration.CalibrationException;
import io.millrace.operators.calibration.CalibrationSample;
import io.millrace.operators.calibration.PixelHistogram;
import io.millrace.operators.calibration.ThresholdFit;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * From the sectors of a scan's first frames to its thresholds: a histogram of each sector, their
 * sum in the sample, the fit. Each time the sample is another, out of more frames than the caches
 * hold.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class CalibrationBenchmark {
  /** Frames of a sample, as production runs use them. */
  static final int SAMPLE_FRAMES = 20;

  private static final ThresholdFit FIT = new ThresholdFit(SAMPLE_FRAMES, 4.5, 175);

  @Param("400")
  int frames;

  @Param("500")
  int electrons;

  private DetectorDescription detector;
  private byte[][][] exposed;
  private int next;

  /** Takes the frames. */
  @Setup
  public void expose() {
    detector = DetectorDescription.load("4d-camera");
    exposed = new Camera(detector).expose(frames, electrons);
  }

  /** The next sample's calibration. */
  @Benchmark
  public Calibration calibrate() throws CalibrationException {
    CalibrationSample sample = new CalibrationSample(detector.modules(), SAMPLE_FRAMES);
    for (int f = 0; f < SAMPLE_FRAMES; f++) {
      byte[][] sectors = exposed[next];
      next = next + 1 == exposed.length ? 0 : next + 1;
      for (int m = 0; m < sectors.length; m++) {
        PixelHistogram histogram = new PixelHistogram();
        histogram.add(sectors[m]);
        sample.add(f, m, histogram);
      }
    }
    return FIT.fit(1, sample.histogram(), sample.completeFrames());
  }
}

package io.millrace.operators.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.detector.Calibration;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.Frames;
import io.millrace.operators.counting.Oracle;
import io.millrace.operators.counting.Pixels;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ThresholdFitTest {
  private static final ThresholdFit FIT = new ThresholdFit(20, 4.5, 175);

  @TestFactory
  Stream<DynamicTest> vectors() {
    return StreamSupport.stream(Oracle.json("thresholds/thresholds.json").spliterator(), false)
        .map(c -> DynamicTest.dynamicTest(c.get("name").asText(), () -> vector(c)));
  }

  private static void vector(JsonNode c) throws Exception {
    boolean cropped = c.get("frames").asText().equals("cropped");
    Oracle.Stack stack = Oracle.frames(cropped ? "cropped_16x16" : "frames");
    int pixels = stack.rows() * stack.columns();
    float[] dark = Oracle.map(c.get("dark"), pixels);
    float[] gain = Oracle.map(c.get("gain"), pixels);
    PixelHistogram sample = new PixelHistogram();
    for (JsonNode index : c.get("indices")) {
      sample.add(corrected(stack, stack.frames().get(index.asInt()), dark, gain));
    }
    int frames = c.get("indices").size();
    ThresholdFit fit =
        new ThresholdFit(
            frames, c.get("background_n_sigma").asDouble(), c.get("xray_n_sigma").asDouble());
    if (!c.has("result")) {
      // The program in use fails too, because pixels below their dark wrap. Here most are zeros.
      assertThatThrownBy(() -> fit.fit(101, sample, frames))
          .isInstanceOf(CalibrationException.class)
          .hasMessageContaining("does not converge")
          .hasMessageContaining("is the dark too high")
          .hasMessageContaining("most frequent value 0 (49.8 %)")
          .hasMessageContaining("8 of 8 frames");
      return;
    }
    Calibration calibration = fit.fit(101, sample, frames);
    JsonNode r = c.get("result");
    Calibration.Fit of = calibration.fit();
    assertThat(calibration.scan()).isEqualTo(101);
    assertThat(calibration.thresholds().background())
        .isCloseTo(r.get("background_threshold").asDouble(), within(1e-6));
    assertThat(calibration.thresholds().xray())
        .isCloseTo(r.get("x_ray_threshold").asDouble(), within(1e-6));
    assertThat(of.optimizedMean()).isCloseTo(r.get("optimized_mean").asDouble(), within(1e-6));
    assertThat(of.optimizedStdDev()).isCloseTo(r.get("optimized_std_dev").asDouble(), within(1e-6));
    assertThat(of.mean()).isCloseTo(r.get("mean").asDouble(), within(1e-9));
    assertThat(of.variance()).isCloseTo(r.get("variance").asDouble(), within(1e-6));
    assertThat(of.min()).isEqualTo(r.get("min_sample").asDouble());
    assertThat(of.max()).isEqualTo(r.get("max_sample").asDouble());
    assertThat(of.bins()).isEqualTo(r.get("number_of_bins").asInt());
    assertThat(of.requestedFrames()).isEqualTo(frames);
    assertThat(of.sampledFrames()).isEqualTo(frames);
    assertThat(of.pixels()).isEqualTo((long) frames * pixels);
    assertThat(of.minBin()).isEqualTo(r.get("min_bin").asInt());
    assertThat(of.amplitude())
        .isCloseTo(r.get("amplitude").asDouble(), within(1e-6 * r.get("amplitude").asDouble()));
    assertThat(of.evaluations()).isBetween(2, 50);
    assertThat(of.residual()).isBetween(0.0, 0.1);
  }

  /** In calibration the program in use also truncates between dark and gain. */
  private static byte[] corrected(Oracle.Stack stack, byte[] frame, float[] dark, float[] gain) {
    float[] ones = new float[stack.rows() * stack.columns()];
    Arrays.fill(ones, 1);
    float[] f =
        new Corrections(dark, gain == null ? null : ones, null, null)
            .apply(frame, stack.rows(), stack.columns(), 0);
    int[] integers = new int[f.length];
    for (int j = 0; j < f.length; j++) {
      float value = gain == null ? f[j] : (int) f[j] * gain[j];
      integers[j] = Math.max(0, Math.min(Pixels.MAX, (int) value));
    }
    return Frames.bytes(integers);
  }

  /** Counts of A exp(-(x - mu)^2 / (2 s^2)), and some electrons above. */
  private static PixelHistogram gaussian(double mu, double s) {
    long[] counts = new long[200];
    for (int x = 0; x < counts.length; x++) {
      double d = (x - mu) / s;
      counts[x] = Math.round(1e9 * Math.exp(-d * d / 2)) + (x > 60 ? 500 : 0);
    }
    return new PixelHistogram(0, counts);
  }

  /** A Gaussian of which only the upper flank is there, as where a dark is subtracted. */
  private static PixelHistogram belowZero() {
    long[] counts = new long[200];
    for (int x = 0; x < counts.length; x++) {
      double d = (x + 2.0) / 4;
      counts[x] = Math.round(1e6 * Math.exp(-d * d / 2)) + 10;
    }
    return new PixelHistogram(0, counts);
  }

  @Test
  void theNoiseOfTheCamera() throws Exception {
    Calibration calibration = FIT.fit(1, gaussian(20.4695, 1.78397), 20);
    assertThat(calibration.fit().optimizedMean()).isCloseTo(20.4695, within(1e-4));
    assertThat(calibration.fit().optimizedStdDev()).isCloseTo(1.78397, within(1e-4));
    assertThat(calibration.thresholds().background()).isCloseTo(28.4973, within(1e-3));
    assertThat(calibration.thresholds().xray())
        .isEqualTo(calibration.fit().mean() + 175 * calibration.fit().stdDev());
  }

  @Test
  void aSampleWithoutThresholdsSaysWhy() {
    assertThatThrownBy(() -> FIT.fit(9, new PixelHistogram(), 0))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("no complete frame")
        .hasMessageContaining("0 of 20 frames");
    assertThatThrownBy(() -> FIT.fit(9, new PixelHistogram(20, new long[] {1000}), 1))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("all pixels have the same value. Tried: ")
        .hasMessageContaining("1 of 20 frames, 1,000 pixels, mean 20.0000");
    assertThatThrownBy(() -> FIT.fit(9, new PixelHistogram(20, new long[] {10, 20, 5}), 1))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("so few bins")
        .hasMessageContaining("bins from 20 to 21");
    long[] darkTooHigh = {990, 3, 2, 2, 1, 1, 1};
    assertThatThrownBy(() -> FIT.fit(9, new PixelHistogram(0, darkTooHigh), 1))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("all pixels have the same value, and 0 is the most frequent")
        .hasMessageContaining("is the dark too high")
        .hasMessageContaining("most frequent value 0 (99.0 %)");
    assertThatThrownBy(() -> FIT.fit(9, belowZero(), 20))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("is not the peak of the histogram")
        .hasMessageContaining("is the dark too high, or the gain wrong?")
        .hasMessageContaining("mean -2.0");
    assertThatThrownBy(() -> new ThresholdFit(20, 30, 2).fit(9, gaussian(40, 8), 20))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("not below the x-ray threshold")
        .hasMessageContaining("evaluations");
  }

  @Test
  void whateverTheSampleIsThereAreThresholdsOrAReason() {
    int failures = 0;
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      long[] counts = new long[1 + random.nextInt(50)];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = random.nextInt(3) == 0 ? random.nextInt(1000) : 0;
      }
      try {
        Calibration found = FIT.fit(seed, new PixelHistogram(random.nextInt(60000), counts), 1);
        assertThat(found.thresholds().background())
            .as("seed %d", seed)
            .isNotNegative()
            .isLessThan(found.thresholds().xray());
      } catch (CalibrationException e) {
        assertThat(e).as("seed %d", seed).hasMessageContaining("Tried: 1 of 20 frames");
        failures++;
      }
    }
    assertThat(failures).isBetween(1, 299);
  }
}

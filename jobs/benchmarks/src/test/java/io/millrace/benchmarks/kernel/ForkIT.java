package io.millrace.benchmarks.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.benchmarks.Spread;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.options.TimeValue;

/** JMH starts a JVM, and what is measured there comes back. */
class ForkIT {
  private static final Fork SHORT = new Fork(2, 0, 2, TimeValue.milliseconds(1));

  @Test
  void turnsComeBack() throws Exception {
    List<Samples.Sample> samples =
        SHORT.count(new Case(Kernel.DEFAULT, 50, Correction.NONE, false));
    assertThat(samples).hasSize(2);
    assertThat(samples)
        .allSatisfy(
            sample -> {
              assertThat(sample.frames() % CountingBenchmark.TURN_FRAMES).isZero();
              assertThat(sample.frames()).isPositive();
              assertThat(sample.limitNanos()).isPositive();
              assertThat(sample.countNanos()).isPositive();
            });
  }

  @Test
  void calibrationTakesTime() throws Exception {
    double[] millis = SHORT.calibrate();
    assertThat(millis).hasSize(2);
    assertThat(Spread.median(millis)).isBetween(0.1, 60_000.0);
  }
}

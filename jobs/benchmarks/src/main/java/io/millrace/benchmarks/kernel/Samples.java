package io.millrace.benchmarks.kernel;

import io.millrace.benchmarks.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What the iterations of a case took, in all of its rounds. */
final class Samples {
  /**
   * One iteration.
   *
   * @param frames that the limit and the kernel have read each
   * @param limitNanos what the limit took for them
   * @param countNanos what the kernel took for them
   */
  record Sample(double frames, double limitNanos, double countNanos) {}

  private final List<Sample> samples = new ArrayList<>();

  void add(List<Sample> more) {
    samples.addAll(more);
  }

  /** Frames a second that the kernel counts: the median. */
  double framesPerSecond() {
    return median(s -> s.frames / s.countNanos * 1e9);
  }

  /** Frames a second of which the limit sums the bytes: the median. */
  double limitPerSecond() {
    return median(s -> s.frames / s.limitNanos * 1e9);
  }

  /** The kernel's speed as a share of the limit's at the same time: the median of the ratios. */
  double ratio() {
    return median(s -> s.limitNanos / s.countNanos);
  }

  /** Noise of the ratio, as a share of it. */
  Double spread() {
    return Spread.of(each(s -> s.limitNanos / s.countNanos));
  }

  private double median(ToDoubleFunction<Sample> value) {
    return Spread.median(each(value));
  }

  private double[] each(ToDoubleFunction<Sample> value) {
    return samples.stream().mapToDouble(value).toArray();
  }
}

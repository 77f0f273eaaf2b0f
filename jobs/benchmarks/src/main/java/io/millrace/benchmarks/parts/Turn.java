package io.millrace.benchmarks.parts;

import java.util.Map;

/**
 * One scan through a route.
 *
 * @param simulation what was sent
 * @param seconds from the first sector sent until all was there
 * @param secondsAfterLast from the last sector sent until all was there. The sender's queue (64
 *     sectors a module) may still be full then
 * @param cpuSeconds of each role's processes, from before the first sector until the end was
 *     noticed, which is some milliseconds more
 */
public record Turn(
    Simulation simulation,
    double seconds,
    double secondsAfterLast,
    Map<String, Double> cpuSeconds) {

  /** Speed in units of 10^9 bytes of pixels a second. */
  public double gigabytesPerSecond() {
    return simulation.gigabytes() / seconds;
  }

  /** Frames a second. */
  public double framesPerSecond() {
    return simulation.frames() / seconds;
  }

  /** CPU seconds of a role's processes for 10^9 bytes of pixels. */
  public double cpuSecondsPerGigabyte(String role) {
    return cpuSeconds.get(role) / simulation.gigabytes();
  }
}

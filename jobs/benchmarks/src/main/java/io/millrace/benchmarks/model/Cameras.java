package io.millrace.benchmarks.model;

/**
 * What arrives, all the time, without a pause between scans.
 *
 * @param number of cameras, each with a scan of its own
 * @param framesPerSecond of one camera
 * @param frameBytes pixels of a frame, in bytes
 * @param modules sectors of a frame, each with a receiving server of its own
 * @param electrons of a frame
 */
record Cameras(
    int number, double framesPerSecond, double frameBytes, int modules, double electrons) {
  /** Pixels of all cameras, in bytes per second. */
  double bytesPerSecond() {
    return number * bytesPerSecondOfOne();
  }

  double bytesPerSecondOfOne() {
    return framesPerSecond * frameBytes;
  }
}

package io.millrace.benchmarks.kernel;

import io.millrace.detector.IntList;

/** A kernel at work. */
interface FrameCounter {
  /**
   * Counts the sectors of a frame.
   *
   * @param sectors bytes of each sector, by module
   * @return how many events were found; with those that the neighbouring sector may still refute
   */
  int count(byte[][] sectors);

  /** The events of the frame that was counted last: flat indices, ascending. */
  IntList events();
}

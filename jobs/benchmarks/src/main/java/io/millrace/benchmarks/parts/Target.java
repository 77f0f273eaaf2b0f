package io.millrace.benchmarks.parts;

import io.millrace.parts.RunFailure;
import java.time.Duration;
import java.time.Instant;

/** Where scans arrive. */
public interface Target {
  /**
   * Waits until a scan is there as a whole.
   *
   * @return when that was
   * @throws RunFailure if it does not come in time, or not as a whole
   */
  Instant await(Simulation simulation, long scan, Duration deadline)
      throws RunFailure, InterruptedException;
}

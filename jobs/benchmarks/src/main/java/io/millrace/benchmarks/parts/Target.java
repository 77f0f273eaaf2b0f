package io.millrace.benchmarks.parts;

import io.millrace.parts.Checkpoint;
import io.millrace.parts.RunFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Where scans arrive. */
public interface Target {
  /**
   * Waits until a scan is there as a whole.
   *
   * @return when that was
   * @throws RunFailure if it does not come in time
   */
  Instant await(long scan, Duration deadline) throws RunFailure, InterruptedException;

  /**
   * Looks whether scans can arrive at all.
   *
   * @throws RunFailure if not; says why
   */
  void requireWell() throws RunFailure, InterruptedException;

  /** The complete checkpoints of a job so far, the earliest first; none if it makes none. */
  default List<Checkpoint> checkpoints() throws RunFailure, InterruptedException {
    return List.of();
  }

  /**
   * Looks through what has come, when neither the time nor the work of that is measured any more.
   *
   * @throws RunFailure if it is not what was sent
   */
  void check(Simulation simulation, long scan) throws RunFailure, InterruptedException;
}

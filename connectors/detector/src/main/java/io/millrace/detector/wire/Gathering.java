package io.millrace.detector.wire;

import java.util.concurrent.locks.LockSupport;

/**
 * How long a thread that has taken all messages stays away, so that some gather. If it waited for
 * the next one, each message would wake it, and that costs as much as receiving it.
 *
 * <p>The time follows the rate: so long that some ten come, and never so long that a queue fills or
 * a person notices. So a part that has many lanes, each with few messages, is not woken more often
 * than one that has them all on one lane.
 *
 * <p>An instance belongs to one thread.
 */
public final class Gathering {
  /** Nanoseconds. */
  static final long SHORTEST = 1_000_000;

  /** Nanoseconds. */
  static final long LONGEST = 8_000_000;

  /** So many are worth being woken for. */
  private static final int ENOUGH = 8;

  private final int few;
  private final int many;
  private long nanos = SHORTEST;

  /**
   * @param queue messages that the smallest queue holds that is read; when one is full, its sender
   *     waits
   */
  public Gathering(int queue) {
    many = Math.max(1, queue * 3 / 4);
    few = Math.min(ENOUGH, many / 2);
  }

  /**
   * Stays away.
   *
   * @param taken messages that were taken since the last time
   */
  public void stayAway(int taken) {
    LockSupport.parkNanos(nanos(taken));
  }

  /** How long, in nanoseconds. */
  long nanos(int taken) {
    if (taken > 0 && taken < few) {
      nanos = Math.min(2 * nanos, LONGEST);
    } else if (taken > many) {
      nanos = Math.max(nanos / 2, SHORTEST);
    }
    return nanos;
  }
}

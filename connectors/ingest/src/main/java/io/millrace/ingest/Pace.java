package io.millrace.ingest;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** When a module's sectors are due: a delay at first, then so many a second. */
final class Pace {
  private static final long LONGEST_NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final double nanosPerSector;
  private final long delayNanos;
  private long start;

  /**
   * @param framesPerSecond positive infinity for as fast as possible
   * @param delay how long after the start the first sector is due
   */
  Pace(double framesPerSecond, Duration delay) {
    nanosPerSector = 1e9 / framesPerSecond;
    delayNanos = delay.toNanos();
  }

  /** Sector 0 is due a delay from now. */
  void start() {
    start = System.nanoTime() + delayNanos;
  }

  /**
   * Waits for a while, at most until a sector is due; so the caller can look around.
   *
   * @return true if it is due
   */
  boolean await(long sector) {
    long left = nanosUntil(sector);
    if (left > 0) {
      LockSupport.parkNanos(Math.min(left, LONGEST_NAP_NANOS));
    }
    return left <= 0;
  }

  /** How long it is until a sector is due; not above 0 if it is. */
  long nanosUntil(long sector) {
    return start + (long) (sector * nanosPerSector) - System.nanoTime();
  }
}

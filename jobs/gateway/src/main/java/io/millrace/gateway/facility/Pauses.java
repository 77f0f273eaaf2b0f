package io.millrace.gateway.facility;

import java.time.Duration;

/** Pauses between tries, each twice as long as the one before, up to a longest one. */
final class Pauses {
  private final Duration longest;
  private final long end;
  private Duration next;

  /**
   * @param within after this time there is no use in another try
   */
  Pauses(Duration first, Duration longest, Duration within) {
    this.next = first;
    this.longest = longest;
    this.end = System.nanoTime() + within.toNanos();
  }

  /**
   * Waits.
   *
   * @param asked at least so long; zero if nobody asks for it
   * @return false at once if the time would be over then
   */
  boolean pause(Duration asked) throws InterruptedException {
    Duration pause = asked.compareTo(next) > 0 ? asked : next;
    if (System.nanoTime() + pause.toNanos() - end > 0) {
      return false;
    }
    Thread.sleep(pause.toMillis());
    Duration twice = next.multipliedBy(2);
    next = twice.compareTo(longest) < 0 ? twice : longest;
    return true;
  }

  /** Waits, for nobody who asks for it. */
  boolean pause() throws InterruptedException {
    return pause(Duration.ZERO);
  }
}

package io.millrace.chaos;

import java.util.Locale;

/** What is done to a part. */
enum Deed {
  /** SIGKILL; some seconds later it is started again. */
  KILL,
  /** SIGSTOP, and SIGCONT after a while. */
  PAUSE,
  /**
   * Its connections break, and for a while there are no new ones: a producer's to the aggregator,
   * the aggregator's to the lanes.
   */
  CUT;

  /** Whether it can be done to this part. */
  boolean fits(Victim victim) {
    return this != CUT || victim == Victim.PRODUCER || victim == Victim.AGGREGATOR;
  }

  /** As people write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

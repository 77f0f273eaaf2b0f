package io.millrace.coordination;

import java.util.Locale;

/** What a member does. */
public enum Role {
  /** Sends the sectors of one module, or of some. */
  PRODUCER,
  /** Relays sectors from producers to lanes. */
  AGGREGATOR,
  /** Receives a lane, in a task of the counting job. */
  LANE,
  /** Runs the job's processes on the nodes of a batch job. */
  ALLOCATION,
  /** Serves the page where scientists start sessions. */
  GATEWAY;

  /** As people write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

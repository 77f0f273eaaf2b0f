package io.millrace.chaos;

import java.util.Locale;

/** A part of the system that can be hit. */
enum Victim {
  TASKMANAGER,
  /** The one that leads. */
  JOBMANAGER,
  AGGREGATOR,
  PRODUCER,
  ZOOKEEPER;

  /** As people write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

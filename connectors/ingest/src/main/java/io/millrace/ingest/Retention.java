package io.millrace.ingest;

import java.util.Locale;

/** Where a producer keeps its sectors until the lanes' readers have acknowledged them. */
enum Retention {
  /** Nowhere: what is lost on the way is lost. */
  NONE,
  /**
   * In memory; when that is full in files if there is a place for them, else the detector waits.
   */
  MEMORY,
  /** In files, so that they outlive the process, and in memory as far as there is room. */
  DISK;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

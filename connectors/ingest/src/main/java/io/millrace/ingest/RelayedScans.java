package io.millrace.ingest;

import java.util.Locale;

/** Which scans an aggregator relays. */
enum RelayedScans {
  /** All. */
  ANY,
  /** Those that are under way in the session. */
  REGISTERED;

  /** As people write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package io.millrace.coordination;

import java.util.Locale;

/** What a session is at. It only ever moves on. */
public enum SessionState {
  /** Its name is taken, and its parameters are known; nobody serves it yet. */
  CREATED,
  /** Scans are taken. */
  OPEN,
  /** The scans under way end, and no more are taken. */
  DRAINING,
  /** It is over. */
  CLOSED;

  /** As people write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package io.millrace.coordination;

import java.util.Locale;

/** What a scan is at. */
public enum ScanState {
  /** Producers have it, or begin to send it. */
  ANNOUNCED,
  /** Its thresholds are being found. */
  CALIBRATING,
  /** Its frames are counted. */
  STREAMING,
  /** It has ended, and every frame is in the file. */
  COMPLETE,
  /** It has ended, and the file says what is missing. */
  INCOMPLETE,
  /** It has ended without a file; the reason says why. */
  FAILED;

  /** Whether nothing more comes of it. */
  public boolean hasEnded() {
    return compareTo(COMPLETE) >= 0;
  }

  /** As people write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

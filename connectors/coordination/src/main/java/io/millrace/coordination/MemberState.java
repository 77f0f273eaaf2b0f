package io.millrace.coordination;

import java.util.Locale;

/** What a member is at. */
public enum MemberState {
  /** Not yet able to work: it waits for what it needs. */
  STARTING,
  /** Able to work, and nothing to do. */
  READY,
  /** Data flows through it. */
  STREAMING,
  /** Ends what is under way, and begins nothing. */
  DRAINING,
  /** Data waits, and cannot go on: the reason says for what. */
  STALLED,
  /** It has given up: the reason says why. */
  FAILED;

  /** Whether it has begun, and has not given up: then it is where it says. */
  public boolean isAtWork() {
    return this != STARTING && this != FAILED;
  }

  /** As people write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

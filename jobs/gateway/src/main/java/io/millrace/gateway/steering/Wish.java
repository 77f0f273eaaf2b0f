package io.millrace.gateway.steering;

/** Where a session should be. It only moves on. */
enum Wish {
  /** It should run. */
  RUN,
  /** Scans under way should end, and then it. */
  DRAIN,
  /** It should end at once. */
  CANCEL
}

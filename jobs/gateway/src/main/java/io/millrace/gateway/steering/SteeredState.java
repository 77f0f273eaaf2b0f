package io.millrace.gateway.steering;

/** Where a session is, for people and in the database. */
enum SteeredState {
  /** It is stored, and its job is not submitted, or nobody knows yet whether it is. */
  REQUESTED,
  /** Its job is submitted, and the facility does not know it yet. */
  SUBMITTED,
  /** Its job waits for nodes. */
  QUEUED,
  /** Its processes come up. */
  STARTING,
  /** A scan can begin. */
  READY,
  /** A scan is under way. */
  STREAMING,
  /** No new scan begins. */
  DRAINING,
  /** It is over, as it should be. */
  ENDED,
  /** It is over, and something went wrong. */
  FAILED;

  boolean isOver() {
    return this == ENDED || this == FAILED;
  }
}

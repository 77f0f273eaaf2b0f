package io.millrace.gateway.facility;

import java.util.Locale;

/** What a job is at, in Slurm's words. */
public enum JobState {
  /** Waits for nodes; the reason says for what. */
  PENDING(Phase.QUEUED),
  /** Its nodes are being readied. */
  CONFIGURING(Phase.QUEUED),
  /** Goes back to the queue, with the same id. */
  REQUEUED(Phase.QUEUED),
  /** Waits to be put back to the queue. */
  REQUEUE_FED(Phase.QUEUED),
  /** Waits to be put back, until somebody releases it. */
  REQUEUE_HOLD(Phase.QUEUED),
  /** Was put back because of its node, and somebody has to release it. */
  SPECIAL_EXIT(Phase.QUEUED),
  /** Held, because its reservation is gone. */
  RESV_DEL_HOLD(Phase.QUEUED),
  /** Runs. */
  RUNNING(Phase.RUNNING),
  /** Loses or gets nodes; runs. */
  RESIZING(Phase.RUNNING),
  /** Its processes are stopped, and may go on. */
  SUSPENDED(Phase.RUNNING),
  /** Its processes were stopped by a signal, and may go on. */
  STOPPED(Phase.RUNNING),
  /** Is told a signal. */
  SIGNALING(Phase.RUNNING),
  /** Its files are being brought away. */
  STAGE_OUT(Phase.RUNNING),
  /** Its last processes are being ended. */
  COMPLETING(Phase.RUNNING),
  /** Ended by itself, and well. */
  COMPLETED(Phase.ENDED),
  /** Ended by itself, with another exit status than 0. */
  FAILED(Phase.ENDED),
  /** Ended by its user or an administrator. */
  CANCELLED(Phase.ENDED),
  /** Ended because its walltime was over. */
  TIMEOUT(Phase.ENDED),
  /** Ended because a node did. */
  NODE_FAIL(Phase.ENDED),
  /** Ended because its nodes did not start. */
  BOOT_FAIL(Phase.ENDED),
  /** Ended because it could not have run in time. */
  DEADLINE(Phase.ENDED),
  /** Ended because it took too much memory. */
  OUT_OF_MEMORY(Phase.ENDED),
  /** Ended for a job that matters more. */
  PREEMPTED(Phase.ENDED),
  /** Given to another cluster. */
  REVOKED(Phase.ENDED),
  /** A word that is not among these; so the job may run, or have ended. */
  UNKNOWN(Phase.RUNNING);

  /** Whether a job is before, at or behind its work. */
  public enum Phase {
    QUEUED,
    RUNNING,
    ENDED
  }

  private final Phase phase;

  JobState(Phase phase) {
    this.phase = phase;
  }

  /** Whether it is before, at or behind its work. */
  public Phase phase() {
    return phase;
  }

  /**
   * Reads Slurm's word; only its first word counts, since a cancelled job is {@code CANCELLED by
   * 1000}, and a {@code +} behind it says only that there is more to know.
   */
  public static JobState read(String word) {
    String first = word.strip().split("[ +]", 2)[0].toUpperCase(Locale.ROOT);
    try {
      return valueOf(first);
    } catch (IllegalArgumentException e) {
      return UNKNOWN;
    }
  }
}

package io.millrace.allocation;

/**
 * Files in a session's folder by which it is told what to do: for whoever cannot reach ZooKeeper.
 */
public final class SessionOrders {
  /** Takes no new scan, and ends with those under way; empty. */
  public static final String DRAIN = "drain";

  /** How many of the job's nodes are to be used, a number; without it, all. */
  public static final String NODES = "nodes";

  private SessionOrders() {}
}

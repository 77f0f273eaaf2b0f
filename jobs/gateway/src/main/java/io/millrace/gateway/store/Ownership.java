package io.millrace.gateway.store;

/** Whose a database is, as far as this gateway knows. */
public enum Ownership {
  /** This gateway's: no other sees to its sessions. */
  OURS,

  /** The server does not answer, so nobody knows; it may be ours again. */
  UNKNOWN,

  /** Another gateway's. For good: what this one remembers of sessions is old. */
  TAKEN
}

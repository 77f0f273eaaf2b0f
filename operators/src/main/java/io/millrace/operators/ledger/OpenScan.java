package io.millrace.operators.ledger;

import io.millrace.detector.SampleHistogram;
import java.io.Serializable;

/** A scan that is under way: its account, and when something of it came last. */
public final class OpenScan implements Serializable {
  private static final long serialVersionUID = 1;

  final ScanAccount account;
  SampleHistogram histogram;
  long lastActivity;

  /** When the next processing-time timer is due; 0 if none is set. */
  long timer;

  /** A scan that has just begun. */
  public OpenScan(ScanAccount account) {
    this.account = account;
  }
}

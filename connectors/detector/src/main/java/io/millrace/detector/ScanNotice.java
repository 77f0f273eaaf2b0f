package io.millrace.detector;

/** What the ledger is told about a scan, apart from its frames. */
public sealed interface ScanNotice
    permits LaneReport, CalibrationOutcome, SampleHistogram, SectorDrop {
  /** The {@link ScanKey key} of the scan. */
  long scan();
}

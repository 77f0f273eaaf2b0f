package io.millrace.detector;

/**
 * What comes out of a lane: {@link Sector}s, and a {@link LaneReport} after the last sector of each
 * scan.
 */
public interface LaneRecord {
  /** The {@link ScanKey key} of the scan that this belongs to. */
  long scan();
}

package io.millrace.detector;

import java.io.Serializable;

/**
 * A scan has no thresholds: it is not counted, and its sectors are kept as raw files.
 *
 * @param scan its {@link ScanKey key}
 * @param reason why, what was tried, and what to do
 */
public record CalibrationFailure(long scan, String reason)
    implements CalibrationOutcome, Serializable {}

package io.millrace.detector;

/** What came of calibrating a scan: thresholds, or the reason why there are none. */
public sealed interface CalibrationOutcome extends ScanNotice
    permits Calibration, CalibrationFailure {}

package io.millrace.chaos;

import java.time.Duration;

/**
 * A fault as it happened.
 *
 * @param whom the process, by its role or name, such as {@code jobmanager-2}
 * @param pid its number; of one that is cut off, too
 * @param nanos when, by {@link System#nanoTime}
 * @param intoScan how long after the first frame of the scan had been counted
 */
record Strike(String whom, long pid, long nanos, Duration intoScan) {}

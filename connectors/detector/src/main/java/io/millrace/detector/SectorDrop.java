package io.millrace.detector;

import java.io.Serializable;

/**
 * A sector was counted but not used, because its frame had it, or had left.
 *
 * @param scan the detector's scan number
 * @param reason why
 */
public record SectorDrop(long scan, DropReason reason) implements ScanNotice, Serializable {}

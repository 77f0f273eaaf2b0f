package io.millrace.detector;

import java.io.Serializable;

/**
 * A sector was counted but not used, because its frame had it, or had left.
 *
 * @param scan its {@link ScanKey key}
 * @param reason why
 */
public record SectorDrop(long scan, DropReason reason) implements ScanNotice, Serializable {}

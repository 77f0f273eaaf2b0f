package io.millrace.ingest;

import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorHeader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The sectors of one module in one scan, in the order in which they are sent. */
interface SectorSource extends Closeable {
  /** The module. */
  int module();

  /** The scan. */
  long scan();

  /** The scan's size. */
  ScanGeometry geometry();

  /** How many sectors {@link #next} gives, repeated ones included. */
  long sectors();

  /**
   * Goes on to the next sector.
   *
   * @return false behind the last
   */
  boolean next(SectorHeader header) throws IOException;

  /** Whether all pixels are in buffers of the source's own; then they need no slot. */
  boolean hasOwnPixels();

  /**
   * The pixels of the current sector.
   *
   * @param slot a direct buffer as long as a sector, that may be written; null if the source has
   *     its own pixels
   * @return the slot, filled; or a direct buffer of the source's own whose content never changes
   */
  ByteBuffer pixels(ByteBuffer slot) throws IOException;

  /** What was left out or added, in words for the log; empty if nothing. */
  String account();
}

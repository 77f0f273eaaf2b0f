package io.millrace.detector;

/**
 * One sector as it was received: a header, and the pixels where the network left them.
 *
 * <p>The pixels lie in a slot of a pool. Whoever takes the sector reads them in place and calls
 * {@link #release} once, after which neither header nor pixels may be touched.
 */
public interface Sector extends LaneRecord {
  /** Which sector this is. */
  SectorHeader header();

  /**
   * Row-major uint16 pixels, little endian, from index 0; the array is exactly as long as the
   * sector.
   */
  byte[] pixels();

  /** Gives the slot back. */
  void release();

  @Override
  default long scan() {
    return header().scan;
  }
}

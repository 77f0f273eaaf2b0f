package io.millrace.detector;

/**
 * The electrons of one frame: what is left of 663,552 bytes. Mutable, so that an assembler fills
 * one instance again and again.
 */
public final class CountedFrame implements ScanRecord {
  /** The {@link ScanKey key} of the scan. */
  public long scan;

  /** The detector's frame number. */
  public long frame;

  /** Size of the scan in positions, flyback included. */
  public int width;

  /** Size of the scan in rows. */
  public int height;

  /** Place of the frame in the scan. */
  public int x;

  /** Place of the frame in the scan. */
  public int y;

  /**
   * One bit a module whose sector arrived; {@link DetectorDescription#completeMask} if nothing is
   * missing.
   */
  public int mask;

  /** Flat indices {@code row * columns + column}, ascending. */
  public final IntList events;

  /** Of each event, in their order; empty if they are not wanted. */
  public final Centroids centroids;

  /** An empty frame. */
  public CountedFrame() {
    this(new IntList(1024), new Centroids(0));
  }

  /** A frame with these events and no centroids; the list is not copied. */
  public CountedFrame(IntList events) {
    this(events, new Centroids(0));
  }

  /** A frame with these lists, which are not copied. */
  public CountedFrame(IntList events, Centroids centroids) {
    this.events = events;
    this.centroids = centroids;
  }

  @Override
  public long scan() {
    return scan;
  }

  /** Index of the position, {@code y * width + x}. */
  public int position() {
    return y * width + x;
  }
}

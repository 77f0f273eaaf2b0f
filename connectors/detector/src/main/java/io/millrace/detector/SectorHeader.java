package io.millrace.detector;

/**
 * Which sector a message or a record holds. Mutable, so that one instance serves a whole stream.
 *
 * <p>{@code scan} and {@code frame} are unsigned 32-bit numbers given by the detector; from the
 * lane on, {@code scan} is the scan's {@link ScanKey key}. The frame number identifies a frame but
 * does not give its position. {@code width}, {@code height}, {@code x} and {@code y} are unsigned
 * 16-bit: the scan's size in positions (flyback included) and the frame's place in it.
 */
public final class SectorHeader {
  public long scan;
  public long frame;
  public int width;
  public int height;
  public int x;
  public int y;

  /** Thread of the receiving server that sent the sector. */
  public int thread;

  /** Module, that is, sector number. */
  public int module;

  /** Sets all fields. */
  public SectorHeader set(
      long scan, long frame, int width, int height, int x, int y, int thread, int module) {
    this.scan = scan;
    this.frame = frame;
    this.width = width;
    this.height = height;
    this.x = x;
    this.y = y;
    this.thread = thread;
    this.module = module;
    return this;
  }

  /** Sets all fields to those of another header. */
  public SectorHeader set(SectorHeader h) {
    return set(h.scan, h.frame, h.width, h.height, h.x, h.y, h.thread, h.module);
  }

  /** Why this header cannot belong to a scan of the detector, or null if it can. */
  public DropReason problem(DetectorDescription detector) {
    if (module >= detector.modules()) {
      return DropReason.UNKNOWN_MODULE;
    }
    if (width == 0 || height == 0) {
      return DropReason.EMPTY_SCAN;
    }
    if ((long) width * height > ScanGeometry.MAX_POSITIONS) {
      return DropReason.HUGE_SCAN;
    }
    if (x >= width || y >= height) {
      return DropReason.POSITION_OUTSIDE_SCAN;
    }
    return null;
  }

  @Override
  public String toString() {
    return "scan %d, frame %d, module %d, position (%d, %d) of %d x %d, thread %d"
        .formatted(scan, frame, module, x, y, width, height, thread);
  }
}

package io.millrace.operators.images;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.ScanGeometry;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Which positions of a scan have frames, and what these lack: what viewers need to know besides the
 * images, and what the file has from the ledger. Apart from {@link ScanImages}, so that a job that
 * has no viewers does not keep it.
 */
public final class ScanCoverage implements Serializable {
  private static final long serialVersionUID = 1;

  /** By position: one bit a module that every frame of it has; nothing where there is none. */
  private final byte[] masks;

  /** By position: frames. */
  private final int[] frames;

  private long frameCount;
  private long events;

  /** Of a scan without frames. */
  public ScanCoverage(ScanGeometry geometry) {
    masks = new byte[geometry.positions()];
    frames = new int[geometry.positions()];
  }

  private ScanCoverage(ScanCoverage other) {
    masks = other.masks.clone();
    frames = other.frames.clone();
    frameCount = other.frameCount;
    events = other.events;
  }

  /** The coverage as it stands; frames that are added to the one do not change the other. */
  public ScanCoverage copy() {
    return new ScanCoverage(this);
  }

  /** Adds a frame of the scan. */
  public void add(CountedFrame frame) {
    int position = frame.position();
    masks[position] = (byte) (frames[position] == 0 ? frame.mask : masks[position] & frame.mask);
    frames[position]++;
    frameCount++;
    events += frame.events.size();
  }

  /** Of the positions {@code from} to {@code to - 1}. */
  int[] masks(int from, int to) {
    int[] some = new int[to - from];
    Arrays.setAll(some, i -> Byte.toUnsignedInt(masks[from + i]));
    return some;
  }

  /** Of the positions {@code from} to {@code to - 1}. */
  int[] frames(int from, int to) {
    return Arrays.copyOfRange(frames, from, to);
  }

  /** Frames that were added. */
  long frames() {
    return frameCount;
  }

  /** Their electrons. */
  long events() {
    return events;
  }
}

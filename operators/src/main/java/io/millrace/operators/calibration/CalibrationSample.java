package io.millrace.operators.calibration;

import java.util.TreeMap;

/**
 * The histograms of a scan's first complete frames, by frame number.
 *
 * <p>Sectors arrive in any order. The sample is ready when it has as many complete frames as were
 * asked for, and they are the very first. Frames that can no longer be among these are not kept.
 */
public final class CalibrationSample {
  private static final class Frame {
    int mask;
    final PixelHistogram histogram = new PixelHistogram();
  }

  private final int completeMask;
  private final int wanted;
  private final TreeMap<Long, Frame> frames = new TreeMap<>();
  private int complete;

  /**
   * An empty sample.
   *
   * @param modules sectors of a complete frame
   * @param wanted frames to be sampled, at least 1
   */
  public CalibrationSample(int modules, int wanted) {
    if (wanted < 1) {
      throw new IllegalArgumentException(
          "a calibration needs at least 1 frame, not %d".formatted(wanted));
    }
    this.completeMask = (1 << modules) - 1;
    this.wanted = wanted;
  }

  /** Adds the histogram of a sector; one that is there already changes nothing. */
  public void add(long frame, int module, PixelHistogram histogram) {
    if (complete == wanted && frame > frames.lastKey()) {
      return;
    }
    Frame sampled = frames.computeIfAbsent(frame, f -> new Frame());
    if ((sampled.mask >>> module & 1) != 0) {
      return;
    }
    sampled.mask |= 1 << module;
    sampled.histogram.add(histogram);
    if (sampled.mask == completeMask) {
      complete++;
      dropWhatComesTooLate();
    }
  }

  /** After as many complete frames as are wanted, none is of use. */
  private void dropWhatComesTooLate() {
    if (complete > wanted) {
      frames.pollLastEntry();
      complete--;
    }
    while (complete == wanted && frames.lastEntry().getValue().mask != completeMask) {
      frames.pollLastEntry();
    }
  }

  /** Complete frames in the sample, at most as many as are wanted. */
  public int completeFrames() {
    return complete;
  }

  /** Frames that are held in memory, incomplete ones too. */
  public int heldFrames() {
    return frames.size();
  }

  /**
   * Whether frames 0 to wanted - 1 are complete. If one of them is not there it may be lost, or
   * only be late: a slower lane may bring it. As long as that is not known the sample is not ready,
   * so that it does not depend on which lane is faster.
   */
  public boolean isReady() {
    return complete == wanted && frames.lastKey() == wanted - 1;
  }

  /** The pixels of the complete frames; before the sample is ready, of those that are there. */
  public PixelHistogram histogram() {
    PixelHistogram sum = new PixelHistogram();
    for (Frame frame : frames.values()) {
      if (frame.mask == completeMask) {
        sum.add(frame.histogram);
      }
    }
    return sum;
  }
}

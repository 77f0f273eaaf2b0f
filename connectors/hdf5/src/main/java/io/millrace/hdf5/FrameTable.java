package io.millrace.hdf5;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.ScanGeometry;
import java.util.Arrays;

/**
 * What is remembered of a frame when its events are on the disk: whose they are, and where. Some 30
 * bytes a frame, 16 more with centroids, in the order of arrival.
 */
final class FrameTable {
  /** Entry without a frame. */
  static final int ABSENT = -1;

  private int size;
  private int[] position = new int[1024];
  private int[] frame = new int[1024];
  private byte[] mask = new byte[1024];
  private int[] count = new int[1024];
  private final Places events = new Places();
  private final Places centroids = new Places();

  /** Remembers a frame and where its events are. */
  void add(CountedFrame f, GlobalHeap.Place place) {
    if (size == position.length) {
      int capacity = 2 * size;
      position = Arrays.copyOf(position, capacity);
      frame = Arrays.copyOf(frame, capacity);
      mask = Arrays.copyOf(mask, capacity);
      count = Arrays.copyOf(count, capacity);
    }
    position[size] = f.position();
    frame[size] = (int) f.frame;
    mask[size] = (byte) f.mask;
    count[size] = f.events.size();
    events.add(place);
    size++;
  }

  int size() {
    return size;
  }

  /** The frame's number, unsigned. */
  int frame(int row) {
    return frame[row];
  }

  /** One bit a sector that arrived. */
  int mask(int row) {
    return mask[row] & 0xff;
  }

  /** Number of events. */
  int count(int row) {
    return count[row];
  }

  /** Where the events of each frame are. */
  Places events() {
    return events;
  }

  /** Where the centroids of each frame are; empty in a scan without. */
  Places centroids() {
    return centroids;
  }

  /**
   * The row of every entry of the file, {@link #ABSENT} where there is no frame. Entry {@code
   * position * framesPerPosition + k} is the k-th frame of a position, ascending by number.
   *
   * @throws IllegalStateException if a position has more frames, or one frame twice
   */
  int[] entries(long scan, ScanGeometry geometry, int framesPerPosition) {
    int[] entries = new int[Math.multiplyExact(geometry.positions(), framesPerPosition)];
    Arrays.fill(entries, ABSENT);
    for (int row = 0; row < size; row++) {
      int first = position[row] * framesPerPosition;
      int last = first + framesPerPosition - 1;
      if (entries[last] != ABSENT) {
        throw new IllegalStateException(
            "scan %d: position (%d, %d) has more than the reported %d frames, frame %d among them"
                .formatted(
                    scan,
                    position[row] % geometry.width(),
                    position[row] / geometry.width(),
                    framesPerPosition,
                    Integer.toUnsignedLong(frame[row])));
      }
      int e = last;
      while (e > first
          && (entries[e - 1] == ABSENT
              || Integer.compareUnsigned(frame[entries[e - 1]], frame[row]) > 0)) {
        entries[e] = entries[e - 1];
        e--;
      }
      if (e > first && frame[entries[e - 1]] == frame[row]) {
        throw new IllegalStateException(
            "scan %d: frame %d came twice".formatted(scan, Integer.toUnsignedLong(frame[row])));
      }
      entries[e] = row;
    }
    return entries;
  }
}

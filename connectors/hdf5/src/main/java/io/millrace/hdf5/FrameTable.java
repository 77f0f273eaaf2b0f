package io.millrace.hdf5;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.ScanGeometry;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What is remembered of a frame when its events are on the disk: whose they are, and where. Some 30
 * bytes a frame, 16 more with centroids, in the order of arrival.
 */
final class FrameTable {
  /** Entry without a frame. */
  static final int ABSENT = -1;

  private static final int ROW_BYTES = 3 * Integer.BYTES + 1;

  private int size;
  private int[] position = new int[1024];
  private int[] frame = new int[1024];
  private byte[] mask = new byte[1024];
  private int[] count = new int[1024];
  private final Places events;
  private final Places centroids;

  FrameTable() {
    this(new Places(), new Places());
  }

  private FrameTable(Places events, Places centroids) {
    this.events = events;
    this.centroids = centroids;
  }

  /** One that was {@link #write written}. */
  static FrameTable read(ByteBuffer in) {
    int size = in.getInt();
    FrameTable table = new FrameTable(Places.read(in), Places.read(in));
    table.size = size;
    table.position = ints(in, size);
    table.frame = ints(in, size);
    table.count = ints(in, size);
    table.mask = new byte[Math.max(1, size)];
    in.get(table.mask, 0, size);
    return table;
  }

  private static int[] ints(ByteBuffer in, int n) {
    int[] values = new int[Math.max(1, n)];
    in.asIntBuffer().get(values, 0, n);
    in.position(in.position() + n * Integer.BYTES);
    return values;
  }

  /** Bytes that {@link #write} needs. */
  int bytes() {
    return Math.addExact(
        Math.addExact(Integer.BYTES, Math.multiplyExact(size, ROW_BYTES)),
        Math.addExact(events.bytes(), centroids.bytes()));
  }

  /** Writes all that is remembered. */
  void write(ByteBuffer out) {
    out.putInt(size);
    events.write(out);
    centroids.write(out);
    for (int[] column : new int[][] {position, frame, count}) {
      out.asIntBuffer().put(column, 0, size);
      out.position(out.position() + size * Integer.BYTES);
    }
    out.put(mask, 0, size);
  }

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

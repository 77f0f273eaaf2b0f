package io.millrace.hdf5;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Where a list of each frame is in the global heap, in the order of arrival: 16 bytes a frame. */
final class Places {
  private static final int PLACE_BYTES = Long.BYTES + 2 * Integer.BYTES;

  private int size;
  private long[] collection = {};
  private int[] index = {};
  private int[] offset = {};

  /** Those that were {@link #write written}. */
  static Places read(ByteBuffer in) {
    Places places = new Places();
    int size = in.getInt();
    for (int i = 0; i < size; i++) {
      places.add(new GlobalHeap.Place(in.getLong(), in.getInt(), in.getInt()));
    }
    return places;
  }

  /** Bytes that {@link #write} needs. */
  int bytes() {
    return Math.addExact(Integer.BYTES, Math.multiplyExact(size, PLACE_BYTES));
  }

  /** Writes all. */
  void write(ByteBuffer out) {
    out.putInt(size);
    for (int i = 0; i < size; i++) {
      out.putLong(collection[i]).putInt(index[i]).putInt(offset[i]);
    }
  }

  void add(GlobalHeap.Place place) {
    if (size == collection.length) {
      int capacity = Math.max(1024, 2 * size);
      collection = Arrays.copyOf(collection, capacity);
      index = Arrays.copyOf(index, capacity);
      offset = Arrays.copyOf(offset, capacity);
    }
    collection[size] = place.collection();
    index[size] = place.index();
    offset[size] = place.offset();
    size++;
  }

  /** Address of the collection that holds the list. */
  long collection(int row) {
    return collection[row];
  }

  /** Index of the list in its collection. */
  int index(int row) {
    return index[row];
  }

  /** Address of the list's first value. */
  long address(int row) {
    return collection[row] + offset[row];
  }
}

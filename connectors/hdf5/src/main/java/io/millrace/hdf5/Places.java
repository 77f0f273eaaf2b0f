package io.millrace.hdf5;

import java.util.Arrays;

/** Where a list of each frame is in the global heap, in the order of arrival: 16 bytes a frame. */
final class Places {
  private int size;
  private long[] collection = {};
  private int[] index = {};
  private int[] offset = {};

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

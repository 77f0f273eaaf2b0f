package io.millrace.hdf5;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Where lists and texts of any length lie: objects, gathered in collections of about 64 kB. What is
 * larger gets a collection of its own.
 *
 * <p>Readers fetch whole collections and keep few of them, so large ones are slow to read when
 * frames did not arrive in order (measured with h5py, 262,656 frames of 500 events in order: 1.3 s
 * with 256 kB, 0.8 s with 64 kB; in bad order: 64 s and 7 s).
 *
 * <p>A collection holds at most 65,535 objects. Ours cannot have more: the smallest object takes 24
 * bytes, so a collection is full before.
 */
final class GlobalHeap {
  /** Bytes of a reference: length u4, address of the collection u8, index of the object u4. */
  static final int REFERENCE_BYTES = 16;

  private static final int COLLECTION_BYTES = 64 << 10;

  /** Readers refuse smaller collections. */
  private static final int MIN_COLLECTION_BYTES = 4096;

  private static final int HEADER_BYTES = 16;
  private static final int OBJECT_HEADER_BYTES = 16;

  private final Hdf5File file;
  private ByteBuffer collection = allocate(COLLECTION_BYTES);
  private int objects;

  /**
   * Where an object is.
   *
   * @param collection address of its collection
   * @param index its index in the collection, from 1
   * @param offset bytes from the collection's start to the object's data
   */
  record Place(long collection, int index, int offset) {
    /** Of a list without values. */
    static final Place NOWHERE = new Place(0, 0, 0);
  }

  GlobalHeap(Hdf5File file) {
    this.file = file;
  }

  /** Adds the first {@code n} values. */
  Place add(int[] values, int n) throws IOException {
    if (n == 0) {
      return Place.NOWHERE;
    }
    Place place = begin(Math.multiplyExact(n, Integer.BYTES));
    collection.slice().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(values, 0, n);
    end(n * Integer.BYTES);
    return place;
  }

  /** Adds the first {@code n} values. */
  Place add(float[] values, int n) throws IOException {
    if (n == 0) {
      return Place.NOWHERE;
    }
    Place place = begin(Math.multiplyExact(n, Float.BYTES));
    collection.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values, 0, n);
    end(n * Float.BYTES);
    return place;
  }

  /** Adds a text's bytes; at least one. */
  Place add(byte[] bytes) throws IOException {
    Place place = begin(bytes.length);
    collection.slice().put(bytes);
    end(bytes.length);
    return place;
  }

  /** Writes the collection in the making, if it holds anything. */
  void flush() throws IOException {
    if (objects == 0) {
      return;
    }
    // The rest is object 0: free space. Keeping room for its header spares a special case.
    int used = collection.position();
    int size = Math.max(MIN_COLLECTION_BYTES, used + OBJECT_HEADER_BYTES);
    collection.putLong(0).putLong(size - used);
    while (collection.position() < size) {
      collection.putLong(0);
    }
    collection.putLong(8, size);
    file.append(collection.flip());
    objects = 0;
    collection =
        collection.capacity() == COLLECTION_BYTES ? collection.clear() : allocate(COLLECTION_BYTES);
  }

  private Place begin(int bytes) throws IOException {
    int needed = OBJECT_HEADER_BYTES + padded(bytes) + OBJECT_HEADER_BYTES;
    if (objects > 0 && collection.remaining() < needed) {
      flush();
    }
    if (objects == 0) {
      if (HEADER_BYTES + needed > COLLECTION_BYTES) {
        collection = allocate(HEADER_BYTES + needed);
      }
      collection.put(new byte[] {'G', 'C', 'O', 'L', 1, 0, 0, 0}).putLong(0);
    }
    objects++;
    collection.putShort((short) objects).putShort((short) 0).putInt(0).putLong(bytes);
    // Nothing else is written while a collection is open, so it will start where the file ends.
    return new Place(file.end(), objects, collection.position());
  }

  private void end(int bytes) {
    int end = collection.position() + padded(bytes);
    collection.position(collection.position() + bytes);
    while (collection.position() < end) {
      collection.put((byte) 0);
    }
  }

  private static int padded(int bytes) {
    return (bytes + 7) & ~7;
  }

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

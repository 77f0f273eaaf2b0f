package io.millrace.detector;

import java.util.Arrays;

/** A growing array of ints that keeps its memory when it is cleared. */
public final class IntList {
  private int[] values;
  private int size;

  /** An empty list with room for {@code capacity} values. */
  public IntList(int capacity) {
    values = new int[capacity];
  }

  /** A list of exactly these values; the array is not copied. */
  public static IntList of(int... values) {
    IntList list = new IntList(0);
    list.values = values;
    list.size = values.length;
    return list;
  }

  public int size() {
    return size;
  }

  public int get(int i) {
    return values[i];
  }

  /**
   * The memory behind the list; only the first {@link #size} values count. Valid until the list
   * grows.
   */
  public int[] array() {
    return values;
  }

  public void clear() {
    size = 0;
  }

  public void add(int value) {
    if (size == values.length) {
      reserve(1);
    }
    values[size++] = value;
  }

  /** Appends {@code n} values of an array. */
  public void add(int[] from, int offset, int n) {
    reserve(n);
    System.arraycopy(from, offset, values, size, n);
    size += n;
  }

  /**
   * Makes room for {@code n} more, so that {@link #array} can be written directly up to {@code size
   * + n}.
   */
  public int[] reserve(int n) {
    if (size + n > values.length) {
      values = Arrays.copyOf(values, Math.max(size + n, size * 2));
    }
    return values;
  }

  /** Sets the size, after {@link #array} was written directly. */
  public void setSize(int size) {
    this.size = size;
  }

  public int[] toArray() {
    return Arrays.copyOf(values, size);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof IntList l && Arrays.equals(values, 0, size, l.values, 0, l.size);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(toArray());
  }

  @Override
  public String toString() {
    return Arrays.toString(toArray());
  }
}

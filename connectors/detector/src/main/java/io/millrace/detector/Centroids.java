package io.millrace.detector;

import java.util.Arrays;

/**
 * Sub-pixel positions of events, in their order: a growing list of (y, x, charge) that keeps its
 * memory when it is cleared.
 *
 * <p>With k the kept values (ADU) of an event's pixel and its up to 8 neighbours in the frame,
 *
 * <pre>
 *   charge = sum k      y = sum k * row / charge      x = sum k * column / charge
 * </pre>
 *
 * <p>The centre of pixel (row, column) is (y, x) = (row, column).
 */
public final class Centroids {
  /** Values of an event. */
  public static final int FIELDS = 3;

  private float[] values;
  private int size;

  /** An empty list with room for {@code capacity} events. */
  public Centroids(int capacity) {
    values = new float[FIELDS * capacity];
  }

  /** A list of these values, y, x and charge in turn; the array is not copied. */
  public static Centroids of(float... values) {
    Centroids list = new Centroids(0);
    list.values = values;
    list.size = values.length / FIELDS;
    return list;
  }

  /** Number of events. */
  public int size() {
    return size;
  }

  /** Row of an event in pixels. */
  public float y(int event) {
    return values[FIELDS * event];
  }

  /** Column of an event in pixels. */
  public float x(int event) {
    return values[FIELDS * event + 1];
  }

  /** Summed charge of an event in ADU. */
  public float charge(int event) {
    return values[FIELDS * event + 2];
  }

  /** Adds an event. */
  public void add(float y, float x, float charge) {
    reserve(1);
    int at = FIELDS * size++;
    values[at] = y;
    values[at + 1] = x;
    values[at + 2] = charge;
  }

  /** Appends {@code n} events of another list. */
  public void add(Centroids from, int first, int n) {
    reserve(n);
    System.arraycopy(from.values, FIELDS * first, values, FIELDS * size, FIELDS * n);
    size += n;
  }

  private void reserve(int n) {
    if (FIELDS * (size + n) > values.length) {
      values = Arrays.copyOf(values, FIELDS * Math.max(size + n, 2 * size));
    }
  }

  /**
   * The memory behind the list: y, x and charge in turn. Only the first {@code 3 * size} values
   * count. Valid until the list grows.
   */
  public float[] array() {
    return values;
  }

  public void clear() {
    size = 0;
  }
}

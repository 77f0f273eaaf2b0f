package io.millrace.gateway.live;

import io.millrace.detector.IntList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Events in memory: one record a frame, appended to chunks; the records of a position are chained,
 * the newest first. Four bytes an event and twelve a frame, and nothing for the garbage collector
 * to look through.
 *
 * <p>A job that starts again sends frames that it has sent before. Who publishes then has another
 * name, so a frame of a new publisher replaces those of an earlier one at its position: of several
 * frames a position some may be missing then, but none is there twice.
 */
final class StoredEvents implements PositionEvents {
  private static final int CHUNK_BITS = 18;
  private static final int CHUNK = 1 << CHUNK_BITS;
  private static final int NONE = -1;

  /** A record: address of the position's record before it, publisher, number of events, events. */
  private static final int PREVIOUS = 0;

  private static final int PUBLISHER = 1;
  private static final int COUNT = 2;
  private static final int HEADER = 3;

  /** So many chunks have addresses of 31 bits: 8 GiB. */
  private static final int MOST_CHUNKS = 1 << (31 - CHUNK_BITS);

  private final List<int[]> chunks = new ArrayList<>();
  private int[] newest;

  /** Integers of the last chunk that are used. */
  private int used = CHUNK;

  private long bytes;

  /** For so many positions. */
  StoredEvents(int positions) {
    newest = new int[positions];
    Arrays.fill(newest, NONE);
    bytes = (long) Integer.BYTES * positions;
  }

  /**
   * Adds a frame.
   *
   * @param publisher number of who sends it; another one's frames at the position are forgotten
   * @param from holds the events, {@code n} from {@code offset} on
   * @return false if there is no room for more
   */
  boolean add(int publisher, int position, int[] from, int offset, int n) {
    if (position >= newest.length) {
      return false;
    }
    int length = HEADER + n;
    if (used + length > CHUNK) {
      if (chunks.size() == MOST_CHUNKS) {
        return false;
      }
      // A frame that is larger than a chunk gets one of its own.
      chunks.add(new int[Math.max(CHUNK, length)]);
      bytes += (long) Integer.BYTES * Math.max(CHUNK, length);
      used = 0;
    }
    int[] chunk = chunks.get(chunks.size() - 1);
    int before = newest[position];
    boolean another = before != NONE && chunkOf(before)[at(before) + PUBLISHER] != publisher;
    chunk[used + PREVIOUS] = another ? NONE : before;
    chunk[used + PUBLISHER] = publisher;
    chunk[used + COUNT] = n;
    System.arraycopy(from, offset, chunk, used + HEADER, n);
    newest[position] = (chunks.size() - 1) << CHUNK_BITS | used;
    used += length;
    return true;
  }

  /** Gives all memory back. Frames that come later find no room. */
  void forget() {
    chunks.clear();
    newest = new int[0];
    bytes = 0;
  }

  @Override
  public int frames(int position) {
    int frames = 0;
    for (int r = first(position); r != NONE; r = chunkOf(r)[at(r) + PREVIOUS]) {
      frames++;
    }
    return frames;
  }

  @Override
  public void addTo(int position, IntList events) {
    for (int r = first(position); r != NONE; r = chunkOf(r)[at(r) + PREVIOUS]) {
      int[] chunk = chunkOf(r);
      events.add(chunk, at(r) + HEADER, chunk[at(r) + COUNT]);
    }
  }

  @Override
  public long bytes() {
    return bytes;
  }

  private int first(int position) {
    return position < newest.length ? newest[position] : NONE;
  }

  private int[] chunkOf(int record) {
    return chunks.get(record >>> CHUNK_BITS);
  }

  private static int at(int record) {
    return record & CHUNK - 1;
  }
}

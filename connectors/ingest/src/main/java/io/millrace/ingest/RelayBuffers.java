package io.millrace.ingest;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicLong;
import zmq.Msg;
import zmq.msg.MsgAllocator;

/**
 * The memory of a relay: buffers of the size of a sector, last in first out so that the same few
 * stay in the processor's cache.
 *
 * <p>A buffer that nobody can give back (its connection broke, or its lane has several peers, see
 * {@link LanePeers}) is left to the garbage collector, and another one may be made for it. When as
 * many as may be are in use, a sector gets memory of the heap that is used once: slower, and
 * counted, but the thread that receives never waits here.
 */
final class RelayBuffers implements MsgAllocator {
  private static final Cleaner CLEANER = Cleaner.create();

  /** How many buffers there are, in a class of its own: a cleaner must not reach what it cleans. */
  private static final class Made {
    private int buffers;

    synchronized boolean add(int most) {
      if (buffers >= most) {
        return false;
      }
      buffers++;
      return true;
    }

    synchronized void remove() {
      buffers--;
    }

    synchronized int get() {
      return buffers;
    }
  }

  private final int sectorBytes;
  private final RelayBuffer[] free;
  private final Made made = new Made();
  private final AtomicLong sectors = new AtomicLong();
  private final AtomicLong beyond = new AtomicLong();
  private int freeCount;

  /**
   * @param sectorBytes bytes of a sector
   * @param most buffers that there may be
   */
  RelayBuffers(int sectorBytes, int most) {
    this.sectorBytes = sectorBytes;
    this.free = new RelayBuffer[most];
  }

  /** Called by the thread that receives. */
  @Override
  public Msg allocate(int size) {
    if (size != sectorBytes) {
      return new Msg(size);
    }
    comes(size);
    return take();
  }

  /** Counts a part that comes, and that is received elsewhere. */
  void comes(int size) {
    if (size == sectorBytes) {
      sectors.incrementAndGet();
    }
  }

  /**
   * A buffer with what was received elsewhere, if that has the size of a sector; else the part
   * itself.
   */
  Msg copyOf(Msg part) {
    if (part == null || part.size() != sectorBytes) {
      return part;
    }
    RelayBuffer buffer = take();
    buffer.buf().put(part.buf());
    buffer.setFlags(part.flags());
    buffer.setMetadata(part.getMetadata());
    return buffer;
  }

  private RelayBuffer take() {
    synchronized (this) {
      if (freeCount > 0) {
        RelayBuffer last = free[--freeCount];
        free[freeCount] = null;
        return last;
      }
    }
    if (!made.add(free.length)) {
      beyond.incrementAndGet();
      return RelayBuffer.once(sectorBytes);
    }
    RelayBuffer buffer = RelayBuffer.of(this, sectorBytes);
    CLEANER.register(buffer, made::remove);
    return buffer;
  }

  /** Takes a buffer back, from any thread. */
  synchronized void put(RelayBuffer buffer) {
    free[freeCount++] = buffer;
  }

  /** Parts of the size of a sector that came so far, the one that is coming included. */
  long sectors() {
    return sectors.get();
  }

  /** Of these, how many got memory of the heap, since all buffers were in use. */
  long beyond() {
    return beyond.get();
  }

  /** Buffers that nobody uses. */
  synchronized int free() {
    return freeCount;
  }

  /** Buffers that there are: free, in use, or waiting for the garbage collector. */
  int made() {
    return made.get();
  }
}

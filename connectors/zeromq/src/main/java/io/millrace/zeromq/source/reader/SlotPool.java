package io.millrace.zeromq.source.reader;

import zmq.Msg;
import zmq.msg.MsgAllocator;

/**
 * The memory of a lane: slots of the size of a sector, last in first out so that the same few stay
 * in the processor's cache.
 *
 * <p>How many slots are in use is bounded by those who take them: ZeroMQ by its high-water marks,
 * the task by the room of each {@link Pipe}. The pool itself always has one to give, so the network
 * thread never waits here; it keeps at most {@code capacity} for later.
 */
final class SlotPool implements MsgAllocator {
  private final int slotBytes;
  private final Slot[] free;
  private int freeCount;
  private long created;

  /**
   * @param slotBytes bytes of a sector
   * @param capacity the most slots that can be in use
   */
  SlotPool(int slotBytes, int capacity) {
    this.slotBytes = slotBytes;
    this.free = new Slot[capacity];
  }

  /**
   * Called by JeroMQ's network thread: a slot if the part has the size of a sector, else a message
   * of its own.
   */
  @Override
  public Msg allocate(int size) {
    return size == slotBytes ? take() : new Msg(size);
  }

  int slotBytes() {
    return slotBytes;
  }

  /** A slot with the pixels of a part that was received elsewhere, in the place of that. */
  Slot copyOf(Msg part) {
    Slot slot = take();
    part.getBytes(0, slot.pixels(), 0, slotBytes);
    slot.setFlags(part.flags());
    slot.setMetadata(part.getMetadata());
    return slot;
  }

  private synchronized Slot take() {
    if (freeCount > 0) {
      return free[--freeCount];
    }
    created++;
    return new Slot(this, new byte[slotBytes]);
  }

  /** Takes a slot back, from any thread, and wakes the lane's thread if it waits for that. */
  synchronized void put(Slot slot) {
    if (freeCount < free.length) {
      free[freeCount++] = slot;
    }
    notifyAll();
  }

  /** Waits until a slot comes back, at most {@code millis}. */
  synchronized void awaitReturn(long millis) throws InterruptedException {
    wait(millis);
  }

  /** Slots made so far: more than the capacity only if connections broke within a sector. */
  synchronized long created() {
    return created;
  }
}

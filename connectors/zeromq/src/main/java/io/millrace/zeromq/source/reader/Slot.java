package io.millrace.zeromq.source.reader;

import io.millrace.detector.Sector;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.Sequence;
import zmq.Msg;

/**
 * A piece of memory for one sector that JeroMQ receives into directly: it is both the ZeroMQ
 * message part and the sector that the counter reads. Circulates between its pool, JeroMQ, the
 * lane's thread and the task thread, one at a time.
 */
final class Slot extends Msg implements Sector {
  private static final int ALL_FLAGS = -1;

  private final SlotPool pool;
  private final byte[] pixels;
  private final SectorHeader header = new SectorHeader();
  private Pipe pipe;

  /** The producer of a message that can be sent again; 0 if it cannot. */
  private long sender;

  private long number;
  private boolean again;
  private Unfinished unfinished;

  Slot(SlotPool pool, byte[] pixels) {
    super(pixels);
    this.pool = pool;
    this.pixels = pixels;
  }

  /** Hands the slot to the task: from now on it counts against the pipe it came through. */
  Slot handOver(Pipe from) {
    pipe = from;
    from.slotTaken();
    return this;
  }

  /** Tells where the message stands among those of its producer. */
  void place(Sequence message, boolean again) {
    sender = message.sender;
    number = message.number;
    this.again = again;
  }

  long sender() {
    return sender;
  }

  long number() {
    return number;
  }

  /** Whether the task had it before, and its job has started again since. */
  boolean again() {
    return again;
  }

  /** Is among these until it is released. */
  void begin(Unfinished unfinished) {
    this.unfinished = unfinished;
    unfinished.add(number);
  }

  @Override
  public SectorHeader header() {
    return header;
  }

  @Override
  public byte[] pixels() {
    return pixels;
  }

  @Override
  public void release() {
    Pipe from = pipe;
    pipe = null;
    Unfinished one = unfinished;
    unfinished = null;
    long done = number;
    sender = 0;
    number = 0;
    again = false;
    resetFlags(ALL_FLAGS);
    resetMetadata();
    // First into the pool, then off the pipe's account: whoever then finds room finds a free slot,
    // too.
    pool.put(this);
    if (from != null) {
      from.slotReturned();
    }
    if (one != null) {
      one.remove(done);
    }
  }
}

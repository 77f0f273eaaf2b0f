package io.millrace.zeromq.source.reader;

import io.millrace.detector.Sector;
import io.millrace.detector.SectorHeader;
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
    resetFlags(ALL_FLAGS);
    resetMetadata();
    // First into the pool, then off the pipe's account: whoever then finds room finds a free slot,
    // too.
    pool.put(this);
    if (from != null) {
      from.slotReturned();
    }
  }
}

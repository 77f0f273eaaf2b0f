package io.millrace.ingest;

import java.nio.ByteBuffer;
import zmq.Msg;

/**
 * A piece of memory for one sector: JeroMQ receives into it and sends from it without a copy. Those
 * of a pool are outside the heap, and circulate between the pool, the thread that receives, the
 * relay and the thread that sends, one at a time.
 */
final class RelayBuffer extends Msg {
  private static final int ALL_FLAGS = -1;

  /** Null if it belongs to none, and is used once. */
  private final RelayBuffers pool;

  /** Set by the relay before it sends, read by the thread that sends; JeroMQ's queue is between. */
  private LanePeers lane;

  /** Whether the thread that sends has asked for the memory since the lane was set. */
  private boolean begun;

  private RelayBuffer(RelayBuffers pool, ByteBuffer memory) {
    super(memory);
    this.pool = pool;
  }

  /** One that comes back to its pool. */
  static RelayBuffer of(RelayBuffers pool, int bytes) {
    return new RelayBuffer(pool, ByteBuffer.allocateDirect(bytes));
  }

  /** One of the heap that is used once. */
  static RelayBuffer once(int bytes) {
    return new RelayBuffer(null, ByteBuffer.allocate(bytes));
  }

  /** Notes the lane that it is about to be sent into, and that will release it. */
  RelayBuffer into(LanePeers lane) {
    this.lane = lane;
    begun = false;
    return this;
  }

  /**
   * The memory. Besides the decoder that fills it only the encoder of a connection asks for it:
   * when it begins to write it.
   */
  @Override
  public ByteBuffer buf() {
    if (lane != null) {
      lane.writing(this, !begun);
      begun = true;
    }
    return super.buf();
  }

  /** Only the encryption of a connection copies it, and needs it no longer then. */
  @Override
  public void transfer(ByteBuffer destination, int srcOffset, int srcLength) {
    super.transfer(destination, srcOffset, srcLength);
    lane.encrypted();
    release();
  }

  /** Gives it back; nobody may use it any more. */
  void release() {
    lane = null;
    resetFlags(ALL_FLAGS);
    resetMetadata();
    if (pool != null) {
      pool.put(this);
    }
  }
}

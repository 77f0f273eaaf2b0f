package io.millrace.ingest;

import java.nio.ByteBuffer;
import zmq.Msg;

/**
 * A piece of memory for one sector, outside the heap: JeroMQ receives into it and sends from it
 * without a copy. Circulates between its pool, the thread that receives, the relay and the thread
 * that sends, one at a time.
 */
final class RelayBuffer extends Msg {
  private static final int ALL_FLAGS = -1;

  private final RelayBuffers pool;

  /** Set by the relay before it sends, read by the thread that sends; JeroMQ's queue is between. */
  private LanePeers lane;

  RelayBuffer(RelayBuffers pool, int bytes) {
    super(ByteBuffer.allocateDirect(bytes));
    this.pool = pool;
  }

  /** Notes the lane that it is about to be sent into, and that will release it. */
  RelayBuffer into(LanePeers lane) {
    this.lane = lane;
    return this;
  }

  /**
   * The memory. Besides the decoder that fills it only the encoder of a connection asks for it:
   * when it begins to write it.
   */
  @Override
  public ByteBuffer buf() {
    if (lane != null) {
      lane.writing(this);
    }
    return super.buf();
  }

  /** Gives it back; nobody may use it any more. */
  void release() {
    lane = null;
    resetFlags(ALL_FLAGS);
    resetMetadata();
    pool.put(this);
  }
}

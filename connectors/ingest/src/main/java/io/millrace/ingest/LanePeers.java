package io.millrace.ingest;

import java.util.HashSet;
import java.util.Set;

/**
 * Who is connected to a lane, and with that: when a buffer that was sent into it has been written
 * and may be used again.
 *
 * <p>JeroMQ does not tell when it has written a message. But a connection's encoder asks for the
 * memory of a message only when all of the one before has been written, or copied to the batch that
 * is written next. So while a lane has one peer, a buffer is released when the next one is asked
 * for; the last one stays until then. While there are several peers it is not known which of them
 * asks, nor after a connection came or went whether the last one did: then no buffer is released,
 * and the garbage collector takes them when JeroMQ has let go of them.
 *
 * <p>In the same way it knows how many sectors were begun to be written; the others are lost when
 * the lane is closed, or a peer goes that they wait for.
 *
 * <p>No lock, no volatile: connections come, go and write in one thread, the I/O thread of the
 * relay's lanes. It is the same for all because the context has one thread for them (the sockets'
 * affinity).
 */
final class LanePeers {
  private final Set<Object> connections = new HashSet<>();

  /** What the only connection writes; null if there is not one. */
  private RelayBuffer writing;

  private long begun;

  /** A peer has connected; it writes nothing before this. */
  void accepted(Object connection) {
    connections.add(connection);
    writing = null;
  }

  /** A connection is broken; it writes nothing any more. */
  void disconnected(Object connection) {
    connections.remove(connection);
    writing = null;
  }

  /**
   * A connection begins to write this buffer, and has written all that it began before.
   *
   * @param first false if it has asked for it before
   */
  void writing(RelayBuffer next, boolean first) {
    if (first) {
      begun++;
    }
    if (connections.size() != 1) {
      return;
    }
    if (writing != null && writing != next) {
      writing.release();
    }
    writing = next;
  }

  /** A connection has encrypted a sector, into memory of its own, and begins to write that. */
  void encrypted() {
    begun++;
  }

  /** Sectors that a connection has begun to write; to be asked when the context has ended. */
  long begun() {
    return begun;
  }
}

package io.millrace.sockets;

import zmq.Msg;
import zmq.msg.MsgAllocator;

/**
 * Bounds what an encrypted socket receives before anybody takes it, in the place of the receive
 * high-water mark. When a socket with that mark is full, JeroMQ 0.6.0 later delivers a message as
 * it came: encrypted, and torn from its second part. So the mark has to be off, and the thread that
 * receives waits here before it makes room for a part that is too much; the peer then waits for the
 * network, as with the mark.
 *
 * <p>That thread must not serve another socket, which would wait as well.
 *
 * <p>A part of a broken connection is never taken. So when nothing waits any more, the account
 * begins anew.
 */
public final class Intake implements MsgAllocator {
  /** What encryption adds to a part: a name, a number, a signature, flags. */
  public static final int OVERHEAD_BYTES = 33;

  /** JeroMQ reads so much at once, and shows what it has decoded only after that. */
  private static final long LEAST_BYTES = 64 << 10;

  private static final long LOOK_UP_MS = 100;

  private final long most;
  private long waiting;
  private boolean closed;

  /**
   * @param messages how many may wait
   * @param messageBytes length of one
   */
  public Intake(int messages, int messageBytes) {
    this.most = Math.max(LEAST_BYTES, (long) messages * (messageBytes + 4 * OVERHEAD_BYTES));
  }

  /** Called by JeroMQ's thread that receives; waits while too much was received. */
  @Override
  public Msg allocate(int size) {
    synchronized (this) {
      try {
        while (waiting > 0 && waiting + size > most && !closed) {
          wait(LOOK_UP_MS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      waiting += size;
    }
    return new Msg(size);
  }

  /**
   * Somebody has asked the socket for the next part.
   *
   * @param part null if there was none
   */
  public synchronized void taken(Msg part) {
    waiting = part == null ? 0 : Math.max(0, waiting - part.size() - OVERHEAD_BYTES);
    notifyAll();
  }

  /** Bytes that were received, and that nobody has taken. */
  synchronized long waiting() {
    return waiting;
  }

  /** Makes nobody wait any more; to be called before the socket is closed. */
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}

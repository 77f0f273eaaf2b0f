package io.millrace.zeromq.source.reader;

import java.util.concurrent.atomic.AtomicInteger;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import zmq.Msg;
import zmq.ZError;
import zmq.util.Errno;

/**
 * One module's part of a lane: a PULL socket, and the room that its sectors have in the task.
 *
 * <p>Each module has room of its own, so that three modules that run ahead cannot take the slots
 * that the fourth needs to complete their frames.
 */
final class Pipe implements AutoCloseable {
  private static final int HANDSHAKE_MILLIS = 2000;

  final int module;
  final String endpoint;
  private final ZMQ.Socket socket;
  private final int room;
  private final AtomicInteger taken = new AtomicInteger();

  /** Connections that JeroMQ closed for a part that is too long, and that are not mended. */
  private final AtomicInteger broken = new AtomicInteger();

  /**
   * Connects to the aggregator, now or as soon as it is there.
   *
   * @param room sectors of this pipe that the task may hold
   */
  Pipe(
      ZContext zmq,
      String endpoint,
      int module,
      SlotPool pool,
      int highWaterMark,
      long maxMessageBytes,
      int room) {
    this.module = module;
    this.endpoint = endpoint;
    this.room = room;
    socket = zmq.createSocket(SocketType.PULL);
    socket.setMsgAllocator(pool);
    socket.setRcvHWM(highWaterMark);
    socket.setMaxMsgSize(maxMessageBytes);
    socket.setTCPKeepAlive(1);
    // JeroMQ 0.6 loses a handshake now and then (one in some hundred on a busy machine); try again
    // soon.
    socket.setHandshakeIvl(HANDSHAKE_MILLIS);
    socket.setReconnectIVL(100);
    socket.setReconnectIVLMax(2000);
    watch();
    connect();
  }

  /**
   * Watches for connections that are closed because of a part that is too long. JeroMQ tells of a
   * closed connection without the reason; but it does so in the thread that has read the length,
   * where the error number still stands.
   */
  private void watch() {
    Errno errno = new Errno(); // the thread's own, whoever asks
    socket
        .base()
        .setEventHook(
            event -> {
              if (errno.is(ZError.EMSGSIZE)) {
                // The next connection may be closed without an error of its own.
                errno.set(0);
                broken.incrementAndGet();
              }
            },
            ZMQ.EVENT_DISCONNECTED);
  }

  private void connect() {
    if (!socket.connect(endpoint)) {
      throw new IllegalArgumentException("cannot connect to the lane endpoint " + endpoint);
    }
  }

  /**
   * Connects again if the connection was closed because of a part that is too long, which JeroMQ
   * does by itself after any other loss. What had come before it is still received.
   *
   * @return whether it was
   */
  boolean mend() {
    if (broken.get() == 0) {
      return false;
    }
    broken.decrementAndGet();
    connect();
    return true;
  }

  /** The next message part, or null if there is none now. */
  Msg receive() {
    return socket.base().recv(zmq.ZMQ.ZMQ_DONTWAIT);
  }

  /** For polling. */
  ZMQ.Socket socket() {
    return socket;
  }

  boolean hasRoom() {
    return taken.get() < room;
  }

  /** Whether a message waits that cannot be taken for want of room. */
  boolean heldBack() {
    return !hasRoom() && (socket.getEvents() & ZMQ.Poller.POLLIN) != 0;
  }

  int taken() {
    return taken.get();
  }

  void slotTaken() {
    taken.incrementAndGet();
  }

  void slotReturned() {
    taken.decrementAndGet();
  }

  @Override
  public void close() {
    socket.close();
  }
}

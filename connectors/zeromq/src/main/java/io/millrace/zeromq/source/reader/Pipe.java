package io.millrace.zeromq.source.reader;

import io.millrace.sockets.ConnectedPeer;
import io.millrace.sockets.CurveKeys;
import io.millrace.sockets.Intake;
import io.millrace.zeromq.source.split.LanePosition.Heard;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.annotation.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import zmq.Msg;

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

  private final SlotPool pool;

  /** What becomes of the connection. */
  final ConnectedPeer aggregator;

  /** Which message that can be sent again is expected. */
  final LaneSequence sequence;

  /** Null if nothing is encrypted: then JeroMQ receives into the slots. */
  private final @Nullable Intake intake;

  /**
   * Connects to the aggregator, now or as soon as it is there.
   *
   * @param keys with which it is encrypted; empty for none. Then the I/O threads of {@code zmq}
   *     have to be one for each module: this one's may wait for room
   * @param room sectors of this pipe that the task may hold
   * @param heard what a checkpoint has of the module
   * @throws IOException if the keys are not those of a client
   */
  Pipe(
      ZContext zmq,
      String endpoint,
      int module,
      SlotPool pool,
      Optional<CurveKeys> keys,
      int highWaterMark,
      long maxMessageBytes,
      int room,
      Heard heard)
      throws IOException {
    this.sequence = new LaneSequence(heard);
    this.module = module;
    this.endpoint = endpoint;
    this.pool = pool;
    this.room = room;
    socket = zmq.createSocket(SocketType.PULL);
    if (keys.isPresent()) {
      keys.get().connect(socket);
      intake = new Intake(highWaterMark, pool.slotBytes());
      socket.setMsgAllocator(intake);
      socket.setRcvHWM(0);
      socket.setAffinity(1L << module);
    } else {
      intake = null;
      socket.setMsgAllocator(pool);
      socket.setRcvHWM(highWaterMark);
    }
    socket.setMaxMsgSize(maxMessageBytes);
    socket.setTCPKeepAlive(1);
    // JeroMQ 0.6 loses a handshake now and then (one in some hundred on a busy machine); try again
    // soon.
    socket.setHandshakeIvl(HANDSHAKE_MILLIS);
    socket.setReconnectIVL(100);
    socket.setReconnectIVLMax(2000);
    aggregator = new ConnectedPeer(keys.isPresent());
    aggregator.watch(socket.base());
    connect();
  }

  private void connect() {
    if (!socket.connect(endpoint)) {
      throw new IllegalArgumentException("cannot connect to the lane endpoint " + endpoint);
    }
  }

  /**
   * Connects again if the connection was lost in a way after which JeroMQ does not. What had come
   * before is still received.
   */
  void mend() {
    if (aggregator.mend()) {
      connect();
    }
  }

  /** The next message part, or null if there is none now. */
  Msg receive() {
    Msg part = socket.base().recv(zmq.ZMQ.ZMQ_DONTWAIT);
    if (intake == null) {
      return part;
    }
    intake.taken(part);
    return part != null && part.size() == pool.slotBytes() ? pool.copyOf(part) : part;
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
    if (intake != null) {
      intake.close();
    }
    socket.close();
  }
}

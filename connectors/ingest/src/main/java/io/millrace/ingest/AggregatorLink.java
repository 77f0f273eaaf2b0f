package io.millrace.ingest;

import io.millrace.detector.wire.LaneStatus;
import io.millrace.sockets.ConnectedPeer;
import io.millrace.sockets.CurveKeys;
import io.millrace.sockets.Refusal;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import zmq.Msg;

/**
 * One module's connections to a session's aggregator, wherever that is: what is sent, and what the
 * readers of its lanes tell. Belongs to one thread, and has an I/O thread of its own.
 */
final class AggregatorLink implements Closeable {
  /** Messages that wait in the socket for the network: 11 MB of the 4D Camera's sectors. */
  static final int SEND_QUEUE = 64;

  private static final Logger LOG = LoggerFactory.getLogger(AggregatorLink.class);

  private final int module;
  private final Supplier<AggregatorPlace> aggregator;
  private final Optional<CurveKeys> keys;
  private final BooleanSupplier stopped;
  private final int lanes;
  private final ZMQ.Context context = ZMQ.context(1);
  private final List<ZMQ.Socket> opened = new ArrayList<>();

  private AggregatorPlace place;
  private ZMQ.Socket sectors;
  private ZMQ.Socket statuses;
  private ConnectedPeer sectorPeer;
  private ConnectedPeer statusPeer;
  private ZMQ.Poller toHear;
  private ZMQ.Poller toHearAndSend;

  /**
   * @param aggregator where it listens for this module; asked again and again, and may change
   * @param keys with which the connections are encrypted; empty for none
   * @param stopped whether nobody waits for them any more
   */
  AggregatorLink(
      int module,
      Supplier<AggregatorPlace> aggregator,
      Optional<CurveKeys> keys,
      BooleanSupplier stopped) {
    this.module = module;
    this.aggregator = aggregator;
    this.keys = keys;
    this.stopped = stopped;
    this.place = aggregator.get();
    this.lanes = place.lanes();
  }

  /** Who it is connected to. */
  AggregatorPlace place() {
    return place;
  }

  /**
   * Connects to where the aggregator is now, and gives up what was connected.
   *
   * @param patience how long that may last
   * @return false if stopped, or the thread was interrupted
   * @throws IOException if nobody answers there, who does refuses us, or it has other lanes than
   *     the one before
   */
  boolean connect(Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!stopped.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
      disconnect();
      place = aggregator.get();
      requireSameLanes();
      sectors = socket(SocketType.PUSH);
      sectors.setSndHWM(SEND_QUEUE);
      sectorPeer = connected(sectors, place.endpoint());
      statuses = socket(SocketType.SUB);
      statuses.subscribe(LaneStatus.prefix(module));
      statusPeer = connected(statuses, place.statuses());
      if (awaitPeer(deadline, patience)) {
        toHear = context.poller(1);
        toHear.register(statuses, ZMQ.Poller.POLLIN);
        toHearAndSend = context.poller(2);
        toHearAndSend.register(statuses, ZMQ.Poller.POLLIN);
        toHearAndSend.register(sectors, ZMQ.Poller.POLLOUT);
        return true;
      }
    }
    return false;
  }

  private void requireSameLanes() throws IOException {
    if (place.lanes() != lanes || !place.acknowledges()) {
      throw new IOException(
          "module %d: %s has %d lanes%s, the one before had %d; what is kept cannot be sent into them: start it with --lanes=%d"
              .formatted(
                  module,
                  place.aggregator(),
                  place.lanes(),
                  place.acknowledges() ? "" : " and passes on no acknowledgements",
                  lanes,
                  lanes));
    }
  }

  private ZMQ.Socket socket(SocketType type) throws IOException {
    ZMQ.Socket socket = context.socket(type);
    opened.add(socket); // also if its keys are not fit for it
    socket.setLinger(0); // what is lost with it is sent again
    socket.setHandshakeIvl(ModuleSender.HANDSHAKE_MS);
    socket.setReconnectIVL(100);
    socket.setReconnectIVLMax(2_000);
    if (keys.isPresent()) {
      keys.get().connect(socket);
    }
    return socket;
  }

  private ConnectedPeer connected(ZMQ.Socket socket, String endpoint) {
    ConnectedPeer peer = new ConnectedPeer(keys.isPresent());
    peer.watch(socket.base());
    socket.connect(endpoint);
    return peer;
  }

  /** Returns false if stopped, or the aggregator is somewhere else now. */
  private boolean awaitPeer(long deadline, Duration patience) throws IOException {
    try {
      while (!stopped.getAsBoolean() && !hasMoved()) {
        if (sectorPeer.await(ModuleOutput.LOOK_UP_MS)) {
          return true;
        }
        if (System.nanoTime() > deadline) {
          throw notConnected(patience);
        }
        mend();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private IOException notConnected(Duration patience) {
    Refusal why = sectorPeer.refusal();
    String seconds = ModuleOutput.words(patience);
    return new IOException(
        why == null
            ? "module %d: no aggregator answered at %s within %s; start one there, or give more time (--connect-timeout, --stall-timeout)"
                .formatted(module, place.endpoint(), seconds)
            : "module %d: not connected within %s: %s"
                .formatted(
                    module,
                    seconds,
                    sectorPeer.explain(why, "the aggregator at " + place.endpoint())));
  }

  /** Whether another aggregator has taken the place of this one, or it was started again. */
  boolean hasMoved() {
    return !place.equals(aggregator.get());
  }

  /**
   * Connects again what JeroMQ does not.
   *
   * @return whether what was on its way may be lost
   */
  boolean mend() {
    if (statusPeer.mend()) {
      statuses.connect(place.statuses());
    }
    if (sectorPeer.mend()) {
      sectors.connect(place.endpoint());
      return true;
    }
    return false;
  }

  /** Connects to the aggregator that has moved; as {@link #connect}. */
  boolean follow(Duration patience) throws IOException {
    AggregatorPlace now = aggregator.get();
    LOG.warn(
        "module {}: the aggregator was {} at {} and is {} at {} now; what was not received is sent again",
        module,
        place.aggregator(),
        place.endpoint(),
        now.aggregator(),
        now.endpoint());
    return connect(patience);
  }

  /** Whether {@link #send} would take a message now. */
  boolean takes() {
    return (sectors.getEvents() & ZMQ.Poller.POLLOUT) != 0;
  }

  /**
   * Sends a message without waiting.
   *
   * @param pixels not copied: they must not change until the queue's length of messages was taken
   *     after this one; null for a message without
   * @return false if the queue is full
   */
  boolean send(byte[] head, ByteBuffer pixels) {
    int flags = pixels == null ? ZMQ.DONTWAIT : ZMQ.DONTWAIT | ZMQ.SNDMORE;
    if (!sectors.base().send(new Msg(head), flags)) {
      return false;
    }
    if (pixels != null) {
      // A socket that took the first part takes the rest.
      sectors.base().send(new Msg(pixels), 0);
    }
    return true;
  }

  /** What a reader has told; null if there is nothing more now. */
  byte[] hear() {
    Msg message = statuses.base().recv(ZMQ.DONTWAIT);
    return message == null ? null : message.data();
  }

  /** Waits until a reader tells something, or, if wanted, until a message is taken. */
  void await(boolean toSend, long millis) {
    (toSend ? toHearAndSend : toHear).poll(millis);
  }

  private void disconnect() {
    if (toHear != null) {
      toHear.close();
      toHearAndSend.close();
      toHear = null;
    }
    opened.forEach(ZMQ.Socket::close);
    opened.clear();
  }

  @Override
  public void close() {
    disconnect();
    context.term();
  }
}

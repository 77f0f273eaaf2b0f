package io.millrace.gateway.live;

import io.millrace.detector.live.LiveCodec;
import io.millrace.detector.live.LiveFormatException;
import io.millrace.detector.live.LivePattern;
import io.millrace.sockets.BoundPeers;
import io.millrace.sockets.CurveKeys;
import io.millrace.sockets.Gatekeeper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/**
 * Receives what jobs publish, in a thread of its own: a SUB socket that is bound, so that a gateway
 * that is started again is found by those that were there before. Nothing that comes in can end it.
 */
public final class LiveSocket implements AutoCloseable {
  /** So often it looks whether it should end. */
  private static final int WAIT_MILLIS = 200;

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  /**
   * Messages that may wait here; what does not fit any more, a job keeps, and tells as it is then.
   */
  private static final int HIGH_WATER_MARK = 32;

  /** JeroMQ 0.6 loses a handshake now and then; its peer should try again soon. */
  private static final int HANDSHAKE_MILLIS = 2_000;

  /** Larger messages are not taken: a pattern of the largest frame, and a header. */
  private static final long MOST_BYTES = (long) Integer.BYTES * LivePattern.MAX_PIXELS + (1 << 20);

  /** Between two lines of the log about messages that are wrong. */
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final Logger LOG = LoggerFactory.getLogger(LiveSocket.class);

  private final LiveScans scans;
  private final LiveCounters counters;
  private final ZContext context = new ZContext();
  private final Optional<Gatekeeper> gatekeeper;
  private final ZMQ.Socket socket;
  private final String address;
  private final AtomicBoolean closing = new AtomicBoolean();
  private volatile boolean receiving = true;
  private final Thread thread = new Thread(this::run, "live-socket");
  private long lastWords;
  private long unsaid;

  private LiveSocket(
      String listen, LiveScans scans, LiveCounters counters, Optional<CurveKeys> keys)
      throws IOException {
    this.scans = scans;
    this.counters = counters;
    context.setLinger(0);
    // Before the socket is bound.
    gatekeeper = keys.map(k -> new Gatekeeper(context.getContext(), k, counters.refusals));
    socket = context.createSocket(SocketType.SUB);
    socket.setRcvHWM(HIGH_WATER_MARK);
    socket.setMaxMsgSize(MOST_BYTES);
    socket.setReceiveTimeOut(WAIT_MILLIS);
    socket.setHandshakeIvl(HANDSHAKE_MILLIS);
    socket.subscribe(LiveCodec.TOPIC_PREFIX);
    new BoundPeers(counters.refusals).watch(socket.base());
    try {
      if (keys.isPresent()) {
        keys.get().serve(socket);
      }
      if (!socket.bind(listen)) {
        throw new ZMQException(socket.errno());
      }
    } catch (ZMQException | IllegalArgumentException e) {
      closeSockets();
      throw new IOException(
          ("live messages cannot be received at %s: it is in use, or not of this machine; end the"
                  + " other gateway, or give another --live-listen")
              .formatted(listen),
          e);
    } catch (IOException e) {
      closeSockets();
      throw e;
    }
    address = socket.getLastEndpoint();
    lastWords = System.nanoTime() - SILENCE_NANOS;
  }

  /**
   * Binds, and begins to receive.
   *
   * @param listen such as {@code tcp://127.0.0.1:5570}; port {@code *} lets the system choose
   * @param keys with which jobs have to prove who they are; empty: all are believed
   * @throws IOException if the address cannot be had, or the keys are not those of who listens
   */
  public static LiveSocket open(
      String listen, LiveScans scans, LiveCounters counters, Optional<CurveKeys> keys)
      throws IOException {
    LiveSocket opened = new LiveSocket(listen, scans, counters, keys);
    opened.thread.setDaemon(true);
    opened.thread.start();
    return opened;
  }

  /** Where it is bound. */
  public String address() {
    return address;
  }

  private void run() {
    try {
      while (!closing.get()) {
        byte[] first = socket.recv();
        if (first != null) {
          take(first);
        }
      }
    } catch (ZMQException e) {
      if (!closing.get()) {
        LOG.error("No live messages are received any more: start the gateway again", e);
      }
    } finally {
      receiving = false;
      closeSockets();
    }
  }

  /** Whether anything is received; false once something has gone wrong for good. */
  public boolean isReceiving() {
    return receiving;
  }

  private void closeSockets() {
    socket.close();
    gatekeeper.ifPresent(Gatekeeper::close);
    context.close();
  }

  /** All parts are taken off the socket, but no more are kept than a message may have. */
  private List<byte[]> parts(byte[] first) {
    List<byte[]> parts = new ArrayList<>();
    parts.add(first);
    while (socket.hasReceiveMore()) {
      byte[] next = socket.recv();
      if (parts.size() <= LiveCodec.PARTS) {
        parts.add(next);
      }
    }
    return parts;
  }

  private void take(byte[] first) {
    try {
      scans.take(LiveCodec.decode(parts(first)));
    } catch (LiveFormatException e) {
      counters.malformed.increment();
      complain(e.getMessage(), null);
    } catch (IllegalArgumentException e) {
      counters.contradictory.increment();
      complain(e.getMessage(), null);
    } catch (ZMQException e) {
      throw e; // of the socket, not of the message
    } catch (RuntimeException e) { // Whatever it is, the next message is another one.
      counters.failed.increment();
      complain(e.toString(), e);
    } catch (OutOfMemoryError e) { // The next one may be smaller.
      counters.withoutMemory.increment();
      LOG.error("There is no memory for a live message; give more with MILLRACE_JAVA_OPTS=-Xmx", e);
    }
  }

  /**
   * Not for each message.
   *
   * @param fault whose trace is wanted; null if the words say all
   */
  private void complain(String why, RuntimeException fault) {
    long now = System.nanoTime();
    if (now - lastWords < SILENCE_NANOS) {
      unsaid++;
      return;
    }
    LOG.warn("A live message was not used ({} more since the last line): {}", unsaid, why, fault);
    lastWords = now;
    unsaid = 0;
  }

  @Override
  public void close() {
    closing.set(true);
    try {
      thread.join(CLOSE_WITHIN.toMillis());
      if (thread.isAlive()) {
        LOG.warn("The live socket has not ended within {} s", CLOSE_WITHIN.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

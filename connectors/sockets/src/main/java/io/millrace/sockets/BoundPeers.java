package io.millrace.sockets;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.zeromq.ZMQ;
import zmq.SocketBase;
import zmq.ZError;
import zmq.io.net.Address;
import zmq.util.Errno;

/**
 * The peers of a socket that is bound: who came and went, whose connection came to nothing, and
 * whose JeroMQ closed because it began a part that is longer than a socket takes.
 *
 * <p>JeroMQ tells of a closed connection without the reason; but it does so in the thread that has
 * found the error, where the error number still stands. Of a greeting it does not tell whose it
 * was. That is known by number while all connections have greeted, or none has, as nearly always;
 * else a young connection counts as one that has not.
 *
 * <p>All connections of a socket are served by one I/O thread (its affinity, or its context has but
 * one), so what they do needs no lock.
 */
public final class BoundPeers {
  private static final int EVENTS =
      ZMQ.EVENT_ACCEPTED
          | ZMQ.EVENT_HANDSHAKE_PROTOCOL
          | zmq.ZMQ.ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
          | ZMQ.EVENT_DISCONNECTED;

  /** A connection that has not greeted is not older: see the sockets' handshake interval. */
  private static final long GREETING_NANOS = TimeUnit.SECONDS.toNanos(3);

  /**
   * Keys that do not fit show at once. Who gives up later has not been greeted by JeroMQ, which
   * loses a handshake now and then, and comes again.
   */
  private static final long REFUSED_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

  private record Connection(String host, long since) {}

  private final Refusals refusals;
  private final Consumer<Object> accepted;
  private final Consumer<Object> gone;
  private final Queue<String> oversized = new ConcurrentLinkedQueue<>();
  private final Errno errno = new Errno(); // the thread's own, whoever asks
  private final Map<Object, Connection> open = new HashMap<>();
  private int greeted;

  /**
   * @param refusals takes the connections that came to nothing
   */
  public BoundPeers(Refusals refusals) {
    this(refusals, connection -> {}, connection -> {});
  }

  /**
   * @param refusals takes the connections that came to nothing
   * @param accepted is told of each connection that is made, in the I/O thread
   * @param gone is told of each that is broken, in the I/O thread
   */
  public BoundPeers(Refusals refusals, Consumer<Object> accepted, Consumer<Object> gone) {
    this.refusals = refusals;
    this.accepted = accepted;
    this.gone = gone;
  }

  /** Begins to watch a socket that has not been bound yet. */
  public void watch(SocketBase socket) {
    socket.setEventHook(
        event -> {
          switch (event.event) {
            case ZMQ.EVENT_ACCEPTED -> {
              open.put(event.arg, new Connection(host(event.arg), System.nanoTime()));
              accepted.accept(event.arg);
            }
            case ZMQ.EVENT_HANDSHAKE_PROTOCOL -> greeted++;
            case ZMQ.EVENT_DISCONNECTED -> {
              disconnected(event.arg);
              gone.accept(event.arg);
            }
            default -> refusals.add(Refusal.OTHER_SERVER_KEY, youngest());
          }
        },
        EVENTS);
  }

  private void disconnected(Object channel) {
    Connection connection = open.get(channel);
    if (connection == null) {
      connection = new Connection(host(channel), System.nanoTime());
    }
    if (errno.is(ZError.EMSGSIZE)) {
      oversized.add(connection.host());
      greeted--;
    } else if (hasGreeted(connection)) {
      greeted--;
    } else if (System.nanoTime() - connection.since() < REFUSED_NANOS) {
      refusals.add(Refusal.NO_HANDSHAKE, connection.host());
    }
    open.remove(channel);
    // The next connection may be closed without an error of its own.
    errno.set(0);
  }

  private boolean hasGreeted(Connection connection) {
    if (greeted >= open.size()) {
      return true;
    }
    return greeted > 0 && System.nanoTime() - connection.since() > GREETING_NANOS;
  }

  /** Who is about to shake hands, probably: JeroMQ does not say whose handshake has failed. */
  private String youngest() {
    return open.values().stream()
        .max((a, b) -> Long.signum(a.since() - b.since()))
        .map(Connection::host)
        .orElse("unknown");
  }

  private static String host(Object channel) {
    try {
      return new Address(((SocketChannel) channel).getRemoteAddress()).host();
    } catch (IOException | IllegalArgumentException e) {
      return "unknown";
    }
  }

  /** The host of the next peer that began a part that is too long, once; null if there is none. */
  public String pollOversized() {
    return oversized.poll();
  }
}

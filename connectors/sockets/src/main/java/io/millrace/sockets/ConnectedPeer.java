package io.millrace.sockets;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.zeromq.ZMQ;
import zmq.SocketBase;
import zmq.ZError;
import zmq.util.Errno;

/**
 * What becomes of the connection of a socket that connects to one endpoint: whether the other side
 * has answered, why it will not, and whether the connection has to be made anew.
 *
 * <p>JeroMQ connects again by itself after most losses, but not after an error of protocol, and a
 * refusal is one. It tells of a closed connection without the reason; but it does so in the thread
 * that has found the error, where the error number still stands. That a CURVE handshake went well
 * it does not tell at all; a refusal comes within milliseconds, so one that has not come for a
 * while does not come.
 */
public final class ConnectedPeer {
  private static final int EVENTS =
      ZMQ.EVENT_CONNECTED
          | ZMQ.EVENT_CONNECT_DELAYED
          | ZMQ.EVENT_CONNECT_RETRIED
          | ZMQ.EVENT_HANDSHAKE_PROTOCOL
          | zmq.ZMQ.ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
          | ZMQ.EVENT_DISCONNECTED;

  /** After a greeting without a refusal for so long, the other side has taken the keys. */
  private static final long SETTLED_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Keys that do not fit show in the greeting at once. */
  private static final long REFUSED_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

  /** JeroMQ would have begun to connect again by itself in this time. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final boolean keyed;
  private final Errno errno = new Errno(); // the thread's own, whoever asks
  private final Map<Refusal, Long> refusals = new EnumMap<>(Refusal.class);
  private boolean greeted;
  private boolean keyUnknown;
  private long greetedAt;
  private long connectedAt;

  /** Connections in a row that ended within the greeting. */
  private int withoutGreeting;

  private boolean lost;
  private long lostAt;
  private boolean everLost;
  private long lastLost;
  private int oversized;
  private Refusal refusal;

  /**
   * @param keyed whether the socket has CURVE keys
   */
  public ConnectedPeer(boolean keyed) {
    this.keyed = keyed;
  }

  /** Begins to watch a socket that has not been connected yet. */
  public void watch(SocketBase socket) {
    socket.setEventHook(event -> happened(event.event), EVENTS);
  }

  private synchronized void happened(int event) {
    if (event == ZMQ.EVENT_HANDSHAKE_PROTOCOL) {
      greeted = true;
      greetedAt = System.nanoTime();
      withoutGreeting = 0;
      notifyAll();
    } else if (event == zmq.ZMQ.ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) {
      keyUnknown = true;
    } else if (event == ZMQ.EVENT_DISCONNECTED) {
      disconnected();
      greeted = false;
      keyUnknown = false;
      // The next connection may be closed without an error of its own.
      errno.set(0);
      notifyAll();
    } else {
      lost = false; // JeroMQ connects by itself
      connectedAt = System.nanoTime();
    }
  }

  private void disconnected() {
    lost = true;
    lostAt = System.nanoTime();
    everLost = true;
    lastLost = lostAt;
    if (errno.is(ZError.EMSGSIZE)) {
      oversized++;
      lostAt -= RETRY_NANOS;
    } else if (!greeted) {
      // One may be chance: the other side was just ended. A later end is none of keys: JeroMQ loses
      // a handshake now and then, and gives it up by its timer.
      if (lostAt - connectedAt < REFUSED_NANOS && ++withoutGreeting > 1) {
        refuse(Refusal.NO_HANDSHAKE);
      }
    } else if (keyUnknown) {
      refuse(Refusal.UNKNOWN_KEY);
    } else if (keyed && errno.is(ZError.EPROTO)) {
      refuse(Refusal.OTHER_SERVER_KEY);
    }
  }

  private void refuse(Refusal why) {
    refusal = why;
    refusals.merge(why, 1L, Long::sum);
  }

  private boolean isTaken(long now) {
    return greeted && (!keyed || now - greetedAt >= SETTLED_NANOS);
  }

  /**
   * Waits until the other side has answered, and has not refused.
   *
   * @param millis how long at most
   * @return whether it has
   */
  public synchronized boolean await(long millis) throws InterruptedException {
    if (!isTaken(System.nanoTime())) {
      wait(millis);
    }
    return isTaken(System.nanoTime());
  }

  /** Why the other side will not; null if nothing is known against it. */
  public synchronized Refusal refusal() {
    if (isTaken(System.nanoTime())) {
      refusal = null;
    }
    return refusal;
  }

  /** How often it would not, by the names of the counters; only what was. */
  public synchronized Map<String, Long> counts() {
    Map<String, Long> all = new TreeMap<>();
    refusals.forEach((why, n) -> all.put(Refusals.counter(why), n));
    return all;
  }

  /** Whether one more connection was closed for a part that is too long; true once for each. */
  public synchronized boolean pollOversized() {
    if (oversized == 0) {
      return false;
    }
    oversized--;
    return true;
  }

  /**
   * Whether a connection has ended after this time: what the socket took before may have gone to
   * whoever was there then; what it takes afterwards goes to who is there next.
   *
   * @param nanos by {@link System#nanoTime}
   */
  public synchronized boolean lostSince(long nanos) {
    return everLost && lastLost - nanos > 0;
  }

  /**
   * Whether the connection is gone and the socket has to be connected anew, which JeroMQ does not
   * do; what waited to be sent is gone as well. True once, some seconds after a refusal.
   */
  public synchronized boolean mend() {
    if (!lost || System.nanoTime() - lostAt < RETRY_NANOS) {
      return false;
    }
    lost = false;
    return true;
  }

  /**
   * A refusal in words, and what to do.
   *
   * @param whose who listens, such as {@code the aggregator at tcp://edge:5560}
   */
  public String explain(Refusal why, String whose) {
    return whose
        + switch (why) {
          case NO_HANDSHAKE ->
              keyed
                  ? " takes no keys, and we have some; set %s for it as well, or for nobody"
                      .formatted(CurveKeys.VARIABLE)
                  : " does not greet us; it may ask for keys: set %s to the file that is for this part"
                      .formatted(CurveKeys.VARIABLE);
          case OTHER_SERVER_KEY ->
              " has another key than the %s in the file that %s names; get its own"
                  .formatted(CurveKeys.SERVER_PUBLIC, CurveKeys.VARIABLE);
          case UNKNOWN_KEY ->
              " does not know our key; add the %s of the file that %s names to its file, as %s, and start it again"
                  .formatted(CurveKeys.CLIENT_PUBLIC, CurveKeys.VARIABLE, CurveKeys.ALLOWED_CLIENT);
        };
  }
}

package io.millrace.sockets;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/**
 * Says which clients are let in (ZeroMQ's authentication protocol, RFC 27), for all bound sockets
 * of one context, in a thread of its own.
 *
 * <p>It has to be there before the first of these sockets is bound, and until the last one is
 * closed: where nobody answers for JeroMQ, everybody who has the server's public key is let in.
 * Should its thread end early, its socket stays, and then nobody is let in.
 */
public final class Gatekeeper implements AutoCloseable {
  private static final String ADDRESS = "inproc://zeromq.zap.01";
  private static final int LOOK_UP_MS = 100;
  private static final long CLOSE_MS = TimeUnit.SECONDS.toMillis(5);

  /** Parts of a request: version, id, domain, address, identity, mechanism, credentials. */
  private static final int REQUEST_PARTS = 7;

  private static final byte[] EMPTY = {};
  private static final Logger LOG = LoggerFactory.getLogger(Gatekeeper.class);

  private final CurveKeys keys;
  private final Refusals refusals;
  private final ZMQ.Socket socket;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Begins to answer.
   *
   * @param keys that are known
   * @param refusals takes those that are not
   */
  public Gatekeeper(ZMQ.Context context, CurveKeys keys, Refusals refusals) {
    this.keys = keys;
    this.refusals = refusals;
    socket = context.socket(SocketType.REP);
    socket.setLinger(0);
    socket.setReceiveTimeOut(LOOK_UP_MS);
    socket.setSendTimeOut(LOOK_UP_MS);
    socket.bind(ADDRESS);
    thread = new Thread(this::answer, "gatekeeper");
    thread.setDaemon(true);
    thread.start();
  }

  private void answer() {
    try {
      while (!closed) {
        byte[][] request = receive();
        if (request != null) {
          reply(request);
        }
      }
    } catch (RuntimeException e) {
      LOG.error(
          "the gatekeeper has ended; nobody new is let in any more: start this process again", e);
    } finally {
      if (closed) {
        socket.close();
      }
    }
  }

  private byte[][] receive() {
    byte[][] request = new byte[REQUEST_PARTS][];
    Arrays.fill(request, EMPTY);
    byte[] part = socket.recv();
    if (part == null) {
      return null;
    }
    request[0] = part;
    for (int i = 1; socket.hasReceiveMore(); i++) {
      part = socket.recv();
      if (i < request.length) {
        request[i] = part;
      }
    }
    return request;
  }

  private void reply(byte[][] request) {
    String host = new String(request[3], ZMQ.CHARSET);
    boolean curve = "CURVE".equals(new String(request[5], ZMQ.CHARSET));
    boolean allowed = curve && keys.allows(request[6]);
    if (!allowed) {
      refusals.add(Refusal.UNKNOWN_KEY, host);
    }
    socket.sendMore("1.0");
    socket.sendMore(request[1]);
    socket.sendMore(allowed ? "200" : "400");
    socket.sendMore(allowed ? "OK" : "unknown key");
    socket.sendMore(EMPTY);
    socket.send(EMPTY);
  }

  /** To be called when the sockets are closed that it is for, and before their context ends. */
  @Override
  public void close() {
    closed = true;
    try {
      thread.join(CLOSE_MS);
      if (thread.isAlive()) {
        // Its thread still uses the socket, which is not for two at a time.
        LOG.warn(
            "the gatekeeper does not end within {} ms; its socket is open until then", CLOSE_MS);
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    socket.close();
  }
}

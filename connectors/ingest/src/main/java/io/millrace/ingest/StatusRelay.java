package io.millrace.ingest;

import io.millrace.detector.wire.LaneStatus;
import io.millrace.sockets.CurveKeys;
import io.millrace.sockets.Gatekeeper;
import io.millrace.sockets.Refusals;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/**
 * Passes on to the producers what the lanes' readers tell: takes it from a PULL socket and gives
 * it, untouched, to a PUB socket, to which a producer subscribes with its module's number. Keeps
 * nothing: who tells a status tells it again and again.
 */
final class StatusRelay implements Runnable {
  private static final int LOOK_UP_MS = 100;
  private static final int QUEUE = 1_000;
  private static final int LONGEST_BYTES = 256;
  private static final Logger LOG = LoggerFactory.getLogger(StatusRelay.class);

  private final ZMQ.Context context = ZMQ.context(1);
  private final ZMQ.Socket in;
  private final ZMQ.Socket out;
  private final Gatekeeper gatekeeper;
  private volatile boolean stopped;
  private volatile long relayed;
  private volatile long malformed;

  /**
   * Takes the ports.
   *
   * @param readers address for the lanes' readers
   * @param producers address for the producers
   * @param keys with which both sides are encrypted; empty for none
   * @throws IOException if one cannot be had; says which
   */
  StatusRelay(String readers, String producers, Optional<CurveKeys> keys) throws IOException {
    // Before the first socket is bound.
    gatekeeper = keys.map(k -> new Gatekeeper(context, k, new Refusals("statuses"))).orElse(null);
    in = context.socket(SocketType.PULL);
    out = context.socket(SocketType.PUB);
    try {
      for (ZMQ.Socket socket : new ZMQ.Socket[] {in, out}) {
        socket.setHandshakeIvl(ModuleSender.HANDSHAKE_MS);
        socket.setLinger(0);
        if (keys.isPresent()) {
          keys.get().serve(socket);
        }
      }
      in.setReceiveTimeOut(LOOK_UP_MS);
      in.setMaxMsgSize(LONGEST_BYTES);
      out.setSndHWM(QUEUE);
      bind(in, readers, "the lanes' readers", "--lane-address");
      bind(out, producers, "the producers", "--listen");
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private static void bind(ZMQ.Socket socket, String endpoint, String whose, String option)
      throws IOException {
    try {
      socket.bind(endpoint);
    } catch (ZMQException e) {
      throw new IOException(
          "%s, for what %s have, cannot be listened on (%s); the port behind those of %s has to be free"
              .formatted(endpoint, whose, e.getMessage(), option),
          e);
    }
  }

  @Override
  public void run() {
    try {
      while (!stopped) {
        byte[] message = in.recv();
        if (message == null) {
          continue;
        }
        if (in.hasReceiveMore() || LaneStatus.decode(message, 0, message.length).isEmpty()) {
          if (malformed++ == 0) {
            LOG.warn(
                "what is no lane's status came to its port; dropped, and only counted from now on");
          }
          continue;
        }
        out.send(message, ZMQ.DONTWAIT);
        relayed++;
      }
    } finally {
      close();
    }
  }

  /** Statuses that were passed on. */
  long relayed() {
    return relayed;
  }

  /** Messages that were none. */
  long malformed() {
    return malformed;
  }

  /** Makes {@link #run} end soon. */
  void stop() {
    stopped = true;
  }

  /** Gives the ports back; only for whoever does not run it. */
  void close() {
    in.close();
    out.close();
    if (gatekeeper != null) {
      gatekeeper.close();
    }
    context.term();
  }
}

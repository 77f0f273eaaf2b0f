package io.millrace.ingest;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.zeromq.ZMQ;
import zmq.SocketBase;
import zmq.ZError;
import zmq.io.net.Address;
import zmq.util.Errno;

/**
 * The peers whose connection JeroMQ closed because they began a part that is longer than a socket
 * takes. JeroMQ tells of a closed connection without the reason; but it does so in the thread that
 * has read the length, where the error number still stands.
 */
final class OversizedParts {
  private final Queue<String> peers = new ConcurrentLinkedQueue<>();
  private final Errno errno = new Errno(); // the thread's own, whoever asks

  /** Begins to watch a socket that has not been bound yet. */
  void watch(SocketBase socket) {
    socket.setEventHook(
        event -> {
          if (errno.is(ZError.EMSGSIZE)) {
            // The next connection may be closed without an error of its own.
            errno.set(0);
            peers.add(host((SocketChannel) event.arg));
          }
        },
        ZMQ.EVENT_DISCONNECTED);
  }

  private static String host(SocketChannel channel) {
    try {
      return new Address(channel.getRemoteAddress()).host();
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** The host of the next peer, once; null if there is none. */
  String poll() {
    return peers.poll();
  }
}

package io.millrace.chaos;

import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Passes TCP connections on, byte by byte, from some ports of one address to the same ports of
 * another, until they are cut. Two threads a connection, one for each direction.
 *
 * <p>A cut is a hard one: both ends get a reset, what is on its way is gone, and who connects anew
 * is refused until the {@linkplain #restore() end}.
 */
final class Forwarder implements AutoCloseable {
  private static final int BUFFER_BYTES = 65_536;
  private static final int CONNECT_MILLIS = 5_000;
  private static final int BACKLOG = 50;
  private static final long ACCEPT_END_MILLIS = 5_000;
  private static final long PAUSE_NANOS = 10_000_000;

  private final InetAddress from;
  private final InetAddress to;
  private final int firstPort;
  private final int ports;
  private final List<ServerSocket> listening = new ArrayList<>();
  private final List<Thread> accepting = new ArrayList<>();
  private final Set<Socket> connected = ConcurrentHashMap.newKeySet();
  private boolean closed;

  /**
   * Begins to forward.
   *
   * @param from the address that others connect to
   * @param to the address that listens
   * @param ports how many
   */
  Forwarder(String from, String to, int firstPort, int ports) throws RunFailure {
    this.firstPort = firstPort;
    this.ports = ports;
    try {
      this.from = InetAddress.getByName(from);
      this.to = InetAddress.getByName(to);
      restore();
    } catch (IOException e) {
      cut();
      throw new RunFailure("%s cannot be forwarded to %s".formatted(from, to), e);
    }
  }

  /** Takes connections again; nothing if it does. */
  synchronized void restore() throws IOException {
    if (closed || !listening.isEmpty()) {
      return;
    }
    for (int port = firstPort; port < firstPort + ports; port++) {
      ServerSocket server = new ServerSocket();
      listening.add(server);
      // Connections that were cut a moment ago do not keep it.
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(from, port), BACKLOG);
      accepting.add(start("forward " + port, () -> accept(server)));
    }
  }

  private void accept(ServerSocket server) {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        connected.add(near);
        start("connect " + server.getLocalPort(), () -> connect(near, server));
      } catch (IOException e) {
        // Closed; or the peer has gone before it was taken, or there are too many connections.
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void connect(Socket near, ServerSocket server) {
    Socket far = new Socket();
    connected.add(far);
    try {
      far.connect(new InetSocketAddress(to, server.getLocalPort()), CONNECT_MILLIS);
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      start("back " + server.getLocalPort(), () -> pass(far, near));
    } catch (IOException e) {
      // Nobody is there; so the peer finds nobody, too.
      reset(near);
      reset(far);
      return;
    }
    if (server.isClosed()) { // cut while it connected
      reset(near);
      reset(far);
    }
    pass(near, far);
  }

  /** Until one of them ends, and then neither is of use. */
  private void pass(Socket in, Socket out) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream input = in.getInputStream();
      OutputStream output = out.getOutputStream();
      for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
        output.write(buffer, 0, n);
      }
      in.close();
      out.close();
      connected.remove(in);
      connected.remove(out);
    } catch (IOException e) {
      reset(in);
      reset(out);
    }
  }

  /** Breaks all connections, and takes no new ones. */
  synchronized void cut() {
    for (ServerSocket server : listening) {
      try {
        server.close();
      } catch (IOException e) {
        continue; // it is as good as closed
      }
    }
    listening.clear();
    // The kernel listens until the last thread that waits for a connection has left its call.
    for (Thread thread : accepting) {
      try {
        thread.join(ACCEPT_END_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    accepting.clear();
    connected.forEach(this::reset);
  }

  private void reset(Socket socket) {
    connected.remove(socket);
    try (socket) {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      return; // somebody else was faster
    }
  }

  private static Thread start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Override
  public synchronized void close() {
    closed = true;
    cut();
  }
}

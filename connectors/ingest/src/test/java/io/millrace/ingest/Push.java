package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/** A producer of whatever one likes. */
final class Push implements AutoCloseable {
  private static final int DEADLINE_MS = 30_000;

  private final ZMQ.Context context = ZMQ.context(1);
  private final ZMQ.Socket socket = context.socket(SocketType.PUSH);

  Push(String endpoint) {
    socket.setLinger(5_000);
    socket.setSendTimeOut(DEADLINE_MS);
    socket.setHandshakeIvl(ModuleSender.HANDSHAKE_MS);
    socket.connect(endpoint);
  }

  void send(byte[]... parts) {
    for (int i = 0; i < parts.length; i++) {
      assertThat(socket.send(parts[i], i < parts.length - 1 ? ZMQ.SNDMORE : 0))
          .as("taken within %d ms", DEADLINE_MS)
          .isTrue();
    }
  }

  @Override
  public void close() {
    socket.close();
    context.term();
  }
}

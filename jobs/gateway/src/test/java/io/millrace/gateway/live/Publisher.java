package io.millrace.gateway.live;

import io.millrace.detector.live.LiveCodec;
import io.millrace.detector.live.LiveMessage;
import io.millrace.detector.live.LiveSent;
import io.millrace.sockets.CurveKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** Publishes live messages as a job does; begins when the gateway has subscribed. */
final class Publisher implements AutoCloseable {
  private final ZContext context = new ZContext();
  private final ZMQ.Socket socket;
  private final String name;
  private long sequence;

  Publisher(String address) {
    this(address, "publisher");
  }

  Publisher(String address, String name) {
    this(address, name, Optional.empty());
    awaitSubscriber();
  }

  /** Does not wait until the gateway has subscribed, which it may never do. */
  Publisher(String address, String name, Optional<CurveKeys> keys) {
    this.name = name;
    context.setLinger(1000);
    socket = context.createSocket(SocketType.XPUB);
    socket.setXpubVerbose(true); // so that one that subscribes again is seen, too
    socket.setSndHWM(0);
    socket.setHandshakeIvl(2_000); // JeroMQ 0.6 loses a handshake now and then
    try {
      if (keys.isPresent()) {
        keys.get().connect(socket);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    socket.connect(address);
  }

  /** Waits until a gateway subscribes, the first one or one that was started again. */
  void awaitSubscriber() {
    socket.setReceiveTimeOut((int) Duration.ofSeconds(30).toMillis());
    if (socket.recv() == null) {
      throw new AssertionError("nobody subscribed within 30 s");
    }
  }

  void tell(String session, LiveMessage message) {
    raw(LiveCodec.encode(new LiveSent(session, name, sequence++, Instant.now(), message)));
  }

  /** Sends parts as they are. */
  void raw(List<byte[]> parts) {
    for (int i = 0; i < parts.size(); i++) {
      socket.send(parts.get(i), i < parts.size() - 1 ? ZMQ.SNDMORE : 0);
    }
  }

  @Override
  public void close() {
    context.close();
  }
}

package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.Announcement;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.detector.wire.ScanEnd;
import io.millrace.detector.wire.Sequence;
import io.millrace.sockets.CurveKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/** A reader that knows nothing of Millrace: a PULL socket. */
final class BarePull implements AutoCloseable {
  /** A message as it came. */
  record Message(byte[] first, byte[] second) {
    boolean isData() {
      return second != null;
    }

    Announcement announcement() {
      return Announcement.decode(first, 0, first.length).orElseThrow();
    }

    SectorHeader header() {
      SectorHeader header = new SectorHeader();
      assertThat(new HeaderCodec().decode(first, 0, first.length, header, new Sequence())).isNull();
      return header;
    }

    /** Of a message that can be sent again. */
    long number() {
      if (!isData()) {
        return ScanEnd.decode(first, 0, first.length).orElseThrow().number();
      }
      Sequence place = new Sequence();
      assertThat(new HeaderCodec().decode(first, 0, first.length, new SectorHeader(), place))
          .isNull();
      return place.number;
    }
  }

  /** Processes that are still starting on a busy machine may have to come first. */
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final ZMQ.Context context = ZMQ.context(1);
  private final ZMQ.Socket socket = context.socket(SocketType.PULL);

  private BarePull() {
    socket.setLinger(0);
    socket.setHandshakeIvl(ModuleSender.HANDSHAKE_MS);
    // So few that whoever sends meets back-pressure soon.
    socket.setRcvHWM(1);
    socket.setReceiveBufferSize(64 << 10);
  }

  static BarePull bound(String endpoint) {
    BarePull pull = new BarePull();
    pull.socket.bind(endpoint);
    return pull;
  }

  static BarePull connected(Collection<String> endpoints) {
    BarePull pull = new BarePull();
    endpoints.forEach(pull.socket::connect);
    return pull;
  }

  /** One that encrypts. It has room for all that comes: see {@link io.millrace.sockets.Intake}. */
  static BarePull connected(Collection<String> endpoints, CurveKeys keys) throws IOException {
    BarePull pull = new BarePull();
    pull.socket.setRcvHWM(0);
    keys.connect(pull.socket);
    endpoints.forEach(pull.socket::connect);
    return pull;
  }

  /** The next message; null if none comes in time. */
  Message receive(Duration patience) {
    socket.setReceiveTimeOut((int) patience.toMillis());
    byte[] first = socket.recv();
    if (first == null) {
      return null;
    }
    byte[] second = socket.hasReceiveMore() ? socket.recv() : null;
    assertThat(socket.hasReceiveMore()).isFalse();
    return new Message(first, second);
  }

  /** The next {@code n} messages, each of which has to come in time. */
  List<Message> receive(int n) {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Message message = receive(DEADLINE);
      assertThat(message).as("message %d of %d", i, n).isNotNull();
      messages.add(message);
    }
    return messages;
  }

  @Override
  public void close() {
    socket.close();
    context.term();
  }
}

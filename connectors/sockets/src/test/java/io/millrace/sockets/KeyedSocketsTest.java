package io.millrace.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import zmq.Msg;

/** Real sockets: one that listens, and several kinds of others that connect. */
class KeyedSocketsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int DEADLINE_MS = 60_000;

  /** Within this time a message would have come that should not. */
  private static final int SILENCE_MS = 1_000;

  @TempDir Path folder;
  private Path ours;
  private CurveKeys keys;
  private CurveKeys others;
  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeEach
  void makeKeys() throws IOException {
    ours = KeyFolder.create(folder.resolve("ours")).get(KeyFolder.ALL);
    keys = CurveKeys.read(ours);
    others = CurveKeys.read(KeyFolder.create(folder.resolve("others")).get(KeyFolder.ALL));
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  /** A PULL socket that is bound, like an aggregator's. */
  private final class Listener implements AutoCloseable {
    private final ZMQ.Context context = ZMQ.context(1);
    private final Refusals refusals = new Refusals("test");
    private final BoundPeers peers = new BoundPeers(refusals);
    private final Gatekeeper gatekeeper;
    private final ZMQ.Socket socket = context.socket(SocketType.PULL);
    private final String endpoint;

    Listener(Optional<CurveKeys> keys) throws IOException {
      gatekeeper = keys.map(k -> new Gatekeeper(context, k, refusals)).orElse(null);
      if (keys.isPresent()) {
        keys.get().serve(socket);
      }
      peers.watch(socket.base());
      socket.bind("tcp://127.0.0.1:*");
      endpoint = socket.getLastEndpoint();
      opened.add(0, this);
    }

    String receive(int millis) {
      socket.setReceiveTimeOut(millis);
      return socket.recvStr();
    }

    @Override
    public void close() {
      socket.close();
      if (gatekeeper != null) {
        gatekeeper.close();
      }
      context.term();
    }
  }

  /** A PUSH socket that connects, like a producer's. */
  private final class Caller implements AutoCloseable {
    private final ZMQ.Context context = ZMQ.context(1);
    private final ZMQ.Socket socket = context.socket(SocketType.PUSH);
    private final ConnectedPeer peer;
    private final String endpoint;

    Caller(String endpoint, Optional<CurveKeys> keys) throws IOException {
      this.endpoint = endpoint;
      peer = new ConnectedPeer(keys.isPresent());
      if (keys.isPresent()) {
        keys.get().connect(socket);
      }
      socket.setLinger(0);
      socket.setHandshakeIvl(2_000);
      peer.watch(socket.base());
      socket.connect(endpoint);
      opened.add(0, this);
    }

    void awaitRefusal(Refusal why) {
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                if (peer.mend()) {
                  socket.connect(endpoint);
                }
                return peer.refusal() == why;
              });
    }

    void awaitTaken() {
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                if (peer.mend()) {
                  socket.connect(endpoint);
                }
                return peer.await(100);
              });
    }

    @Override
    public void close() {
      socket.close();
      context.term();
    }
  }

  private static void assertRefused(Listener listener, Refusal why) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(listener.refusals.counts()).containsKey(Refusals.counter(why)));
    assertThat(listener.receive(SILENCE_MS)).isNull();
  }

  @Test
  void theRightKeyIsLetIn() throws IOException {
    Listener listener = new Listener(Optional.of(keys));
    Caller caller = new Caller(listener.endpoint, Optional.of(keys));
    caller.awaitTaken();
    assertThat(caller.socket.send("hello")).isTrue();
    assertThat(listener.receive(DEADLINE_MS)).isEqualTo("hello");
    assertThat(listener.refusals.counts()).isEmpty();
    assertThat(caller.peer.refusal()).isNull();
    assertThat(caller.peer.counts()).isEmpty();
  }

  /** The server's public key is no secret among clients; it must not be enough. */
  @Test
  void aClientThatIsNotAllowedIsRefused() throws IOException {
    Listener listener = new Listener(Optional.of(keys));
    ZMQ.Curve.KeyPair stranger = ZMQ.Curve.generateKeyPair();
    Path file =
        Files.writeString(
            KeyFolder.create(folder.resolve("strange")).get(KeyFolder.LANES),
            Files.readAllLines(ours).get(1)
                + "\nclient-public "
                + stranger.publicKey
                + "\nclient-secret "
                + stranger.secretKey);
    Caller caller = new Caller(listener.endpoint, Optional.of(CurveKeys.read(file)));
    caller.socket.send("hello", ZMQ.DONTWAIT);
    caller.awaitRefusal(Refusal.UNKNOWN_KEY);
    assertRefused(listener, Refusal.UNKNOWN_KEY);
    assertThat(caller.peer.explain(Refusal.UNKNOWN_KEY, "it"))
        .contains("client-public")
        .contains("allowed-client");
    assertThat(caller.peer.counts()).containsOnlyKeys("refused.unknown-key");
  }

  @Test
  void aClientWithTheKeyOfAnotherServerIsRefused() throws IOException {
    Listener listener = new Listener(Optional.of(keys));
    Caller caller = new Caller(listener.endpoint, Optional.of(others));
    caller.socket.send("hello", ZMQ.DONTWAIT);
    caller.awaitRefusal(Refusal.OTHER_SERVER_KEY);
    assertRefused(listener, Refusal.OTHER_SERVER_KEY);
    assertThat(caller.peer.explain(Refusal.OTHER_SERVER_KEY, "it")).contains("server-public");
  }

  @Test
  void aClientWithoutKeysIsRefused() throws IOException {
    Listener listener = new Listener(Optional.of(keys));
    Caller caller = new Caller(listener.endpoint, Optional.empty());
    caller.socket.send("hello", ZMQ.DONTWAIT);
    caller.awaitRefusal(Refusal.NO_HANDSHAKE);
    assertRefused(listener, Refusal.NO_HANDSHAKE);
    assertThat(caller.peer.explain(Refusal.NO_HANDSHAKE, "it")).contains(CurveKeys.VARIABLE);
  }

  @Test
  void aListenerWithoutKeysIsRefused() throws IOException {
    Listener listener = new Listener(Optional.empty());
    Caller caller = new Caller(listener.endpoint, Optional.of(keys));
    caller.socket.send("hello", ZMQ.DONTWAIT);
    caller.awaitRefusal(Refusal.NO_HANDSHAKE);
    assertRefused(listener, Refusal.NO_HANDSHAKE);
    assertThat(caller.peer.explain(Refusal.NO_HANDSHAKE, "it")).contains("takes no keys");
  }

  @Test
  void withoutKeysAllIsAsEver() throws IOException {
    Listener listener = new Listener(Optional.empty());
    Caller caller = new Caller(listener.endpoint, Optional.empty());
    caller.awaitTaken();
    assertThat(caller.socket.send("hello")).isTrue();
    assertThat(listener.receive(DEADLINE_MS)).isEqualTo("hello");
    caller.close();
    opened.remove(caller);
    Caller next = new Caller(listener.endpoint, Optional.empty());
    next.awaitTaken();
    assertThat(listener.refusals.counts()).isEmpty();
  }

  /** Whoever was refused is let in once the listener has the right keys, without a new start. */
  @Test
  void whoWasRefusedComesBackWhenTheListenerHasChanged() throws IOException {
    Listener first = new Listener(Optional.of(others));
    String endpoint = first.endpoint;
    Caller caller = new Caller(endpoint, Optional.of(keys));
    caller.awaitRefusal(Refusal.OTHER_SERVER_KEY);
    opened.remove(first);
    first.close();
    ZMQ.Context context = ZMQ.context(1);
    opened.add(context::term);
    Gatekeeper gatekeeper = new Gatekeeper(context, keys, new Refusals("test"));
    ZMQ.Socket second = context.socket(SocketType.PULL);
    opened.add(0, gatekeeper);
    opened.add(0, second);
    keys.serve(second);
    second.setReceiveTimeOut(DEADLINE_MS);
    await().atMost(PATIENCE).ignoreExceptions().until(() -> second.bind(endpoint));
    caller.awaitTaken();
    assertThat(caller.peer.refusal()).isNull();
    assertThat(caller.socket.send("hello")).isTrue();
    assertThat(second.recvStr()).isEqualTo("hello");
  }

  /** A refused connection has not to be the last word about others at the same socket. */
  @Test
  void aStrangerDoesNotDisturbAFriend() throws IOException {
    Listener listener = new Listener(Optional.of(keys));
    Caller friend = new Caller(listener.endpoint, Optional.of(keys));
    friend.awaitTaken();
    Caller stranger = new Caller(listener.endpoint, Optional.of(others));
    stranger.awaitRefusal(Refusal.OTHER_SERVER_KEY);
    Caller plain = new Caller(listener.endpoint, Optional.empty());
    plain.awaitRefusal(Refusal.NO_HANDSHAKE);
    assertThat(friend.socket.send("hello")).isTrue();
    assertThat(listener.receive(DEADLINE_MS)).isEqualTo("hello");
    assertThat(listener.refusals.counts())
        .containsOnlyKeys("refused.no-handshake", "refused.other-server-key");
  }

  private static byte[] payload(int number, int bytes) {
    byte[] payload = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      payload[i] = (byte) (number * 31 + i);
    }
    return payload;
  }

  private static void connectAndSend(String endpoint, CurveKeys keys, int messages, int bytes)
      throws IOException {
    ZMQ.Context context = ZMQ.context(1);
    try (ZMQ.Socket push = context.socket(SocketType.PUSH)) {
      keys.connect(push);
      push.setSndHWM(4);
      push.setSendTimeOut(DEADLINE_MS);
      push.setLinger(DEADLINE_MS);
      push.connect(endpoint);
      for (int n = 0; n < messages; n++) {
        assertThat(push.sendMore("header " + n)).isTrue();
        assertThat(push.send(payload(n, bytes))).isTrue();
      }
    }
    context.term();
  }

  /** Sectors of the real size, and small ones of which many come in one piece. */
  @Test
  void nothingIsLostOrTornWhenTheReceiverIsSlow() throws Exception {
    receiveSlowly(165_888, 150, 4);
    receiveSlowly(100, 5_000, 4);
  }

  private void receiveSlowly(int bytes, int messages, int room) throws Exception {
    ZMQ.Context context = ZMQ.context(1);
    Gatekeeper gatekeeper = new Gatekeeper(context, keys, new Refusals("test"));
    Intake intake = new Intake(room, bytes);
    try (ZMQ.Socket pull = context.socket(SocketType.PULL)) {
      keys.serve(pull);
      pull.setRcvHWM(0);
      pull.setMsgAllocator(intake);
      pull.setReceiveTimeOut(DEADLINE_MS);
      pull.bind("tcp://127.0.0.1:*");
      String endpoint = pull.getLastEndpoint();
      Thread sender =
          new Thread(
              () -> {
                try {
                  connectAndSend(endpoint, keys, messages, bytes);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      sender.start();
      long most = Math.max(64 << 10, room * (bytes + 4L * Intake.OVERHEAD_BYTES));
      // Nobody takes anything yet, so it fills, and no further.
      await().atMost(PATIENCE).until(() -> intake.waiting() > most - bytes - 200);
      for (int n = 0; n < messages; n++) {
        Msg header = pull.base().recv(0);
        intake.taken(header);
        assertThat(new String(header.data(), ZMQ.CHARSET)).isEqualTo("header " + n);
        assertThat(header.hasMore()).isTrue();
        Msg data = pull.base().recv(0);
        intake.taken(data);
        assertThat(data.data()).isEqualTo(payload(n, bytes));
        assertThat(data.hasMore()).isFalse();
        assertThat(intake.waiting()).isLessThanOrEqualTo(most);
      }
      sender.join(DEADLINE_MS);
      assertThat(sender.isAlive()).isFalse();
    } finally {
      intake.close();
      gatekeeper.close();
      context.term();
    }
  }

  /**
   * Why there is an {@link Intake}. When JeroMQ no longer tears messages here (its issue 1009),
   * that can go, and the high-water mark come back.
   */
  @Test
  void jeroMqTearsEncryptedMessagesAtItsHighWaterMark() throws Exception {
    ZMQ.Context context = ZMQ.context(1);
    Gatekeeper gatekeeper = new Gatekeeper(context, keys, new Refusals("test"));
    try (ZMQ.Socket pull = context.socket(SocketType.PULL)) {
      keys.serve(pull);
      pull.setRcvHWM(1);
      pull.setReceiveTimeOut(SILENCE_MS);
      pull.bind("tcp://127.0.0.1:*");
      String endpoint = pull.getLastEndpoint();
      Thread sender =
          new Thread(
              () -> {
                try {
                  connectAndSend(endpoint, keys, 50, 165_888);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      sender.start();
      sender.join(SILENCE_MS); // it cannot end, so the mark is reached
      int whole = 0;
      byte[] part;
      while ((part = pull.recv()) != null) {
        boolean isHeader = new String(part, ZMQ.CHARSET).startsWith("header ");
        whole += isHeader && pull.hasReceiveMore() && pull.recv().length == 165_888 ? 1 : 0;
      }
      assertThat(whole).isLessThan(50);
    } finally {
      gatekeeper.close();
      context.term();
    }
  }
}

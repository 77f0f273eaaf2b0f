package io.millrace.zeromq.sink;

import io.millrace.detector.live.LiveCodec;
import io.millrace.detector.live.LiveMessage;
import io.millrace.detector.live.LiveSent;
import io.millrace.sockets.ConnectedPeer;
import io.millrace.sockets.CurveKeys;
import io.millrace.sockets.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * Sends what is in a mailbox to the gateway, in a thread of its own, which alone has the socket.
 *
 * <p>The socket is an XPUB, which tells who has subscribed: while nobody has, nothing is taken from
 * the mailbox, and somebody new is sent all. It does not drop when its queue is full (NODROP), so
 * that the newest can wait in the mailbox instead.
 */
final class LivePublisher {
  private static final Logger LOG = LoggerFactory.getLogger(LivePublisher.class);

  /** JeroMQ 0.6 loses a handshake now and then; try again soon. */
  private static final int HANDSHAKE_MILLIS = 2_000;

  private static final int RECONNECT_MILLIS = 100;
  private static final int MOST_RECONNECT_MILLIS = 2_000;

  /** So long a new subscription may stay unheard while nothing is to be sent. */
  private static final long IDLE_MILLIS = 50;

  /** So long until it is tried again to send into a full queue. */
  private static final long FULL_MILLIS = 10;

  /** What the thread takes to end, besides what it may wait for. */
  private static final long END_MILLIS = 1_000;

  private static final String SUBSCRIBE = "\u0001";
  private static final String UNSUBSCRIBE = "\u0000";

  private final String address;
  private final String topic;
  private final String session;
  private final String id = UUID.randomUUID().toString();
  private final LiveMailbox mailbox;
  private final long keyFrameNanos;
  private final ZContext zmq;
  private final ZMQ.Socket socket;
  private final ConnectedPeer gateway;
  private final Thread thread;

  /** Prefixes of our topic that the gateway has subscribed to. */
  private final Set<String> subscriptions = new HashSet<>();

  private Refusal told;

  /** Taken from the mailbox, and not sent yet; null if there is none. */
  private LiveMessage next;

  private volatile int subscribers;
  private volatile long sent;
  private volatile long bytes;

  /** When the thread has to have ended, by {@link System#nanoTime}; once it is closed. */
  private volatile long deadline;

  private volatile boolean closed;

  /**
   * Begins to connect.
   *
   * @param keys with which the connection is encrypted; empty for none
   * @throws IOException if the keys are not those of a client
   */
  LivePublisher(
      String address,
      String session,
      Configuration options,
      Optional<CurveKeys> keys,
      LiveMailbox mailbox)
      throws IOException {
    this.address = address;
    this.session = session;
    this.topic = LiveCodec.topic(session);
    this.mailbox = mailbox;
    keyFrameNanos = options.get(ZeroMqSinkOptions.KEY_FRAME_INTERVAL).toNanos();
    zmq = new ZContext(1);
    try {
      socket = zmq.createSocket(SocketType.XPUB);
      socket.setXpubNoDrop(true);
      socket.setXpubVerbose(true);
      socket.setSndHWM(options.get(ZeroMqSinkOptions.SEND_HIGH_WATER_MARK));
      // With a lost connection its queue goes, too: who comes next is sent all.
      socket.setImmediate(false); // what ZeroMQ calls true, JeroMQ 0.6 calls false
      socket.setTCPKeepAlive(1);
      socket.setHandshakeIvl(HANDSHAKE_MILLIS);
      socket.setReconnectIVL(RECONNECT_MILLIS);
      socket.setReconnectIVLMax(MOST_RECONNECT_MILLIS);
      if (keys.isPresent()) {
        keys.get().connect(socket);
      }
      gateway = new ConnectedPeer(keys.isPresent());
      gateway.watch(socket.base());
      socket.connect(address);
    } catch (IOException | RuntimeException e) {
      zmq.close();
      throw e;
    }
    thread = new Thread(this::run, "live-publisher");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try (ZMQ.Poller poller = zmq.createPoller(1)) {
      poller.register(socket, ZMQ.Poller.POLLIN);
      publish(poller);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("Nothing more is shown to the gateway at {}; the stream goes on", address, e);
    } finally {
      subscribers = 0;
      mailbox.close();
      mailbox.clear(next);
      int linger = (int) Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
      socket.setLinger(closed ? linger : 0);
      zmq.setLinger(closed ? linger : 0);
      zmq.close();
    }
  }

  private void publish(ZMQ.Poller poller) throws InterruptedException {
    long keyFrame = System.nanoTime() + keyFrameNanos;
    while (!closed || next != null || !mailbox.isEmpty()) {
      if (closed && (subscribers == 0 || System.nanoTime() >= deadline)) {
        return;
      }
      mend();
      hear();
      if (subscribers == 0) {
        poller.poll(IDLE_MILLIS);
        continue;
      }
      if (System.nanoTime() >= keyFrame) {
        mailbox.repeat();
        keyFrame = System.nanoTime() + keyFrameNanos;
      }
      next = next == null ? mailbox.take() : mailbox.newest(next);
      if (next == null) {
        mailbox.await(IDLE_MILLIS);
      } else if (send(next)) {
        next = null;
      } else {
        poller.poll(FULL_MILLIS);
      }
    }
  }

  private void mend() {
    if (gateway.mend()) {
      socket.connect(address);
    }
    Refusal refusal = gateway.refusal();
    if (refusal != null && refusal != told) {
      LOG.warn(
          "{}; until then nothing is shown there",
          gateway.explain(refusal, "the gateway at " + address));
    }
    told = refusal;
  }

  /** Takes what the gateway has subscribed to. */
  private void hear() {
    byte[] word = socket.recv(ZMQ.DONTWAIT);
    boolean isNew = false;
    while (word != null) {
      String heard = new String(word, StandardCharsets.UTF_8);
      if (heard.startsWith(SUBSCRIBE) && topic.startsWith(heard.substring(1))) {
        subscriptions.add(heard.substring(1));
        isNew = true;
      } else if (heard.startsWith(UNSUBSCRIBE)) {
        subscriptions.remove(heard.substring(1));
      }
      word = socket.recv(ZMQ.DONTWAIT);
    }
    int now = subscriptions.isEmpty() ? 0 : 1;
    if (now != subscribers) {
      LOG.info("The gateway at {} {}", address, now == 0 ? "listens no more" : "listens");
      subscribers = now;
    }
    if (isNew) {
      mailbox.showAll();
    }
  }

  /** Whether there was room for the message. */
  private boolean send(LiveMessage message) {
    // The first part decides: a message for which there is room has room for all its parts.
    if (!socket.send(topic, ZMQ.SNDMORE | ZMQ.DONTWAIT)) {
      return false;
    }
    // What was dropped has numbers, too, so that the gateway sees how much it has missed.
    long sequence = sent + mailbox.dropped();
    List<byte[]> parts =
        LiveCodec.encode(new LiveSent(session, id, sequence, Instant.now(), message));
    long length = 0;
    for (int p = 1; p < parts.size(); p++) {
      int more = p < parts.size() - 1 ? ZMQ.SNDMORE : 0;
      if (!socket.send(parts.get(p), more | ZMQ.DONTWAIT)) {
        throw new IllegalStateException("half a message was sent");
      }
      length += parts.get(p).length;
    }
    count(length);
    return true;
  }

  /** Only this thread adds. */
  private void count(long length) {
    sent = sent + 1;
    bytes = bytes + length;
  }

  /** Messages that were given to the network. */
  long sent() {
    return sent;
  }

  /** Bytes of headers and payloads of these. */
  long bytes() {
    return bytes;
  }

  /** Whether a gateway takes this session's messages: 1 or 0. */
  int subscribers() {
    return subscribers;
  }

  /**
   * Sends what is left, if somebody takes it, and ends.
   *
   * @param within how long that may take; what is left then is lost
   */
  void close(Duration within) {
    deadline = System.nanoTime() + within.toNanos();
    closed = true;
    mailbox.close();
    try {
      thread.join(within.toMillis() + END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn("The publisher to {} does not end in time; it is left alone", address);
    }
  }
}

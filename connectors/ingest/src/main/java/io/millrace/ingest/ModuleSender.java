package io.millrace.ingest;

import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.Announcement;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.sockets.ConnectedPeer;
import io.millrace.sockets.CurveKeys;
import io.millrace.sockets.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import zmq.Msg;

/**
 * Sends one module's sectors to the aggregator: the announcement of a scan, then a message a
 * sector. It has a thread, a socket and an I/O thread of its own.
 *
 * <p>States: connecting, until the peer has answered in ZeroMQ's protocol; sending, scan after
 * scan; finishing, until the last byte is handed to the network. Each ends with a named error after
 * its deadline, but for the wait for the next scan. A refusal in the middle of a scan ends it at
 * once: what waited for the network then is lost.
 *
 * <p>Pixels go to the network from where the source left them, without a copy. A slot may be
 * written again only when JeroMQ is done with it. There are enough slots to be sure of that without
 * asking: when message n was accepted, at most {@link #SEND_QUEUE} messages before it were not yet
 * taken from the queue, and of those that were taken only the last may still be on its way, because
 * the next one is taken when it is written. So the slots of the last SEND_QUEUE + 1 messages are in
 * use, and one more can be filled.
 */
final class ModuleSender extends ModuleOutput {
  /** Sectors that wait in the socket for the network: 11 MB of the 4D Camera's. */
  private static final int SEND_QUEUE = 64;

  private static final int SLOTS = SEND_QUEUE + 2;

  /**
   * After how long a handshake is tried anew. JeroMQ 0.6.0 loses one in some hundred on a busy
   * machine, and would wait for 30 s.
   */
  static final int HANDSHAKE_MS = 2_000;

  private static final Logger LOG = LoggerFactory.getLogger(ModuleSender.class);

  private final int module;
  private final String endpoint;
  private final Optional<CurveKeys> keys;
  private final ConnectedPeer aggregator;
  private final Pace pace;
  private final Duration connectTimeout;
  private final Duration stallTimeout;
  private final ByteBuffer[] slots = new ByteBuffer[SLOTS];
  private final byte[] headerBytes = new byte[HeaderCodec.MAX_BYTES];

  /** Sectors of all scans so far: the turns of the slots go on from one scan to the next. */
  private long turn;

  private volatile Stall stall;

  /**
   * @param module whose sectors these are
   * @param scans what is sent
   * @param endpoint where the aggregator listens for this module
   * @param keys with which it is encrypted; empty for none
   * @param sectorBytes length of a sector
   * @param pace when the sectors are due
   * @param connectTimeout how long connecting may last
   * @param stallTimeout how long a sector, or finishing, may last
   */
  ModuleSender(
      int module,
      ModuleScans scans,
      String endpoint,
      Optional<CurveKeys> keys,
      int sectorBytes,
      Pace pace,
      Duration connectTimeout,
      Duration stallTimeout) {
    super(scans, State.CONNECTING);
    this.module = module;
    this.endpoint = endpoint;
    this.keys = keys;
    this.aggregator = new ConnectedPeer(keys.isPresent());
    this.pace = pace;
    this.connectTimeout = connectTimeout;
    this.stallTimeout = stallTimeout;
    // Each is as long as its message: JeroMQ sends a buffer up to its capacity.
    Arrays.setAll(slots, i -> ByteBuffer.allocateDirect(sectorBytes));
  }

  @Override
  Stall stall() {
    return stall;
  }

  /**
   * Sends all scans.
   *
   * @throws IOException if nobody answers, nobody takes the sectors, or the source fails
   */
  @Override
  public Void call() throws IOException {
    ZMQ.Context context = ZMQ.context(1);
    boolean done = false;
    try {
      ZMQ.Socket socket = context.socket(SocketType.PUSH);
      try {
        socket.setSndHWM(SEND_QUEUE);
        socket.setLinger(0);
        socket.setSendTimeOut(LOOK_UP_MS);
        socket.setHandshakeIvl(HANDSHAKE_MS);
        if (keys.isPresent()) {
          keys.get().connect(socket);
        }
        aggregator.watch(socket.base());
        socket.connect(endpoint);
        awaitPeer(socket);
        follow(scan -> send(socket, scan));
        done = !isStopped();
        enter(State.FINISHING);
      } finally {
        if (done) {
          socket.setLinger((int) stallTimeout.toMillis());
        }
        socket.close();
      }
    } finally {
      finish(context);
    }
    return null;
  }

  private void awaitPeer(ZMQ.Socket socket) throws IOException {
    long deadline = System.nanoTime() + connectTimeout.toNanos();
    try {
      while (!isStopped() && !aggregator.await(LOOK_UP_MS)) {
        if (System.nanoTime() > deadline) {
          throw notConnected();
        }
        if (aggregator.mend()) {
          socket.connect(endpoint);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop();
    }
  }

  private IOException notConnected() {
    Refusal why = aggregator.refusal();
    return new IOException(
        why == null
            ? "module %d: no aggregator answered at %s within %s; start one there, or give its address (--aggregator) or more time (--connect-timeout)"
                .formatted(module, endpoint, words(connectTimeout))
            : "module %d: not connected within %s: %s"
                .formatted(module, words(connectTimeout), refused(why)));
  }

  private String refused(Refusal why) {
    return aggregator.explain(why, "the aggregator at " + endpoint);
  }

  /**
   * An encrypted message is only taken from the queue after a handshake that went well. Until the
   * announcement is, nothing else is sent: a refusal would take the queue away, and nobody would
   * hear of it.
   */
  private void sendAndAwaitTaken(ZMQ.Socket socket, byte[] announcement) throws IOException {
    long start = System.nanoTime();
    stall = Stall.now(aggregator());
    EncryptedMessage message = null;
    try {
      while (!isStopped() && (message == null || !message.awaitTaken(LOOK_UP_MS))) {
        if (aggregator.mend()) {
          socket.connect(endpoint);
          message = null;
        }
        if (message == null) {
          EncryptedMessage next = new EncryptedMessage(announcement);
          message = socket.base().send(next, 0) ? next : null;
        }
        long waited = System.nanoTime() - start;
        if (aggregator.refusal() != null && waited > connectTimeout.toNanos()) {
          throw notConnected();
        }
        if (waited > stallTimeout.toNanos()) {
          throw stalled("nobody took the announcement");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop();
    }
    stall = null;
  }

  /** JeroMQ keeps the queue while it connects again by itself, but not when it was refused. */
  private void failIfCutOff() throws IOException {
    if (aggregator.mend()) {
      Refusal why = aggregator.refusal();
      throw new IOException(
          "module %d: cut off after %d sectors, and what still waited is lost: %s"
              .formatted(
                  module,
                  done(),
                  why == null ? aggregator() + " has broken the protocol" : refused(why)));
    }
  }

  private void send(ZMQ.Socket socket, SectorSource scan) throws IOException {
    Announcement announcement = Announcement.of(scan.scan(), scan.sectors());
    if (keys.isPresent()) {
      sendAndAwaitTaken(socket, announcement.encode());
    } else {
      send(socket, new Msg(announcement.encode()), 0);
    }
    SectorHeader header = new SectorHeader();
    Instant first = null;
    pace.start();
    for (long n = 0; !isStopped() && scan.next(header); n++, turn++) {
      while (!isStopped() && !pace.await(n)) {
        // not yet due
      }
      ByteBuffer pixels = scan.pixels(slots[(int) (turn % SLOTS)]);
      int length = HeaderCodec.encode(header, headerBytes);
      if (first == null) {
        first = Instant.now();
      }
      if (send(socket, new Msg(Arrays.copyOf(headerBytes, length)), ZMQ.SNDMORE)) {
        send(socket, new Msg(pixels), 0);
        countSector();
      }
    }
    if (!isStopped()) {
      Instant last = Instant.now();
      countScan(scan, first == null ? last : first, last);
    }
  }

  /** Returns false only if stopped. */
  private boolean send(ZMQ.Socket socket, Msg message, int flags) throws IOException {
    long deadline = 0;
    while (!isStopped()) {
      if (socket.base().send(message, flags)) {
        if (deadline != 0) {
          stall = null;
        }
        return true;
      }
      failIfCutOff();
      long now = System.nanoTime();
      if (deadline == 0) {
        deadline = now + stallTimeout.toNanos();
        stall = Stall.now(aggregator());
      } else if (now > deadline) {
        throw stalled("nobody took a sector");
      }
    }
    return false;
  }

  /**
   * Waits until the network has everything. A closed socket that lingers keeps its context open.
   */
  private void finish(ZMQ.Context context) throws IOException {
    long start = System.nanoTime();
    stall = Stall.now(aggregator());
    context.term();
    stall = null;
    enter(State.DONE);
    // The context ends early when all is written, and at the deadline when it is not.
    if (System.nanoTime() - start >= stallTimeout.toNanos()) {
      throw stalled("nobody took the last sectors");
    }
    LOG.debug("module {}: all handed to the network", module);
  }

  private String aggregator() {
    return "the aggregator at %s, for module %d,".formatted(endpoint, module);
  }

  private IOException stalled(String what) {
    SectorSource scan = source();
    Refusal why = aggregator.refusal();
    if (why != null) {
      return new IOException("module %d: %s: %s".formatted(module, what, refused(why)));
    }
    return new IOException(
        "module %d: %s at %s for %s, after %d of %d; see what holds up the aggregator (its log names the lane), or give more time (--stall-timeout)"
            .formatted(
                module,
                what,
                endpoint,
                words(stallTimeout),
                done(),
                scan == null ? 0 : scan.sectors()));
  }

  private static String words(Duration duration) {
    return duration.toMillis() / 1000.0 + " s";
  }
}

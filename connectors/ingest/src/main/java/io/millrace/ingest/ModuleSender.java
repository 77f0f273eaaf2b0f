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
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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
 * its deadline, but for the wait for the next scan.
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

  /** JeroMQ's clock counts whole milliseconds: a linger may end as much as one too early. */
  private static final int LINGER_ROUNDING_MS = 2;

  private static final int SLOTS = SEND_QUEUE + 2;

  /**
   * After how long a handshake is tried anew. JeroMQ 0.6.0 loses one in some hundred on a busy
   * machine, and would wait for 30 s.
   */
  static final int HANDSHAKE_MS = 2_000;

  /** So long after its last sector something of a scan may still be on its way. */
  private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(25);

  private static final long UNFINISHED = Long.MIN_VALUE;
  private static final Logger LOG = LoggerFactory.getLogger(ModuleSender.class);

  /** A sector that the socket has accepted, and that may not have left it. */
  private record Sent(byte[] header, ByteBuffer pixels) {}

  private final int module;
  private final Supplier<AggregatorPlace> aggregator;
  private final Optional<CurveKeys> keys;
  private final Pace pace;
  private final Duration connectTimeout;
  private final Duration stallTimeout;
  private final ByteBuffer[] slots = new ByteBuffer[SLOTS];
  private final byte[] headerBytes = new byte[HeaderCodec.MAX_BYTES];

  /** Sectors of all scans so far: the turns of the slots go on from one scan to the next. */
  private long turn;

  private volatile Stall stall;

  // Of its own thread.
  private ZMQ.Context context;
  private ZMQ.Socket socket;
  private ConnectedPeer peer;
  private AggregatorPlace place;

  /** The last sectors, by their turns. */
  private final Sent[] sent = new Sent[SLOTS];

  /** Of the scan's first sector. */
  private long firstTurn;

  /** Of the scan that is being sent, or was last, once the aggregator has it. */
  private Announcement announced;

  /** When the socket took that; nanoseconds of any origin. */
  private long announcedAt;

  /** When the last sector of that scan was sent; nanoseconds of any origin. */
  private long finishedAt;

  /** While it follows the aggregator. */
  private boolean moving;

  /**
   * @param module whose sectors these are
   * @param scans what is sent
   * @param aggregator where the aggregator listens for this module; asked again and again, and may
   *     change
   * @param keys with which it is encrypted; empty for none
   * @param sectorBytes length of a sector
   * @param pace when the sectors are due
   * @param connectTimeout how long connecting may last
   * @param stallTimeout how long a sector, or finishing, may last
   */
  ModuleSender(
      int module,
      ModuleScans scans,
      Supplier<AggregatorPlace> aggregator,
      Optional<CurveKeys> keys,
      int sectorBytes,
      Pace pace,
      Duration connectTimeout,
      Duration stallTimeout) {
    super(scans, State.CONNECTING);
    this.module = module;
    this.aggregator = aggregator;
    this.place = aggregator.get();
    this.keys = keys;
    this.peer = new ConnectedPeer(keys.isPresent());
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
    context = ZMQ.context(1);
    boolean done = false;
    long closedAt = System.nanoTime();
    try {
      try {
        connect();
        follow(this::send);
        done = !isStopped();
        enter(State.FINISHING);
      } finally {
        if (socket != null) {
          if (done) {
            socket.setLinger((int) stallTimeout.toMillis() + LINGER_ROUNDING_MS);
          }
          closedAt = System.nanoTime();
          socket.close();
        }
      }
    } finally {
      finish(closedAt);
    }
    return null;
  }

  /** Connects to where the aggregator is now. */
  private void connect() throws IOException {
    long deadline = System.nanoTime() + connectTimeout.toNanos();
    while (!isStopped()) {
      place = aggregator.get();
      peer = new ConnectedPeer(keys.isPresent());
      socket = context.socket(SocketType.PUSH);
      socket.setSndHWM(SEND_QUEUE);
      socket.setLinger(0);
      socket.setSendTimeOut(LOOK_UP_MS);
      socket.setHandshakeIvl(HANDSHAKE_MS);
      if (keys.isPresent()) {
        keys.get().connect(socket);
      }
      peer.watch(socket.base());
      socket.connect(place.endpoint());
      if (awaitPeer(deadline)) {
        return;
      }
      socket.close();
    }
  }

  /** Returns false if stopped, or the aggregator is somewhere else now. */
  private boolean awaitPeer(long deadline) throws IOException {
    try {
      while (!isStopped() && !hasMoved()) {
        if (peer.await(LOOK_UP_MS)) {
          return true;
        }
        if (System.nanoTime() > deadline) {
          throw notConnected();
        }
        if (peer.mend()) {
          socket.connect(place.endpoint());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop();
    }
    return false;
  }

  private boolean hasMoved() {
    return !place.equals(aggregator.get());
  }

  /**
   * Goes on with the aggregator that has taken the place of the last one. It knows nothing of the
   * scan, so that is announced again; and sectors may still have waited in the socket, so the last
   * ones are sent again: who has them already counts them as duplicates. What the first aggregator
   * had received and not relayed is lost, and the file names it as announced and not received.
   */
  private void move() throws IOException {
    AggregatorPlace next = aggregator.get();
    boolean sameAddress = next.endpoint().equals(place.endpoint());
    if (sameAddress && (announced == null || !peer.lostSince(announcedAt))) {
      // The socket has connected to it by itself, or will; so the announcement goes there.
      place = next;
      return;
    }
    boolean knows =
        announced != null
            && (finishedAt == UNFINISHED || System.nanoTime() - finishedAt < SETTLED_NANOS);
    long again = knows ? Math.min(turn - firstTurn, SLOTS - 1) : 0;
    LOG.warn(
        "module {}: the aggregator was at {} and is {} at {} now; of {} sectors sent, the last {} are"
            + " sent again",
        module,
        place.endpoint(),
        next.aggregator(),
        next.endpoint(),
        done(),
        again);
    State before = state();
    moving = true;
    try {
      do {
        socket.close();
        enter(State.CONNECTING);
        connect();
        enter(before);
      } while (!isStopped() && knows && !sendAgain(again));
    } finally {
      moving = false;
    }
  }

  /** Returns false if the aggregator has moved again meanwhile. */
  private boolean sendAgain(long again) throws IOException {
    if (!announce(announced)) {
      return false;
    }
    announcedAt = System.nanoTime();
    for (long t = turn - again; t < turn; t++) {
      Sent sector = sent[(int) (t % SLOTS)];
      if (!sendFirst(new Msg(sector.header), ZMQ.SNDMORE)) {
        return false;
      }
      send(new Msg(sector.pixels), 0);
    }
    return true;
  }

  /** Between two scans the end of the last one may still have waited in the socket. */
  @Override
  void idle() throws IOException {
    if (hasMoved()) {
      move();
    }
  }

  private IOException notConnected() {
    Refusal why = peer.refusal();
    return new IOException(
        why == null
            ? "module %d: no aggregator answered at %s within %s; start one there, or give its address (--aggregator) or more time (--connect-timeout)"
                .formatted(module, place.endpoint(), words(connectTimeout))
            : "module %d: not connected within %s: %s"
                .formatted(module, words(connectTimeout), refused(why)));
  }

  private String refused(Refusal why) {
    return peer.explain(why, "the aggregator at " + place.endpoint());
  }

  /**
   * An encrypted message is only taken from the queue after a handshake that went well. Until the
   * announcement is, nothing else is sent: a refusal would take the queue away, and nobody would
   * hear of it.
   */
  private boolean sendAndAwaitTaken(byte[] announcement) throws IOException {
    long start = System.nanoTime();
    stall = Stall.now(aggregator() + " has taken nothing");
    EncryptedMessage message = null;
    try {
      while (!isStopped() && (message == null || !message.awaitTaken(LOOK_UP_MS))) {
        if (hasMoved()) {
          if (moving) {
            return false;
          }
          move();
          message = null;
        }
        if (peer.mend()) {
          socket.connect(place.endpoint());
          message = null;
        }
        if (message == null) {
          EncryptedMessage next = new EncryptedMessage(announcement);
          message = socket.base().send(next, 0) ? next : null;
        }
        long waited = System.nanoTime() - start;
        if (peer.refusal() != null && waited > connectTimeout.toNanos()) {
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
    return !isStopped();
  }

  /** JeroMQ keeps the queue while it connects again by itself, but not when it was refused. */
  private void failIfCutOff() throws IOException {
    if (peer.mend()) {
      Refusal why = peer.refusal();
      throw new IOException(
          "module %d: cut off after %d sectors, and what still waited is lost: %s"
              .formatted(
                  module,
                  done(),
                  why == null ? aggregator() + " has broken the protocol" : refused(why)));
    }
  }

  /** Returns false if stopped; or, while it follows the aggregator, if that has moved again. */
  private boolean announce(Announcement announcement) throws IOException {
    return keys.isPresent()
        ? sendAndAwaitTaken(announcement.encode())
        : sendFirst(new Msg(announcement.encode()), 0);
  }

  private void send(SectorSource scan) throws IOException {
    announced = null;
    Announcement announcement = Announcement.of(scan.scan(), scan.sectors());
    announce(announcement);
    announced = announcement;
    announcedAt = System.nanoTime();
    finishedAt = UNFINISHED;
    SectorHeader header = new SectorHeader();
    Instant first = null;
    firstTurn = turn;
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
      byte[] head = Arrays.copyOf(headerBytes, length);
      if (sendFirst(new Msg(head), ZMQ.SNDMORE)) {
        send(new Msg(pixels), 0);
        sent[(int) (turn % SLOTS)] = new Sent(head, pixels);
        countSector();
      }
    }
    finishedAt = System.nanoTime();
    if (!isStopped()) {
      Instant last = Instant.now();
      countScan(scan, first == null ? last : first, last);
    }
  }

  /** A message's first part goes to where the aggregator is; the others go where the first went. */
  private boolean sendFirst(Msg part, int flags) throws IOException {
    return send(part, flags, true);
  }

  private boolean send(Msg part, int flags) throws IOException {
    return send(part, flags, false);
  }

  /** Returns false if stopped; or, while it follows the aggregator, if that has moved again. */
  private boolean send(Msg message, int flags, boolean first) throws IOException {
    long deadline = 0;
    while (!isStopped()) {
      if (first && hasMoved()) {
        if (moving) {
          return false;
        }
        move();
        deadline = 0;
        stall = null;
        continue;
      }
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
        stall = Stall.now(aggregator() + " has taken nothing");
      } else if (now > deadline) {
        throw stalled("nobody took a sector");
      }
    }
    return false;
  }

  /**
   * Waits until the network has everything. A closed socket that lingers keeps its context open.
   */
  private void finish(long closedAt) throws IOException {
    stall = Stall.now(aggregator() + " has taken nothing");
    context.term();
    stall = null;
    enter(State.DONE);
    // The context ends early when all is written, and after the deadline when it is not.
    if (System.nanoTime() - closedAt >= stallTimeout.toNanos()) {
      throw stalled("nobody took the last sectors");
    }
    LOG.debug("module {}: all handed to the network", module);
  }

  private String aggregator() {
    return "the aggregator at %s, for module %d,".formatted(place.endpoint(), module);
  }

  private IOException stalled(String what) {
    SectorSource scan = source();
    Refusal why = peer.refusal();
    if (why != null) {
      return new IOException("module %d: %s: %s".formatted(module, what, refused(why)));
    }
    return new IOException(
        "module %d: %s at %s for %s, after %d of %d; see what holds up the aggregator (its log names the lane), or give more time (--stall-timeout)"
            .formatted(
                module,
                what,
                place.endpoint(),
                words(stallTimeout),
                done(),
                scan == null ? 0 : scan.sectors()));
  }
}

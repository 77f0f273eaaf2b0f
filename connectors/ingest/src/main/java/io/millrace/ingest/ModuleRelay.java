package io.millrace.ingest;

import io.millrace.coordination.KnownScans;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.Drops;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.Announcement;
import io.millrace.detector.wire.Gathering;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.detector.wire.Lanes;
import io.millrace.detector.wire.ScanEnd;
import io.millrace.detector.wire.Sequence;
import io.millrace.sockets.BoundPeers;
import io.millrace.sockets.CurveKeys;
import io.millrace.sockets.Gatekeeper;
import io.millrace.sockets.Intake;
import io.millrace.sockets.Refusals;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;
import zmq.Msg;
import zmq.io.Metadata;

/**
 * Relays one module: takes its messages from a PULL socket and gives each, untouched, to the PUSH
 * socket of its lane. The thread that runs it owns all these sockets and all its counts.
 *
 * <p>Sectors stay in the memory that they were received into, which is used again and again ({@link
 * RelayBuffers}) when the lane has written it ({@link LanePeers}).
 *
 * <p>A lane that takes nothing blocks the thread, and so the producer: that is the back-pressure,
 * and it is logged with the lane's name.
 */
final class ModuleRelay implements Runnable {
  /** Sectors that wait in each socket: enough to bridge a pause, and 11 MB of the 4D Camera's. */
  private static final int QUEUE = 64;

  /** A part longer than this closes its connection. */
  private static final long LONGEST_PART_BYTES = 16 << 20;

  /** Memory for sectors outside the heap: what the queues of ten lanes hold. */
  private static final int MOST_BUFFER_BYTES = 128 << 20;

  private static final int LOOK_UP_MS = 100;

  /** So long ZooKeeper may need to say whether it knows a scan. */
  private static final Duration ANSWER = Duration.ofSeconds(2);

  private static final int LINGER_MS = 2_000;
  private static final long BLOCKED_REPORT_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Others see counts that are at most so old, and are made no more often. */
  private static final long COUNT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Sources of malformed messages that are named in the log, at most. */
  private static final int NAMED_SOURCES = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(ModuleRelay.class);

  private final int module;
  private final Lanes lanes;
  private final LaneRouter router;

  /** Null without a session. */
  private final ScanFence fence;

  /** Whether what the fence does not let through is dropped. */
  private final boolean fenced;

  private final long reportNanos;
  private final ZMQ.Context context;
  private final ZMQ.Socket in;
  private final ZMQ.Socket[] out;
  private final LanePeers[] peers;
  private final RelayBuffers buffers;
  private final Refusals refusals;
  private final BoundPeers producers;

  /** Null if nothing is encrypted. */
  private final Gatekeeper gatekeeper;

  /** Null if nothing is encrypted: then JeroMQ receives into the buffers. */
  private final Intake intake;

  private final HeaderCodec codec = new HeaderCodec();
  private final SectorHeader header = new SectorHeader();
  private final Sequence sequence = new Sequence();
  private final Set<String> named = new HashSet<>();
  private final Drops drops = new Drops();
  private final Gathering gathering = new Gathering(QUEUE);
  private int taken;
  private long takenSectors;
  private final long[] sentSectors;
  private long relayed;
  private long relayedBytes;
  private long timeouts;
  private long blockedNanos;
  private long countedAt = System.nanoTime();
  private volatile RelayCount count = new RelayCount(0, 0, new Drops(), Map.of(), 0, 0, null);
  private Undelivered undelivered;
  private volatile boolean stopped;

  /**
   * Takes the ports.
   *
   * @param listen address for this module's producer
   * @param keys with which both sides are encrypted; empty for none
   * @param scans of the session; null without one
   * @param relayedScans which scans' messages are relayed; all without a session
   * @throws IOException if one cannot be had; says which. Or if the keys are not those of a server
   */
  ModuleRelay(
      DetectorDescription detector,
      int module,
      String listen,
      Lanes lanes,
      Optional<CurveKeys> keys,
      KnownScans scans,
      RelayedScans relayedScans,
      Duration announceTimeout,
      Duration reportInterval)
      throws IOException {
    this.module = module;
    this.lanes = lanes;
    this.router = new LaneRouter(detector, module, lanes, announceTimeout);
    this.fence =
        scans == null
            ? null
            : new ScanFence(scans::find, n -> scans.ask(n, ANSWER), router::forget);
    this.fenced = scans != null && relayedScans == RelayedScans.REGISTERED;
    this.reportNanos = reportInterval.toNanos();
    // One I/O thread receives and one sends.
    context = ZMQ.context(2);
    out = new ZMQ.Socket[lanes.lanes()];
    peers = new LanePeers[lanes.lanes()];
    sentSectors = new long[lanes.lanes()];
    buffers = new RelayBuffers(detector.sectorBytes(), buffers(detector, lanes));
    refusals = new Refusals("module " + module);
    producers = new BoundPeers(refusals);
    // Before the first socket is bound.
    gatekeeper = keys.map(k -> new Gatekeeper(context, k, refusals)).orElse(null);
    intake = keys.isEmpty() ? null : new Intake(QUEUE, detector.sectorBytes());
    in = context.socket(SocketType.PULL);
    try {
      in.setAffinity(1);
      if (intake == null) {
        in.setRcvHWM(QUEUE);
        in.setMsgAllocator(buffers);
      } else {
        in.setRcvHWM(0);
        in.setMsgAllocator(this::receiveEncrypted);
        keys.get().serve(in);
      }
      in.setReceiveTimeOut(LOOK_UP_MS);
      in.setMaxMsgSize(LONGEST_PART_BYTES);
      producers.watch(in.base());
      bind(in, listen, "--listen");
      for (int l = 0; l < out.length; l++) {
        out[l] = context.socket(SocketType.PUSH);
        out[l].setAffinity(2);
        out[l].setSndHWM(QUEUE);
        out[l].setSendTimeOut(LOOK_UP_MS);
        out[l].setLinger(LINGER_MS);
        peers[l] = new LanePeers();
        if (keys.isPresent()) {
          keys.get().serve(out[l]);
        }
        new BoundPeers(refusals, peers[l]::accepted, peers[l]::disconnected).watch(out[l].base());
        bind(out[l], lanes.endpoint(l, module), "--lane-address");
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * As many as the queues hold, and for each socket one that is being read or written and one that
   * has just been; but no more memory than a relay may have.
   */
  private static int buffers(DetectorDescription detector, Lanes lanes) {
    int inUse = (1 + lanes.lanes()) * (QUEUE + 2);
    return Math.min(inUse, MOST_BUFFER_BYTES / detector.sectorBytes());
  }

  /** Memory for a part that has still to be decrypted; called by the thread that receives. */
  private Msg receiveEncrypted(int size) {
    buffers.comes(size - Intake.OVERHEAD_BYTES);
    return intake.allocate(size);
  }

  private void bind(ZMQ.Socket socket, String endpoint, String option) throws IOException {
    socket.setHandshakeIvl(ModuleSender.HANDSHAKE_MS);
    try {
      socket.bind(endpoint);
    } catch (ZMQException e) {
      throw new IOException(
          e.getErrorCode() == ZMQ.Error.EADDRINUSE.getCode()
              ? "%s, for module %d, is in use; end what uses it (another aggregator?), or give another %s"
                  .formatted(endpoint, module, option)
              : "%s, for module %d, cannot be listened on (%s); give another %s"
                  .formatted(endpoint, module, e.getMessage(), option),
          e);
    }
  }

  /** Makes {@link #run} end soon. */
  void stop() {
    stopped = true;
  }

  /** Messages that were dropped; to be asked when {@link #run} has ended. */
  Drops drops() {
    return drops;
  }

  /** Data messages that were relayed; to be asked when {@link #run} has ended. */
  long relayedMessages() {
    return relayed;
  }

  /** How often a scan was settled by silence; to be asked when {@link #run} has ended. */
  long timeouts() {
    return timeouts;
  }

  /** Sectors that came so far, the one that is coming included; to be asked at any time. */
  long receivedSectors() {
    return buffers.sectors();
  }

  /** What was lost on the way; to be asked when {@link #run} has ended. */
  Undelivered undelivered() {
    return undelivered;
  }

  /** What it has done up to a moment ago; to be asked by anybody at any time. */
  RelayCount count() {
    return count;
  }

  private void countIfDue(long now, Stall stall) {
    if (now - countedAt >= COUNT_NANOS) {
      countedAt = now;
      Drops copy = new Drops();
      copy.add(drops);
      count =
          new RelayCount(
              relayed, relayedBytes, copy, refusals.counts(), timeouts, buffers.beyond(), stall);
    }
  }

  @Override
  public void run() {
    try {
      Report report = new Report();
      while (!stopped) {
        Msg first = next();
        if (first != null) {
          receive(first);
        }
        countOversized();
        tell(router.silent(now()));
        report.logIfDue();
      }
      report.log();
    } finally {
      close();
      logUndelivered();
    }
  }

  private void countOversized() {
    String peer;
    while ((peer = producers.pollOversized()) != null) {
      drop(DropReason.OVERSIZED, peer);
    }
  }

  /** Says what is lost with the queues that were just closed. */
  private void logUndelivered() {
    long[] unsent = new long[out.length];
    for (int lane = 0; lane < out.length; lane++) {
      unsent[lane] = sentSectors[lane] - peers[lane].begun();
    }
    undelivered = new Undelivered(buffers.sectors() - takenSectors, unsent);
    if (undelivered.total() == 0) {
      LOG.info("module {}: closed, and all sectors that came were given on", module);
    } else {
      LOG.warn(
          "module {}: closed; {} sectors that came are lost: {}",
          module,
          undelivered.total(),
          undelivered);
    }
  }

  /** The first part of the next message, or null if none comes for a while. */
  private Msg next() {
    Msg first = take(ZMQ.DONTWAIT);
    if (first == null) {
      // Each message on its own would wake this thread, and then the one that sends.
      gathering.stayAway(taken);
      taken = 0;
      first = take(0);
    }
    taken += first == null ? 0 : 1;
    return first;
  }

  /** The next part, or null if none comes for a while. */
  private Msg take(int flags) {
    Msg part = in.base().recv(flags);
    if (intake != null) {
      intake.taken(part);
      part = buffers.copyOf(part);
    }
    if (part instanceof RelayBuffer) {
      takenSectors++;
    }
    return part;
  }

  /** Does not advance while a lane is blocked: what waits behind it is not silent. */
  private long now() {
    return System.nanoTime() - blockedNanos;
  }

  private void receive(Msg first) {
    // The metadata goes when the message is sent on.
    Metadata source = first.getMetadata();
    if (!first.hasMore()) {
      Optional<ScanEnd> end = ScanEnd.decode(first.data(), 0, first.size());
      if (end.isPresent() && end.get().lane() < out.length) {
        send(end.get().lane(), first, null);
      } else {
        announcement(first, source);
      }
      return;
    }
    Msg second = take(0);
    Msg last = second;
    while (last.hasMore()) {
      last = take(0); // the rest of a message that nobody knows
    }
    byte[] message = first.data();
    DropReason unreadable = codec.decode(message, 0, message.length, header, sequence);
    boolean sequenced = unreadable == null && sequence.isThere();
    DropReason reason = unreadable;
    if (last != second) {
      reason = DropReason.PART_COUNT;
    } else if (sequenced) {
      // Its reader judges it, and would ask for it again and again if it were dropped here.
      reason = sequence.lane < out.length ? null : DropReason.FIELD_RANGE;
    } else if (unreadable == null) {
      reason = router.problem(header, second.size());
      if (reason == null && fenced) {
        reason = fence.ofData(header.scan);
      }
    }
    if (reason != null) {
      drop(reason, address(source));
      if (second instanceof RelayBuffer buffer) {
        buffer.release();
      }
      if (unreadable == null && !sequenced) {
        tell(router.dropped(header, now()));
      }
      return;
    }
    int lane = sequenced ? sequence.lane : lanes.laneOf(header.frame);
    if (send(lane, first, second)) {
      relayed++;
      relayedBytes += second.size();
      if (!sequenced) {
        // Else the producer tells each lane itself how many there were.
        tell(router.relayed(header.scan, lane, now()));
      }
    } else {
      takenSectors--; // it is lost like those behind it
    }
  }

  private void announcement(Msg message, Metadata source) {
    Optional<Announcement> announcement = Announcement.decode(message.data(), 0, message.size());
    if (announcement.isEmpty()) {
      drop(DropReason.INFO_FORMAT, address(source));
      return;
    }
    announcement
        .get()
        .counts()
        .forEach(
            (scan, count) -> {
              // Also without a fence: a number may stand for another scan from here on.
              DropReason reason = fence == null ? null : fence.ofAnnouncement(scan);
              if (fenced && reason != null) {
                drop(reason, address(source));
                return;
              }
              LOG.info("module {}: scan {}, {} sectors announced", module, scan, count);
              tell(router.announced(scan, count, now()));
            });
  }

  private void tell(LaneRouter.Settlement s) {
    if (s == null) {
      return;
    }
    if (s.timedOut()) {
      timeouts++;
      LOG.warn(
          "module {}: scan {}: nothing came for a while, {} of {} announced sectors were relayed; the lanes are told the larger number",
          module,
          s.scan(),
          s.relayed(),
          s.announced());
    } else if (s.relayed() < s.announced()) {
      LOG.warn(
          "module {}: scan {}: {} of {} announced sectors were relayed, the others dropped; the lanes are told the larger number",
          module,
          s.scan(),
          s.relayed(),
          s.announced());
    } else {
      LOG.info("module {}: scan {}: all {} sectors relayed", module, s.scan(), s.relayed());
    }
    for (int lane = 0; lane < out.length; lane++) {
      send(lane, new Msg(Announcement.of(s.scan(), s.byLane()[lane]).encode()), null);
    }
  }

  /**
   * Waits until the lane takes the message.
   *
   * @param second null if there is but one part
   * @return false if stopped before
   */
  private boolean send(int lane, Msg first, Msg second) {
    int flags = second == null ? 0 : ZMQ.SNDMORE;
    if (!out[lane].base().send(first, flags) && !sendBlocked(lane, first, flags)) {
      return false;
    }
    if (second != null) {
      if (second instanceof RelayBuffer buffer) {
        second = buffer.into(peers[lane]);
        sentSectors[lane]++;
      }
      // A lane that took the first part takes the rest.
      out[lane].base().send(second, 0);
    }
    return true;
  }

  private boolean sendBlocked(int lane, Msg first, int flags) {
    Stall stall =
        Stall.now(
            "lane %d of module %d (%s) has taken nothing"
                .formatted(lane, module, lanes.endpoint(lane, module)));
    long start = System.nanoTime();
    long reported = start;
    boolean taken = false;
    while (!taken && !stopped) {
      taken = out[lane].base().send(first, flags);
      long now = System.nanoTime();
      if (!taken) {
        countIfDue(now, stall);
      }
      if (!taken && now - reported > BLOCKED_REPORT_NANOS) {
        reported = now;
        LOG.warn(
            "module {}: lane {} ({}) took nothing for {} s; its node is missing or slow, and holds up the producer",
            module,
            lane,
            lanes.endpoint(lane, module),
            (now - start) / 1_000_000_000);
      }
    }
    blockedNanos += System.nanoTime() - start;
    if (!taken) {
      LOG.warn("module {}: stopped while lane {} was blocked", module, lane);
    }
    return taken;
  }

  private static String address(Metadata source) {
    return source == null ? "unknown" : source.get(Metadata.PEER_ADDRESS);
  }

  private void drop(DropReason reason, String address) {
    drops.add(reason);
    if (named.size() < NAMED_SOURCES && named.add(address + reason)) {
      LOG.warn(
          "module {}: {} sent {}; dropped, and from now on only counted as {}",
          module,
          address,
          reason.description(),
          reason.label());
    }
  }

  /** Gives the ports back; only for whoever does not run it. */
  void close() {
    if (intake != null) {
      intake.close();
    }
    in.setLinger(0);
    in.close();
    for (ZMQ.Socket socket : out) {
      if (socket != null) {
        socket.close();
      }
    }
    if (gatekeeper != null) {
      gatekeeper.close();
    }
    context.term();
  }

  /** A line in the log while something happens. */
  private final class Report {
    private long last = System.nanoTime();
    private long lastBytes;
    private long lastEvents;

    void logIfDue() {
      long now = System.nanoTime();
      countIfDue(now, null);
      if (now - last >= reportNanos) {
        log();
      }
    }

    void log() {
      long now = System.nanoTime();
      long events = relayed + drops.total() + timeouts;
      if (events != lastEvents) {
        LOG.info(
            "module {}: {} messages relayed ({} GB/s), {}, {} timeouts, blocked for {} s, {} sectors beyond the buffers",
            module,
            relayed,
            String.format(Locale.ROOT, "%.2f", (relayedBytes - lastBytes) / (double) (now - last)),
            drops.total() == 0 ? "none dropped" : "dropped: " + drops,
            timeouts,
            String.format(Locale.ROOT, "%.1f", blockedNanos / 1e9),
            buffers.beyond());
      }
      last = now;
      lastBytes = relayedBytes;
      lastEvents = events;
    }
  }
}

package io.millrace.zeromq.source.reader;

import io.millrace.coordination.MemberState;
import io.millrace.coordination.SessionAddress;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.LaneRecord;
import io.millrace.detector.LaneReport;
import io.millrace.detector.ScanKey;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.Announcement;
import io.millrace.detector.wire.Gathering;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.detector.wire.ScanEnd;
import io.millrace.detector.wire.Sequence;
import io.millrace.sockets.CurveKeys;
import io.millrace.sockets.Refusal;
import io.millrace.zeromq.source.ZeroMqSourceOptions;
import io.millrace.zeromq.source.split.LanePosition;
import io.millrace.zeromq.source.split.LaneSplit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;
import javax.annotation.Nullable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import zmq.Msg;
import zmq.io.Metadata;

/**
 * Reads one lane: owns its sockets, and runs in a thread of its own. Takes messages from the pipes
 * in turn, checks them, and hands the sectors on in small batches; a message that cannot be used is
 * counted, logged once per peer and reason, and dropped.
 */
final class LaneSplitReader implements SplitReader<LaneRecord, LaneSplit> {
  private static final Logger LOG = LoggerFactory.getLogger(LaneSplitReader.class);

  /** A batch of this size goes at once: seldom enough, and small enough to stay in the cache. */
  private static final int BATCH = 16;

  /** Messages taken from one pipe before the next one has its turn. */
  private static final int TURN = 4;

  /** The longest wait for a message, after which time-outs are looked at. */
  private static final long POLL_MILLIS = 20;

  /** The longest wait for room, after which pipes that have room are looked at. */
  private static final long ROOM_MILLIS = 1;

  /** A thread that has not looked at its sockets for this long was kept from it. */
  private static final long ABSENT_NANOS = 10 * POLL_MILLIS * 1_000_000;

  /** Between two looks at what is shown of the lane. */
  private static final long TELL_NANOS = 500_000_000;

  /**
   * After so many corrupt copies, the producer's own is corrupt: it would hold up the lane for
   * ever.
   */
  private static final int CORRUPT_COPIES = 3;

  /** Peers and reasons that are logged; what goes beyond is only counted. */
  private static final int MAX_LOGGED = 1_000;

  private final SourceReaderMetricGroup metricGroup;
  private final DetectorDescription detector;
  private final Set<Long> scans;
  private final int boundedAfter;
  private final Configuration options;
  private final BooleanSupplier draining;
  private final @Nullable SessionAddress session;
  private final Optional<CurveKeys> curve;
  private final Function<LanePosition, ScanKeys> keysAt;
  private final IntFunction<LaneVoice> voiceOf;
  private final LongSupplier clock;

  private final HeaderCodec codec = new HeaderCodec();
  private final SectorHeader header = new SectorHeader();
  private final Sequence sequence = new Sequence();
  private final CRC32C checksum = new CRC32C();
  private final Queue<LaneBatch> spare = new ArrayBlockingQueue<>(8);
  private final Set<String> logged = new HashSet<>();

  private LaneSplit split;
  private ZContext zmq;
  private ZMQ.Poller poller;
  private SlotPool pool;
  private List<Pipe> pipes = List.of();
  private LaneProgress progress;
  private ScanKeys keys;
  private LaneVoice voice;
  private long giveUpAt;
  private List<Long> begunBefore = List.of();
  private LaneMetrics metrics;
  private @Nullable LaneMembership membership;
  private long nextTold;
  private boolean resumed;
  private volatile boolean wakeUp;
  private Gathering gathering;
  private int taken;
  private volatile long lastLook;

  /** The task has what was fetched last, and has not come back for more. */
  private volatile boolean handedOver;

  /**
   * @param draining whether no more scans are to be taken
   * @param session in which the lane is shown; null for none
   * @param curve keys with which all of it is encrypted; empty for none
   * @param keysAt which scans numbers stand for, by where the lane stands
   * @param voiceOf what tells the producers of a lane, by its index
   * @param clock nanoseconds of any origin
   */
  LaneSplitReader(
      SourceReaderMetricGroup metricGroup,
      DetectorDescription detector,
      Set<Long> scans,
      int boundedAfter,
      Configuration options,
      BooleanSupplier draining,
      @Nullable SessionAddress session,
      Optional<CurveKeys> curve,
      Function<LanePosition, ScanKeys> keysAt,
      IntFunction<LaneVoice> voiceOf,
      LongSupplier clock) {
    this.metricGroup = metricGroup;
    this.detector = detector;
    this.scans = scans;
    this.boundedAfter = boundedAfter;
    this.options = options;
    this.draining = draining;
    this.session = session;
    this.curve = curve;
    this.keysAt = keysAt;
    this.voiceOf = voiceOf;
    this.clock = clock;
    this.lastLook = clock.getAsLong();
  }

  @Override
  public void handleSplitsChanges(SplitsChange<LaneSplit> change) {
    if (split != null || change.splits().size() != 1) {
      throw new IllegalStateException("a thread reads one lane, but is given " + change);
    }
    split = change.splits().get(0);
    int room = options.get(ZeroMqSourceOptions.SLOTS_PER_MODULE);
    int highWaterMark = options.get(ZeroMqSourceOptions.RECEIVE_HIGH_WATER_MARK);
    gathering = new Gathering(highWaterMark);
    long maxMessage = options.get(ZeroMqSourceOptions.MAX_MESSAGE_SIZE).getBytes();
    // Beside the room and the queue, one sector may be in ZeroMQ's decoder and one just received.
    pool =
        new SlotPool(detector.sectorBytes(), split.endpoints().size() * (room + highWaterMark + 2));
    zmq = curve.isEmpty() ? NetworkThreads.join() : NetworkThreads.own(split.endpoints().size());
    poller = zmq.createPoller(split.endpoints().size());
    pipes = new ArrayList<>();
    for (int module = 0; module < split.endpoints().size(); module++) {
      Pipe pipe = pipe(module, highWaterMark, maxMessage, room);
      poller.register(pipe.socket(), ZMQ.Poller.POLLIN);
      pipes.add(pipe);
    }
    progress =
        new LaneProgress(
            split.lane(),
            pipes.size(),
            scans,
            boundedAfter,
            options.get(ZeroMqSourceOptions.DRAIN_LINGER),
            options.get(ZeroMqSourceOptions.SCAN_TIMEOUT),
            split.position(),
            clock.getAsLong());
    keys = keysAt.apply(split.position());
    voice = voiceOf.apply(split.lane());
    if (pipes.stream().anyMatch(pipe -> pipe.sequence.sender() != 0)) {
      progress.patience(options.get(ZeroMqSourceOptions.RETAINED_SCAN_TIMEOUT));
    }
    giveUpAt = clock.getAsLong() + options.get(ZeroMqSourceOptions.RETAINED_SCAN_TIMEOUT).toNanos();
    // A bounded lane ends by itself, and must not count them among its scans.
    begunBefore = boundedAfter > 0 ? List.of() : keys.begunBefore();
    resumed = progress.endedUpTo() > Long.MIN_VALUE;
    metrics = new LaneMetrics(metricGroup, split.lane(), pipes, pool, this::awayNanos);
    membership = session == null ? null : new LaneMembership(session, split.lane());
    LOG.info(
        "Lane {} pulls from {}{}",
        split.lane(),
        split.endpoints(),
        curve.map(k -> " with the " + k).orElse(""));
  }

  private Pipe pipe(int module, int highWaterMark, long maxMessage, int room) {
    try {
      return new Pipe(
          zmq,
          split.endpoints().get(module),
          module,
          pool,
          curve,
          highWaterMark,
          maxMessage,
          room,
          split.position().heard(module));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  @Override
  public RecordsWithSplitIds<LaneRecord> fetch() throws IOException {
    LaneBatch batch = spare.poll();
    if (batch == null) {
      batch = new LaneBatch(split.splitId(), spare);
    }
    long now = clock.getAsLong();
    long away = awayNanos();
    handedOver = false;
    if (away > 0) {
      heldBack(now, away);
    }
    voice.waiting(false);
    while (!wakeUp) {
      if (draining.getAsBoolean()) {
        progress.drain();
      }
      lastLook = clock.getAsLong();
      tell();
      mendPipes(batch);
      boolean idle = !takeTurns(batch);
      expectBegunScans(batch);
      // Behind a report or a watermark nothing may come that it speaks of.
      if (hasAllAgain(batch)) {
        addEndedScans(batch);
        if (resumed) {
          // Watermarks are in no checkpoint: without this one, none of other lanes would count.
          resumed = false;
          batch.add(new Reached(progress.endedUpTo()));
        }
      }
      if (batch.size() >= BATCH || (idle && batch.size() > 0)) {
        // If the task is held up, nothing is read until it comes back.
        voice.waiting(true);
        handedOver = true;
        return batch;
      }
      if (allEnded() && pipes.stream().allMatch(pipe -> pipe.taken() == 0)) {
        LOG.info("Lane {} ends after {} scans", split.lane(), progress.endedCount());
        return batch.last();
      }
      if (idle) {
        await();
      }
    }
    wakeUp = false;
    return batch;
  }

  /** For how long the task has not come back, if that is worth telling; else 0. */
  private long awayNanos() {
    long away = clock.getAsLong() - lastLook;
    return handedOver && away > ABSENT_NANOS ? away : 0;
  }

  /** Shows the lane in its session, now and then. */
  private void tell() {
    if (lastLook < nextTold) {
      return;
    }
    nextTold = lastLook + TELL_NANOS;
    String refused = refused();
    if (membership == null) {
      return;
    }
    boolean heldBack = pipes.stream().anyMatch(Pipe::heldBack);
    MemberState state = progress.isIdle() ? MemberState.READY : MemberState.STREAMING;
    String reason = heldBack ? "sectors wait, and the task holds all slots" : refused;
    if (draining.getAsBoolean()) {
      state = MemberState.DRAINING;
    } else if (!reason.isEmpty()) {
      state = MemberState.STALLED;
    }
    Map<String, Long> counts = metrics.counts();
    pipes.forEach(
        pipe -> pipe.aggregator.counts().forEach((k, n) -> counts.merge(k, n, Long::sum)));
    membership.tell(state, reason, counts);
  }

  /** What an aggregator has against us, in words and once in the log; empty if nothing. */
  private String refused() {
    for (Pipe pipe : pipes) {
      Refusal why = pipe.aggregator.refusal();
      if (why != null) {
        String told = pipe.aggregator.explain(why, "the aggregator at %s".formatted(pipe.endpoint));
        if (logged.size() < MAX_LOGGED && logged.add(pipe.endpoint + why)) {
          LOG.warn("Lane {}: {}. Until then it gets nothing", split.lane(), told);
        }
        return told;
      }
    }
    return "";
  }

  /** Whether everything has come again that the task had, and that no checkpoint covers. */
  private boolean hasAllAgain(LaneBatch batch) {
    for (Pipe pipe : pipes) {
      if (pipe.sequence.unfinished() > 0) {
        if (lastLook - giveUpAt < 0) {
          return false;
        }
        givenUp(pipe.sequence.giveUp(), pipe.sequence.sender(), pipe, batch);
      }
    }
    return true;
  }

  /**
   * Drops what does not come again. It has been counted as received, and without a record for each
   * the task would wait for it, and acknowledge nothing behind it.
   */
  private void givenUp(List<Long> numbers, long sender, Pipe pipe, LaneBatch batch) {
    if (numbers.isEmpty()) {
      return;
    }
    LOG.error(
        "Lane {}: {} sectors of module {} that waited for their thresholds did not come again,"
            + " and are lost",
        split.lane(),
        numbers.size(),
        pipe.module);
    for (long number : numbers) {
      progress.dropped(DropReason.GIVEN_UP);
      drop(
          new Dropped(Dropped.NO_SCAN, pipe.module, DropReason.GIVEN_UP, sender, number),
          pipe,
          pipe.endpoint,
          batch);
    }
    tellHeard(pipe);
  }

  /** Whether nothing is to be taken any more: no scan, and no sector of one that has ended. */
  private boolean allEnded() {
    return progress.allEnded() && pipes.stream().allMatch(pipe -> pipe.sequence.unfinished() == 0);
  }

  private void mendPipes(LaneBatch batch) {
    for (Pipe pipe : pipes) {
      while (pipe.aggregator.pollOversized()) {
        progress.dropped(DropReason.OVERSIZED);
        drop(ofNoScan(pipe, DropReason.OVERSIZED), pipe, pipe.endpoint, batch);
      }
      pipe.mend();
    }
  }

  /** Takes what is there, in turn from the pipes that have room; returns false if nothing was. */
  private boolean takeTurns(LaneBatch batch) {
    boolean any = false;
    if (!allEnded()) {
      for (Pipe pipe : pipes) {
        for (int i = 0; i < TURN && pipe.hasRoom() && takeMessage(pipe, batch); i++) {
          any = true;
          taken++;
        }
      }
    }
    return any;
  }

  /**
   * Waits for a message, if they are flowing for some; or for the task, if that holds all slots of
   * a pipe or the last scan.
   */
  private void await() throws IOException {
    boolean heldBack = false;
    for (Pipe pipe : pipes) {
      boolean waits = pipe.heldBack();
      voice.waiting(pipe.module, waits);
      heldBack |= waits;
    }
    if (!heldBack && !allEnded()) {
      if (taken > 0) {
        // Batches of one would wake the task as well, each time.
        gathering.stayAway(taken);
        taken = 0;
      } else {
        poller.poll(POLL_MILLIS);
      }
      return;
    }
    long start = clock.getAsLong();
    try {
      pool.awaitReturn(ROOM_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while lane " + split.lane() + " waited for room", e);
    }
    if (heldBack) {
      long now = clock.getAsLong();
      heldBack(now, now - start);
    }
  }

  /** The lane could not read for so long: that is no silence of those who send. */
  private void heldBack(long now, long nanos) {
    progress.heldBack(now);
    giveUpAt += nanos;
    metrics.heldBack(nanos);
  }

  /** Once: what a job that has died had begun must not stay under way for ever. */
  private void expectBegunScans(LaneBatch batch) {
    for (long key : begunBefore) {
      if (progress.expect(key, lastLook)) {
        LOG.info(
            "Scan {} was begun before lane {}; it ends if nothing more of it comes",
            ScanKey.name(key),
            split.lane());
        batch.add(new Announced(key, 0, LanePosition.NOT_ANNOUNCED));
      }
    }
    begunBefore = List.of();
  }

  private void addEndedScans(LaneBatch batch) {
    LaneReport report;
    while ((report = progress.nextEnded(clock.getAsLong())) != null) {
      LOG.info(
          "Scan {} has ended on lane {}: {} of {} announced messages received, {}{}",
          ScanKey.name(report.scan()),
          split.lane(),
          report.received(),
          report.announced(),
          report.drained() ? "all there" : "timed out",
          report.drops().total() == 0 ? "" : ", dropped " + report.drops());
      batch.add(report);
      batch.add(new Reached(progress.endedUpTo()));
    }
  }

  /** Takes one message of all its parts; returns false if there was none. */
  private boolean takeMessage(Pipe pipe, LaneBatch batch) {
    Msg first = pipe.receive();
    if (first == null) {
      return false;
    }
    if (!first.hasMore()) {
      Optional<ScanEnd> end = ScanEnd.decode(first.data(), 0, first.size());
      if (end.isPresent()) {
        takeEnd(end.get(), first, pipe, batch);
      } else {
        takeAnnouncement(first, pipe, batch);
      }
      discard(first);
      return true;
    }
    Msg second = pipe.receive();
    boolean more = second.hasMore();
    while (more) {
      Msg extra = pipe.receive();
      more = extra.hasMore();
      discard(extra);
      if (!more) {
        progress.dropped(DropReason.PART_COUNT);
        drop(ofNoScan(pipe, DropReason.PART_COUNT), pipe, first, batch);
        discard(first);
        discard(second);
        return true;
      }
    }
    takeSector(first, second, pipe, batch);
    discard(first);
    return true;
  }

  private void takeSector(Msg first, Msg payload, Pipe pipe, LaneBatch batch) {
    byte[] bytes = first.data();
    DropReason reason = codec.decode(bytes, 0, bytes.length, header, sequence);
    boolean readable = reason == null;
    boolean again = false;
    boolean corrupt = false;
    if (readable && sequence.isThere()) {
      if (header.module != pipe.module) {
        dropForeign(pipe, first, batch);
        discard(payload);
        return;
      }
      LaneSequence.Verdict verdict = judge(pipe, batch);
      corrupt = verdict != null && isCorrupt(payload);
      if (corrupt && pipe.sequence.corrupt(sequence.number) < CORRUPT_COPIES) {
        progress.dropped(DropReason.CORRUPT);
        drop(ofNoScan(pipe, DropReason.CORRUPT), pipe, first, batch);
        ask(pipe);
        verdict = null;
      }
      if (verdict == null) {
        discard(payload);
        return;
      }
      again = verdict == LaneSequence.Verdict.AGAIN;
      take(pipe);
    }
    if (!readable) {
      progress.dropped(reason);
    } else if (again) {
      // It was counted when it came first; its scan may have ended on the lane since.
      header.scan = keys.of(header.scan, progress::isOpen);
      reason = corrupt ? progress.dropped(DropReason.CORRUPT) : null;
    } else {
      DropReason problem =
          payload instanceof Slot ? header.problem(detector) : DropReason.PAYLOAD_SIZE;
      problem = corrupt ? DropReason.CORRUPT : problem;
      header.scan = keys.of(header.scan, progress::isOpen);
      reason = progress.received(header, pipe.module, problem, clock.getAsLong());
    }
    if (reason != null) {
      // A message of a scan that is under way counts for it, whatever else is wrong with it.
      boolean counted = readable && !again && progress.isOpen(header.scan);
      drop(
          new Dropped(
              counted ? header.scan : Dropped.NO_SCAN,
              pipe.module,
              reason,
              readable ? sequence.sender : 0,
              readable ? sequence.number : 0),
          pipe,
          first,
          batch);
      discard(payload);
      return;
    }
    Slot slot = (Slot) payload;
    slot.header().set(header);
    slot.place(sequence, again);
    batch.add(slot.handOver(pipe));
    metrics.received();
  }

  /** What a message that can be sent again is; null if it is not to be taken. */
  private @Nullable LaneSequence.Verdict judge(Pipe pipe, LaneBatch batch) {
    long sender = pipe.sequence.sender();
    long next = pipe.sequence.next();
    List<Long> givenUp = pipe.sequence.follow(sequence);
    if (pipe.sequence.sender() != sender) {
      progress.patience(options.get(ZeroMqSourceOptions.RETAINED_SCAN_TIMEOUT));
      LOG.info(
          "Lane {}: module {} is sent by {} from message {} on",
          split.lane(),
          pipe.module,
          sequence.sender,
          pipe.sequence.next());
    } else if (pipe.sequence.next() != next) {
      long skipped = pipe.sequence.next() - next;
      metrics.skipped(skipped);
      LOG.warn(
          "Lane {}: module {} has acknowledgements of {} messages, from {} on, that this reader has"
              + " not had; it goes on behind them",
          split.lane(),
          pipe.module,
          skipped,
          next);
    }
    givenUp(givenUp, sender, pipe, batch);
    LaneSequence.Verdict verdict = pipe.sequence.judge(sequence);
    switch (verdict) {
      case NEXT, AGAIN:
        return verdict;
      case GAP:
        metrics.outOfOrder();
        ask(pipe);
        return null;
      default:
        metrics.repeated();
        return null;
    }
  }

  private void ask(Pipe pipe) {
    voice.ask(pipe.module, pipe.sequence.sender(), pipe.sequence.resume());
  }

  private void take(Pipe pipe) {
    pipe.sequence.take(sequence.number);
    tellHeard(pipe);
  }

  private void tellHeard(Pipe pipe) {
    voice.heard(
        pipe.module,
        pipe.sequence.sender(),
        pipe.sequence.next(),
        pipe.sequence.unfinished() > 0 ? pipe.sequence.resume() : 0);
  }

  private boolean isCorrupt(Msg payload) {
    if (!(payload instanceof Slot slot)) {
      return false; // of another size, which is said of it instead
    }
    checksum.reset();
    checksum.update(slot.pixels());
    return (int) checksum.getValue() != sequence.checksum;
  }

  /** Takes the last message of a scan: how many sectors there were. */
  private void takeEnd(ScanEnd end, Msg message, Pipe pipe, LaneBatch batch) {
    if (end.module() != pipe.module) {
      dropForeign(pipe, message, batch);
      return;
    }
    sequence.set(end.lane(), end.sender(), end.number(), end.acknowledged(), 0);
    if (judge(pipe, batch) == null) {
      return;
    }
    take(pipe);
    long key = keys.of(end.scan(), progress::isOpen);
    DropReason reason = progress.announced(key, end.count(), pipe.module, clock.getAsLong());
    if (reason != null) {
      drop(
          new Dropped(Dropped.NO_SCAN, pipe.module, reason, end.sender(), end.number()),
          pipe,
          message,
          batch);
    } else {
      batch.add(
          new Announced(
              key, pipe.module, progress.announced(key, pipe.module), end.sender(), end.number()));
    }
  }

  /** Drops a message that another module's producer has numbered: it is none of this order. */
  private void dropForeign(Pipe pipe, Msg message, LaneBatch batch) {
    progress.dropped(DropReason.UNKNOWN_MODULE);
    drop(ofNoScan(pipe, DropReason.UNKNOWN_MODULE), pipe, message, batch);
  }

  private void takeAnnouncement(Msg message, Pipe pipe, LaneBatch batch) {
    byte[] bytes = message.data();
    Optional<Announcement> announcement = Announcement.decode(bytes, 0, bytes.length);
    if (announcement.isEmpty()) {
      progress.dropped(DropReason.INFO_FORMAT);
      drop(ofNoScan(pipe, DropReason.INFO_FORMAT), pipe, message, batch);
      return;
    }
    for (Map.Entry<Long, Long> e : announcement.get().counts().entrySet()) {
      long key = keys.of(e.getKey(), progress::isOpen);
      DropReason reason = progress.announced(key, e.getValue(), pipe.module, clock.getAsLong());
      if (reason != null) {
        drop(ofNoScan(pipe, reason), pipe, message, batch);
      } else {
        batch.add(new Announced(key, pipe.module, progress.announced(key, pipe.module)));
      }
    }
  }

  private static Dropped ofNoScan(Pipe pipe, DropReason reason) {
    return new Dropped(Dropped.NO_SCAN, pipe.module, reason);
  }

  private void drop(Dropped dropped, Pipe pipe, Msg message, LaneBatch batch) {
    Metadata metadata = message.getMetadata();
    String peer = metadata == null ? pipe.endpoint : metadata.get(Metadata.PEER_ADDRESS);
    drop(dropped, pipe, peer, batch);
  }

  private void drop(Dropped dropped, Pipe pipe, String peer, LaneBatch batch) {
    DropReason reason = dropped.reason();
    batch.add(dropped);
    metrics.dropped(reason);
    if (logged.size() < MAX_LOGGED && logged.add(peer + reason)) {
      LOG.warn(
          "Dropped a message from {} (lane {}, module {}): {}. Further ones of this kind are only"
              + " counted (metric dropped.{})",
          peer,
          split.lane(),
          pipe.module,
          reason.description(),
          reason.label());
    }
  }

  private static void discard(Msg part) {
    if (part instanceof Slot slot) {
      slot.release();
    }
  }

  @Override
  public void wakeUp() {
    wakeUp = true;
  }

  @Override
  public void close() {
    if (membership != null) {
      membership.close();
    }
    pipes.forEach(Pipe::close);
    if (zmq != null) {
      NetworkThreads.leave(zmq);
      zmq = null;
    }
  }
}

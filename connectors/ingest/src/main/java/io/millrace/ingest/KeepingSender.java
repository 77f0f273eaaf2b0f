package io.millrace.ingest;

import io.millrace.coordination.Member;
import io.millrace.detector.wire.LaneStatus;
import io.millrace.sockets.CurveKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one module's sectors to the aggregator of a session, keeps each until the reader of its
 * lane has acknowledged it, and sends again what is asked for. It has a thread of its own; what it
 * keeps is in its {@link Outbox}, and the sockets are in its {@link AggregatorLink}.
 *
 * <p>The thread never waits for one thing alone: in turn it hears the readers, sends what is due,
 * and takes the next sector if there is room for it. While nobody takes sectors, or nobody
 * acknowledges them, the room is used up, and then the source waits.
 *
 * <p>States: connecting, until the aggregator has answered; sending, scan after scan; finishing,
 * until all is acknowledged. Each ends with a named error after its deadline, but for the wait for
 * the next scan.
 */
final class KeepingSender extends ModuleOutput {
  private static final int LONGEST_REST_MS = 20;

  /** What a reader does not get in this time, though it tells that it has room, has been lost. */
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final int STATUS_PARTS_TAKEN = 64;

  /** So long it may send without a look at what else there is: that costs as much as a sector. */
  private static final long LOOK_NANOS = 1_000_000;

  private static final Logger LOG = LoggerFactory.getLogger(KeepingSender.class);

  private final int module;
  private final AggregatorLink link;
  private final Pace pace;
  private final Duration connectTimeout;
  private final Duration stallTimeout;
  private final Outbox outbox;

  private volatile Stall stall;
  private volatile long repeated;
  private volatile long kept;
  private volatile long keptBytes;
  private volatile long ignored;

  // Of its own thread.

  /** Taken from the source, and not yet kept; null if none is. */
  private Kept held;

  private ByteBuffer heldPixels;

  /**
   * When something was last acknowledged, or sent for the first time; nanoseconds of any origin.
   */
  private long progressAt;

  /** When it last looked around. */
  private long lookedAt;

  private long reportedRepeats;

  /**
   * @param module whose sectors these are
   * @param scans what is sent
   * @param aggregator where the aggregator listens for this module; asked again and again, and may
   *     change
   * @param keys with which it is encrypted; empty for none
   * @param outbox where sectors are kept
   * @param pace when the sectors are due
   * @param connectTimeout how long connecting may last at first
   * @param stallTimeout how long nothing may be taken or acknowledged
   */
  KeepingSender(
      int module,
      ModuleScans scans,
      Supplier<AggregatorPlace> aggregator,
      Optional<CurveKeys> keys,
      Outbox outbox,
      Pace pace,
      Duration connectTimeout,
      Duration stallTimeout) {
    super(scans, State.CONNECTING);
    this.module = module;
    this.link = new AggregatorLink(module, aggregator, keys, this::isStopped);
    this.outbox = outbox;
    this.pace = pace;
    this.connectTimeout = connectTimeout;
    this.stallTimeout = stallTimeout;
  }

  @Override
  Stall stall() {
    return stall;
  }

  @Override
  Map<String, Long> counts() {
    Map<String, Long> counts = new HashMap<>();
    counts.put("repeated", repeated);
    counts.put("statusesIgnored", ignored);
    counts.put(Member.KEPT, kept);
    counts.put(Member.KEPT_BYTES, keptBytes);
    counts.put(Member.most(Member.KEPT_BYTES), outbox.mostBytes());
    outbox
        .files()
        .ifPresent(
            files -> {
              counts.put(Member.SPILLED, files.sectors());
              counts.put(Member.SPILLED_BYTES, files.bytes());
              if (files.mostBytes() < Long.MAX_VALUE) {
                counts.put(Member.most(Member.SPILLED_BYTES), files.mostBytes());
              }
            });
    return counts;
  }

  /**
   * Sends all scans, and waits until all is acknowledged.
   *
   * @throws IOException if nobody answers, nobody takes or acknowledges the sectors, or the source
   *     fails
   */
  @Override
  public Void call() throws IOException {
    try (outbox;
        link) {
      if (!link.connect(connectTimeout)) {
        stop();
      }
      follow(this::send);
      enter(State.FINISHING);
      awaitAcknowledgement();
      enter(State.DONE);
    }
    return null;
  }

  /** Goes on with the aggregator that has taken the place of the last one, or was started again. */
  private void followAggregator() throws IOException {
    if (!link.hasMoved()) {
      if (link.mend()) {
        outbox.rewind(System.nanoTime());
      }
      return;
    }
    State before = state();
    enter(State.CONNECTING);
    if (!link.follow(stallTimeout)) {
      stop();
    }
    enter(before);
    progressAt = System.nanoTime();
    outbox.rewind(progressAt);
  }

  private void send(SectorSource scan) throws IOException {
    Instant first = null;
    pace.start();
    progressAt = System.nanoTime();
    boolean more = true;
    for (long n = 0; !isStopped() && (more || outbox.due() != null); ) {
      boolean any = turn();
      if (more && pace.nanosUntil(n) <= 0) {
        first = first == null ? Instant.now() : first;
        if (held == null) {
          more = get(scan);
          any |= !more;
        }
        if (held != null && outbox.add(held, heldPixels)) {
          held = null;
          countSector();
          any = true;
          n++;
        }
      }
      if (!any) {
        rest(more ? pace.nanosUntil(n) : Long.MAX_VALUE);
      }
    }
    if (!isStopped()) {
      Instant last = Instant.now();
      countScan(scan, first == null ? last : first, last);
    }
  }

  /** Holds the next sector, if there is room for it. Returns false if there is none any more. */
  private boolean get(SectorSource scan) throws IOException {
    Kept next = outbox.room();
    if (next == null) {
      return true;
    }
    if (!scan.next(next.header)) {
      outbox.giveBack(next);
      outbox.end(scan.scan(), module);
      return false;
    }
    heldPixels = scan.pixels(scan.hasOwnPixels() ? null : next.memory());
    held = next;
    return true;
  }

  /** Sends and hears what there is; returns false if there was nothing. */
  private boolean turn() throws IOException {
    long now = System.nanoTime();
    boolean any = sendDue(now);
    if (now - lookedAt >= LOOK_NANOS) {
      lookedAt = now;
      any |= look(now);
    }
    if (any) {
      stall = null;
    }
    return any;
  }

  /**
   * Hears what readers tell, and sees where the aggregator is; returns false if that is no news.
   */
  private boolean look(long now) throws IOException {
    followAggregator();
    if (isStopped()) {
      return true;
    }
    long before = outbox.unacknowledged();
    hear(now);
    boolean any = outbox.unacknowledged() < before;
    if (any) {
      progressAt = now;
    }
    if (outbox.rewindSilent(now, SILENCE_NANOS)) {
      LOG.warn("module {}: a lane got nothing for a while; what it misses is sent again", module);
    }
    kept = outbox.unacknowledged();
    keptBytes = outbox.bytes();
    tellRepeats();
    return any;
  }

  private void hear(long now) throws IOException {
    for (int i = 0; i < STATUS_PARTS_TAKEN; i++) {
      byte[] bytes = link.hear();
      if (bytes == null) {
        return;
      }
      LaneStatus status = LaneStatus.decode(bytes, 0, bytes.length).orElse(null);
      if (status == null || status.module() != module) {
        ignore("%d bytes that are no status of it".formatted(bytes.length));
      } else if (status.sender() > outbox.sender()) {
        throw replaced(status);
      } else if (!outbox.heard(status, now)) {
        ignore(
            "the reader %d of lane %d, which another one has replaced or which is not there"
                .formatted(status.epoch(), status.lane()));
      }
    }
  }

  private void ignore(String what) {
    if (ignored == 0) {
      LOG.warn(
          "module {}: heard {}, and ignores it; what follows of that kind is counted",
          module,
          what);
    }
    ignored = ignored + 1;
  }

  private boolean sendDue(long now) throws IOException {
    Kept due = outbox.due();
    if (due == null) {
      return false;
    }
    if (due.place >= 0 && !link.takes()) {
      return false; // not read from its file for nothing
    }
    if (!link.send(outbox.head(due), due.isEnd() ? null : outbox.pixels(due))) {
      return false;
    }
    if (due.turn == Kept.UNSENT) {
      progressAt = now;
    }
    outbox.sent(due, now);
    return true;
  }

  private void tellRepeats() {
    long all = outbox.repeated();
    if (all > reportedRepeats) {
      LOG.info("module {}: {} messages are sent again", module, all - reportedRepeats);
      reportedRepeats = all;
      repeated = all;
    }
  }

  /** Until somebody tells something, the socket takes something, or a sector is due. */
  private void rest(long nanos) throws IOException {
    long now = System.nanoTime();
    boolean unsent = outbox.due() != null;
    boolean due = nanos <= 0;
    if (unsent || due) {
      // It waits for others, not for its own time.
      if (stall == null) {
        stall = Stall.now(unsent ? aggregator() + " has taken nothing" : readers());
      }
      if (now - progressAt > stallTimeout.toNanos()) {
        throw stalled(unsent ? "nobody took a sector" : "nobody acknowledged a sector");
      }
    } else {
      progressAt = now;
    }
    long millis = due ? LONGEST_REST_MS : Math.min(LONGEST_REST_MS, nanos / 1_000_000);
    if (millis > 0) {
      link.await(unsent, millis);
      lookedAt = System.nanoTime() - LOOK_NANOS;
    }
  }

  /** Between two scans something may be asked for again. */
  @Override
  void idle() throws IOException {
    while (turn() && !isStopped()) {
      // as long as there is something
    }
  }

  private void awaitAcknowledgement() throws IOException {
    progressAt = System.nanoTime();
    while (!isStopped() && outbox.unacknowledged() > 0) {
      if (!turn()) {
        rest(0);
      }
    }
    stall = null;
  }

  private String aggregator() {
    return "the aggregator at %s, for module %d,".formatted(link.place().endpoint(), module);
  }

  private String readers() {
    int[] unheard = outbox.unheard();
    String noRoom = outbox.noRoom() == null ? "" : outbox.noRoom() + ". ";
    return noRoom
        + (unheard.length == 0
            ? "all room is used by sectors of module %d, of which no reader has acknowledged any"
                .formatted(module)
            : "nothing was heard of the readers of lanes %s, for module %d,"
                .formatted(Arrays.toString(unheard), module));
  }

  private IOException replaced(LaneStatus status) {
    return new IOException(
        "module %d: the reader of lane %d takes the sectors of a producer that began at %s, later than this one (%s); if that is another one, this one is not needed any more, and if not, this machine's clock was behind: set it, and start again"
            .formatted(
                module,
                status.lane(),
                Instant.ofEpochMilli(status.sender()),
                Instant.ofEpochMilli(outbox.sender())));
  }

  private IOException stalled(String what) {
    return new IOException(
        "module %d: %s at %s for %s; %d messages are not acknowledged, of which %d stay in files and the others are lost with this process: see whether the job runs and completes checkpoints, or give more time (--stall-timeout)"
            .formatted(
                module,
                what,
                link.place().endpoint(),
                words(stallTimeout),
                outbox.unacknowledged(),
                outbox.inFiles()));
  }
}

package io.millrace.zeromq.source.reader;

import io.millrace.coordination.KnownScans;
import io.millrace.coordination.Scan;
import io.millrace.detector.ScanKey;
import io.millrace.zeromq.source.split.LanePosition;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scans of a session, for one lane. A number stands for
 *
 * <ol>
 *   <li>the session's scan under way that has it
 *   <li>else the scan that it stood for last on this lane, which has ended there, or of which its
 *       producers have not told
 *   <li>else the scan that had it last in the session, or, if the session knows of none, one of the
 *       generation that is counted now
 * </ol>
 *
 * <p>A scan's first message may come before the news that there is such a scan. So ZooKeeper is
 * asked before a number is taken for that of an ended scan or of one that nobody knows; the lane
 * waits for the answer, some milliseconds. What still comes of an ended scan could so hold up the
 * others; therefore it is asked for only so often.
 *
 * <p>While ZooKeeper is away nobody is asked, and what is known holds.
 */
final class SessionKeys implements ScanKeys {
  private static final Logger LOG = LoggerFactory.getLogger(SessionKeys.class);

  /** So long ZooKeeper may need to say whether it knows a scan. */
  private static final Duration ANSWER = Duration.ofSeconds(2);

  /** What comes of ended scans may make the lane wait for at most one in so many of its moments. */
  private static final int SHARE = 10;

  /** More than a session makes in a day. */
  private static final int REMEMBERED = 10_000;

  private final LongFunction<Optional<Scan>> known;
  private final LongFunction<Optional<Scan>> ask;
  private final IntSupplier generation;
  private final List<Long> begunBefore;
  private final LongSupplier clock;
  private final Map<Long, Long> last =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** The scan under way that the last message belonged to, as most others do; null if none. */
  private Scan current;

  private boolean asked;
  private long nextQuestion;

  /**
   * @param known what is known of a number; does not wait
   * @param ask the same, but what ZooKeeper knows now; waits for that, not for long
   * @param generation that is counted now
   * @param begunBefore keys of scans that were under way, and begun by a job, when the lane began
   * @param position where the lane stands
   * @param clock nanoseconds of any origin
   */
  SessionKeys(
      LongFunction<Optional<Scan>> known,
      LongFunction<Optional<Scan>> ask,
      IntSupplier generation,
      List<Long> begunBefore,
      LanePosition position,
      LongSupplier clock) {
    this.known = known;
    this.ask = ask;
    this.generation = generation;
    this.begunBefore = begunBefore;
    this.clock = clock;
    position.ended().forEach(this::remember);
    position.open().forEach(scan -> remember(scan.scan()));
    begunBefore.forEach(this::remember);
  }

  @Override
  public List<Long> begunBefore() {
    return begunBefore;
  }

  /** By what is known of the session here. */
  static SessionKeys of(KnownScans scans, List<Long> begunBefore, LanePosition position) {
    return new SessionKeys(
        scans::find,
        number -> scans.ask(number, ANSWER),
        scans::generation,
        begunBefore,
        position,
        System::nanoTime);
  }

  private void remember(long key) {
    last.merge(ScanKey.number(key), key, Math::max);
  }

  @Override
  public long of(long number, LongPredicate open) {
    Scan scan = known.apply(number).orElse(null);
    if (scan != null && scan == current) {
      return scan.key();
    }
    Long before = last.get(number);
    boolean underWay = scan != null && !scan.hasEnded();
    if (!underWay && before != null && scan == null && open.test(before)) {
      return before; // its producers have not told of it
    }
    if (!underWay && mayAsk(before == null)) {
      scan = ask(number);
      underWay = scan != null && !scan.hasEnded();
    }
    long key = underWay ? scan.key() : key(number, before, scan);
    // Late news of an earlier scan cannot bring it back.
    key = before == null ? key : Math.max(before, key);
    current = underWay && scan.key() == key ? scan : null;
    if (before == null || key != before) {
      last.put(number, key);
      if (before != null) {
        LOG.info("From now on, scan {} is {}", number, ScanKey.name(key));
      }
    }
    return key;
  }

  private long key(long number, Long before, Scan ended) {
    if (before != null) {
      return before;
    }
    return ended == null ? ScanKey.of(generation.getAsInt(), number) : ended.key();
  }

  /** A number that is new here is always asked for, as it is only once. */
  private boolean mayAsk(boolean isNew) {
    return isNew || !asked || clock.getAsLong() - nextQuestion >= 0;
  }

  private Scan ask(long number) {
    long start = clock.getAsLong();
    Scan scan = ask.apply(number).orElse(null);
    long end = clock.getAsLong();
    asked = true;
    nextQuestion = end + SHARE * (end - start);
    return scan;
  }
}

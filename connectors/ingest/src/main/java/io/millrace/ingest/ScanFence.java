package io.millrace.ingest;

import io.millrace.coordination.Scan;
import io.millrace.detector.DropReason;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/**
 * Lets through what belongs to a scan that is under way in the session, and nothing else. It
 * belongs to one relay, and so to one thread.
 *
 * <p>A scan's first message, its announcement, may come before the news that there is such a scan.
 * So a number that is not known to be under way is asked for: always when it is announced, and when
 * data come only so often that foreign data cannot hold up the others.
 */
final class ScanFence {
  /** Scans that are remembered, to notice when a number stands for another one. */
  private static final int REMEMBERED = 256;

  /** Data may make the thread wait for at most this share of its time: one in so many. */
  private static final int SHARE = 20;

  private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final LongFunction<Optional<Scan>> known;
  private final LongFunction<Optional<Scan>> ask;
  private final LongConsumer renewed;
  private final Map<Long, String> admitted =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** What the last message that was let through belongs to. */
  private Scan last;

  private long nextQuestion = System.nanoTime();

  /**
   * @param known what is known of a number; does not wait
   * @param ask the same, but what ZooKeeper knows now; waits for that, not for long
   * @param renewed told when a number stands for another scan than the last time
   */
  ScanFence(
      LongFunction<Optional<Scan>> known, LongFunction<Optional<Scan>> ask, LongConsumer renewed) {
    this.known = known;
    this.ask = ask;
    this.renewed = renewed;
  }

  /**
   * Why an announcement has to be dropped, or null if it need not.
   *
   * @param number of the scan, as the detector numbers it
   */
  DropReason ofAnnouncement(long number) {
    Scan scan = known.apply(number).orElse(null);
    if (scan == null || scan.hasEnded()) {
      scan = ask.apply(number).orElse(null);
    }
    return judge(number, scan);
  }

  /**
   * Why a data message has to be dropped, or null if it need not.
   *
   * @param number of the scan, as the detector numbers it
   */
  DropReason ofData(long number) {
    Scan scan = known.apply(number).orElse(null);
    if (scan != null && scan == last) {
      return null;
    }
    if ((scan == null || scan.hasEnded()) && System.nanoTime() - nextQuestion >= 0) {
      long start = System.nanoTime();
      scan = ask.apply(number).orElse(null);
      long end = System.nanoTime();
      nextQuestion = end + Math.max(LEAST_PAUSE_NANOS, SHARE * (end - start));
    }
    return judge(number, scan);
  }

  private DropReason judge(long number, Scan scan) {
    if (scan == null) {
      return DropReason.FOREIGN_SCAN;
    }
    if (scan.hasEnded()) {
      return DropReason.FINISHED_SCAN;
    }
    String before = admitted.put(number, scan.id());
    if (before != null && !before.equals(scan.id())) {
      renewed.accept(number);
    }
    last = scan;
    return null;
  }
}

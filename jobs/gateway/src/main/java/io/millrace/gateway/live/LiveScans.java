package io.millrace.gateway.live;

import io.millrace.detector.ScanGeometry;
import io.millrace.detector.live.LiveEnd;
import io.millrace.detector.live.LiveSent;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The scans in memory: those under way, and the last ones that have ended. What their events take
 * is bounded: when it is too much, those of the oldest scan go. May be used by several threads.
 */
public final class LiveScans {
  /** More than are under way at a time, and a few to look back at. */
  static final int MOST_SCANS = 8;

  /** Of all these scans: about 700 MB of images. A scan alone may have half of it. */
  static final long MOST_POSITIONS = 2L * ScanGeometry.MAX_POSITIONS;

  private record Key(String session, long scan) {}

  private final ScanIds ids;
  private final long mostEventBytes;
  private final Clock clock;
  private final LiveCounters counters;
  private final SequenceGaps gaps = new SequenceGaps();

  /** In the order of their beginnings. */
  private final Map<Key, LiveScan> scans = new LinkedHashMap<>();

  private Consumer<LiveScan> endListener = scan -> {};

  /**
   * None yet.
   *
   * @param mostEventBytes that the events of all scans may take
   */
  public LiveScans(ScanIds ids, long mostEventBytes, Clock clock, LiveCounters counters) {
    this.ids = ids;
    this.mostEventBytes = mostEventBytes;
    this.clock = clock;
    this.counters = counters;
  }

  /** Whom to tell when the job says that a scan has ended. */
  public void onEnd(Consumer<LiveScan> listener) {
    endListener = listener;
  }

  /**
   * Takes a message.
   *
   * @throws IllegalArgumentException if it contradicts what its scan has told before
   */
  public void take(LiveSent sent) {
    LiveScan scan = scanOf(sent);
    long roomless = scan.framesWithoutRoom();
    scan.take(sent.message(), sent.publisher(), System.nanoTime());
    counters.messages.increment();
    counters.framesWithoutRoom.add(scan.framesWithoutRoom() - roomless);
    keepBound();
    if (sent.message() instanceof LiveEnd && !scan.isEndNoted()) {
      endListener.accept(scan);
      scan.noteEnd(); // else the next repetition of the end tries again
    }
  }

  private LiveScan scanOf(LiveSent sent) {
    Key key = new Key(sent.session(), sent.message().scan());
    LiveScan known;
    long missing;
    synchronized (this) {
      missing = gaps.before(sent.publisher(), sent.sequence());
      known = scans.get(key);
    }
    counters.gaps.add(missing);
    if (known == null || isAnother(known, sent)) {
      LiveScan begun =
          new LiveScan(
              ids.of(
                  sent.session(),
                  sent.message().scan(),
                  sent.publisher(),
                  sent.message().geometry(),
                  clock.instant()),
              sent.session(),
              sent.message().scan(),
              sent.message().geometry(),
              clock.instant());
      admit(key, begun);
      known = begun;
    }
    known.addGaps(missing);
    return known;
  }

  /** Takes a scan that has ended, as its file has it; it is one of those in memory then. */
  public void add(LiveScan ended) {
    admit(new Key(ended.session(), ended.key()), ended);
  }

  private synchronized void admit(Key key, LiveScan begun) {
    scans.remove(key);
    scans.put(key, begun);
    while (scans.size() > 1 && (scans.size() > MOST_SCANS || positions() > MOST_POSITIONS)) {
      forgetOneBut(begun);
    }
  }

  private long positions() {
    return scans.values().stream().mapToLong(scan -> scan.geometry().positions()).sum();
  }

  /** The first one that is over, or else the first one, which comes back if it is told of. */
  private void forgetOneBut(LiveScan newest) {
    List<Key> others =
        scans.entrySet().stream()
            .filter(entry -> entry.getValue() != newest)
            .map(Map.Entry::getKey)
            .toList();
    Optional<Key> ended = others.stream().filter(key -> scans.get(key).isOver()).findFirst();
    if (ended.isEmpty()) {
      counters.scansUnderWayForgotten.increment();
    }
    scans.remove(ended.orElse(others.get(0)));
  }

  /**
   * A job that nobody gives generations to may count another scan under the same key; it is another
   * task then. After its end a scan tells nothing new but its end.
   */
  private static boolean isAnother(LiveScan known, LiveSent sent) {
    return known.hasEnded() && !known.isToldBy(sent.publisher());
  }

  private void keepBound() {
    long bytes = all().stream().mapToLong(LiveScan::eventBytes).sum();
    for (LiveScan oldest : all()) {
      if (bytes <= mostEventBytes) {
        return;
      }
      long given = oldest.eventBytes();
      if (given > 0) {
        oldest.forgetEvents();
        counters.scansForgotten.increment();
        bytes -= given;
      }
    }
  }

  /** All, in the order of their beginnings. */
  public synchronized List<LiveScan> all() {
    return new ArrayList<>(scans.values());
  }

  /** The scan that everybody is shown: the newest one under way, or else the last one. */
  public Optional<LiveScan> shown() {
    return all().stream()
        .filter(LiveScan::isDescribed)
        .max(
            Comparator.comparing((LiveScan scan) -> !scan.isOver())
                .thenComparing(LiveScan::started));
  }

  /** A scan by its id. */
  public Optional<LiveScan> find(String id) {
    return all().stream().filter(scan -> scan.id().equals(id)).findFirst();
  }
}

package io.millrace.gateway.scans;

import io.millrace.gateway.live.LiveScan;
import io.millrace.gateway.live.LiveScans;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Scans whose jobs have fallen silent. ZooKeeper tells what became of its scans; one that it does
 * not know, or whose ZooKeeper has died with its job, would be under way for ever. It can go on:
 * with the next frame it is under way again, and its end or its file says what became of it. For
 * use by one thread.
 */
final class SilentScans {
  /** Without a further frame; a detector may pause. */
  static final Duration SILENCE = Duration.ofMinutes(10);

  /**
   * When something new was heard last.
   *
   * @param frames that were told of then; -1 if the scan is not in memory
   */
  private record Heard(long frames, Instant at) {}

  private final Catalogue catalogue;
  private final LiveScans live;
  private final Predicate<String> isFollowed;
  private final InstantSource clock;
  private Map<String, Heard> heard = new HashMap<>();

  /**
   * @param isFollowed whether a ZooKeeper tells of a session's scans, by the session's name
   */
  SilentScans(
      Catalogue catalogue, LiveScans live, Predicate<String> isFollowed, InstantSource clock) {
    this.isFollowed = isFollowed;
    this.catalogue = catalogue;
    this.live = live;
    this.clock = clock;
  }

  /** Looks at all; the silence of one counts from the first look on, also after a new start. */
  void look() {
    Instant now = clock.instant();
    Map<String, Heard> all = new HashMap<>();
    for (CatalogueScan scan : catalogue.notEnded(now)) {
      if (isFollowed.test(scan.session())) {
        continue;
      }
      long frames = live.find(scan.id()).map(s -> s.complete() + s.incomplete()).orElse(-1L);
      Heard before = heard.get(scan.id());
      boolean anew = before == null ? frames >= 0 : before.frames() != frames;
      Heard last = before == null || anew ? new Heard(frames, now) : before;
      all.put(scan.id(), last);
      if (anew) {
        catalogue.heardAgain(scan.id());
      } else if (!now.isBefore(last.at().plus(SILENCE))) {
        catalogue.silent(
            scan.id(),
            "its job has told of no frame since %s; look at the job, or for its file"
                .formatted(last.at()));
        live.find(scan.id()).ifPresent(LiveScan::fallSilent);
      }
    }
    heard = all;
  }
}

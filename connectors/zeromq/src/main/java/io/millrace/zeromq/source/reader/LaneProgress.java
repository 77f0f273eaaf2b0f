package io.millrace.zeromq.source.reader;

import io.millrace.detector.DropReason;
import io.millrace.detector.Drops;
import io.millrace.detector.LaneReport;
import io.millrace.detector.ScanKey;
import io.millrace.detector.SectorHeader;
import io.millrace.zeromq.source.split.LanePosition;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which scans are under way on a lane, and when they end there.
 *
 * <p>The life of a scan on a lane:
 *
 * <ol>
 *   <li>open: from its first sector or announcement
 *   <li>drained: every pipe has announced how many messages it sends, and that many have come;
 *       after a short linger it has ended
 *   <li>timed out: nothing came for a longer time; it has ended, and more was announced than came,
 *       or nothing was announced
 *   <li>ended: reported once; whatever still comes of it is dropped as {@link
 *       DropReason#FINISHED_SCAN}
 * </ol>
 *
 * <p>Scans are named by their {@link ScanKey key}: a number that has ended here may begin anew.
 *
 * <p>Plain accounting without sockets or clocks: time comes in as nanoseconds of any origin.
 */
final class LaneProgress {
  private static final class Scan {
    int width;
    int height;
    final long[] announced;
    final long[] received;
    long lastActivity;

    Scan(int pipes) {
      announced = new long[pipes];
      Arrays.fill(announced, LanePosition.NOT_ANNOUNCED);
      received = new long[pipes];
    }

    boolean drained() {
      for (int p = 0; p < announced.length; p++) {
        if (announced[p] == LanePosition.NOT_ANNOUNCED || received[p] < announced[p]) {
          return false;
        }
      }
      return true;
    }
  }

  private final int lane;
  private final int pipes;
  private final Set<Long> accepted;
  private final int boundedAfter;
  private final long lingerNanos;
  private long timeoutNanos;
  private final TreeMap<Long, Scan> open = new TreeMap<>();
  private final EndedScans ended;
  private final Drops drops = new Drops();
  private boolean draining;
  private long lastEnded;
  private long endedUpTo;

  /** Of a lane that has not begun. */
  LaneProgress(
      int lane,
      int pipes,
      Set<Long> accepted,
      int boundedAfter,
      Duration linger,
      Duration timeout) {
    this(lane, pipes, accepted, boundedAfter, linger, timeout, LanePosition.START, 0);
  }

  /**
   * @param accepted scan numbers to take; empty for all
   * @param boundedAfter how many scans to take, of which the lane ends after the last; 0 for all
   * @param position where the lane stands; what is under way there has been silent since {@code
   *     now}
   */
  LaneProgress(
      int lane,
      int pipes,
      Set<Long> accepted,
      int boundedAfter,
      Duration linger,
      Duration timeout,
      LanePosition position,
      long now) {
    this.lane = lane;
    this.pipes = pipes;
    this.accepted = accepted;
    this.boundedAfter = boundedAfter > 0 ? boundedAfter : Integer.MAX_VALUE;
    this.lingerNanos = linger.toNanos();
    this.timeoutNanos = timeout.toNanos();
    ended = new EndedScans(position.endedCount(), position.ended());
    lastEnded = ended.highest();
    position.drops().forEach(drops::add);
    for (LanePosition.OpenScan begun : position.open()) {
      Scan scan = open(begun.scan());
      scan.width = begun.width();
      scan.height = begun.height();
      Arrays.setAll(scan.announced, p -> begun.announced().get(p));
      Arrays.setAll(scan.received, p -> begun.received().get(p));
      scan.lastActivity = now;
    }
    endedUpTo = position.endedUpTo();
    reach(); // a checkpoint may lie between the end of a scan and the watermark
  }

  private void reach() {
    long firstOpen = open.isEmpty() ? Long.MAX_VALUE : open.firstKey();
    endedUpTo = Math.max(endedUpTo, Math.min(lastEnded, firstOpen - 1));
  }

  /**
   * Accounts for a data message whose header is well formed.
   *
   * @param header with the scan's key
   * @param problem what is wrong with the message otherwise, or null
   * @return null, or why the sector is not to be used
   */
  DropReason received(SectorHeader header, int pipe, DropReason problem, long now) {
    Scan scan = open.get(header.scan);
    if (scan == null) {
      DropReason refusal = refusal(header.scan);
      if (refusal != null) {
        return dropped(refusal);
      }
      scan = open(header.scan);
    }
    scan.received[pipe]++;
    scan.lastActivity = now;
    if (problem != null) {
      return dropped(problem);
    }
    if (scan.width == 0) {
      scan.width = header.width;
      scan.height = header.height;
    } else if (scan.width != header.width || scan.height != header.height) {
      return dropped(DropReason.INCONSISTENT_SCAN_SIZE);
    }
    return null;
  }

  /**
   * Accounts for an announcement of one scan; counts from successive ones are added.
   *
   * @param key of the scan
   * @return null, or why it is not to be used
   */
  DropReason announced(long key, long count, int pipe, long now) {
    Scan scan = open.get(key);
    if (scan == null) {
      DropReason refusal = refusal(key);
      if (refusal != null) {
        return dropped(refusal);
      }
      scan = open(key);
    }
    scan.announced[pipe] = Math.max(0, scan.announced[pipe]) + count;
    scan.lastActivity = now;
    return null;
  }

  /**
   * Opens a scan of which nothing may come any more, so that it ends by time-out then.
   *
   * @return false if it has ended here, is under way, or is none that is asked for
   */
  boolean expect(long key, long now) {
    if (open.containsKey(key) || refusal(key) != null) {
      return false;
    }
    open(key).lastActivity = now;
    return true;
  }

  /** How many messages a module has announced of a scan that is under way. */
  long announced(long scan, int pipe) {
    return open.get(scan).announced[pipe];
  }

  /** Accounts for a message that belongs to no scan that could be told. */
  DropReason dropped(DropReason reason) {
    drops.add(reason);
    return reason;
  }

  private DropReason refusal(long scan) {
    if (ended.contains(scan)) {
      return DropReason.FINISHED_SCAN;
    }
    boolean asked = accepted.isEmpty() || accepted.contains(ScanKey.number(scan));
    boolean oneTooMany = draining || ended.count() + open.size() >= boundedAfter;
    return asked && !oneTooMany ? null : DropReason.FOREIGN_SCAN;
  }

  /** From now on a scan is waited for so long: who sends it can send it again. */
  void patience(Duration timeout) {
    timeoutNanos = Math.max(timeoutNanos, timeout.toNanos());
  }

  /** Whether a scan is under way. */
  boolean isOpen(long scan) {
    return open.containsKey(scan);
  }

  /** Whether no scan is under way. */
  boolean isIdle() {
    return open.isEmpty();
  }

  /** Takes no more scans; ends when none is under way. */
  void drain() {
    draining = true;
  }

  private Scan open(long key) {
    Scan scan = new Scan(pipes);
    open.put(key, scan);
    return scan;
  }

  /**
   * Tells that the lane itself does not read, for want of room: that is no silence of the senders.
   */
  void heldBack(long now) {
    for (Scan scan : open.values()) {
      scan.lastActivity = now;
    }
  }

  /** The report of a scan that has ended by now, once; null if there is none. */
  LaneReport nextEnded(long now) {
    Iterator<Map.Entry<Long, Scan>> scans = open.entrySet().iterator();
    while (scans.hasNext()) {
      Map.Entry<Long, Scan> entry = scans.next();
      long key = entry.getKey(); // before the removal, which may change the entry
      Scan scan = entry.getValue();
      boolean drained = scan.drained();
      long silence = now - scan.lastActivity;
      if (silence >= (drained ? Math.min(lingerNanos, timeoutNanos) : timeoutNanos)) {
        scans.remove();
        ended.add(key);
        lastEnded = Math.max(lastEnded, key);
        reach();
        return new LaneReport(
            key,
            lane,
            Arrays.stream(scan.announced).filter(n -> n != LanePosition.NOT_ANNOUNCED).sum(),
            Arrays.stream(scan.received).sum(),
            drained,
            drops.drain());
      }
    }
    return null;
  }

  /**
   * No scan up to this key is under way: the lane's watermark. Reaches the highest key that has
   * ended, as soon as none below it is open. Never falls, so a scan that begins with a lower key
   * than one that has ended comes too late for it; in a session, none does.
   */
  long endedUpTo() {
    return endedUpTo;
  }

  /** How many scans have ended on this lane. */
  int endedCount() {
    return ended.count();
  }

  /** Whether all scans have ended that were to be taken. */
  boolean allEnded() {
    return ended.count() >= boundedAfter || (draining && open.isEmpty());
  }
}

package io.millrace.ingest;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.Lanes;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Decides for one module which lane a message goes into, and when each lane is told how many it
 * got. Without sockets, so that it can be tested without them.
 *
 * <p>A scan is settled when as many data messages were heard (relayed, or dropped here) as the
 * producer announced, or when nothing came for a while. Then every lane is told how many of its
 * messages it was not told about yet; those without any, too. What comes after that is relayed as
 * well, and settled in the same way: the lanes add up what they are told.
 *
 * <p>All lanes together are told of as many messages as the producer announced, or of as many as
 * were relayed if those are more. Nobody knows which lane the missing ones were meant for, but some
 * lane has to be told of them: else all lanes would have what they were told, and a loss would look
 * like a whole scan. It is lane 0, which therefore times out. A message that comes after all is not
 * told of again, whichever lane it goes into: lane 0 was told of it.
 */
final class LaneRouter {
  /** Settled scans that are remembered, in case more of them comes. */
  private static final int REMEMBERED = 256;

  /**
   * What the lanes are to be told.
   *
   * @param scan the scan
   * @param byLane for each lane, the messages that it was not told about yet; for lane 0, those
   *     that are missing, too
   * @param timedOut true if nothing came for a while
   * @param announced messages that the producer announced so far
   * @param relayed messages of the scan that were relayed so far
   */
  record Settlement(long scan, long[] byLane, boolean timedOut, long announced, long relayed) {}

  private final class Account {
    long announced;
    long relayed;
    long dropped;

    /** Messages that lane 0 was told of as missing, and that did not come since. */
    long owed;

    long[] untold = new long[lanes.lanes()];
    long lastHeard;
  }

  private final DetectorDescription detector;
  private final int module;
  private final Lanes lanes;
  private final long silenceNanos;
  // Scans about which there is something to tell, the one that was silent for longest first.
  private final LinkedHashMap<Long, Account> open = new LinkedHashMap<>(16, 0.75f, true);
  private final LinkedHashMap<Long, Account> settled = new LinkedHashMap<>();

  /**
   * @param module whose port this is
   * @param silence after how long without a message a scan is settled as it is
   */
  LaneRouter(DetectorDescription detector, int module, Lanes lanes, Duration silence) {
    this.detector = detector;
    this.module = module;
    this.lanes = lanes;
    this.silenceNanos = silence.toNanos();
  }

  /** Why a data message of two parts has to be dropped, or null if it is to be relayed. */
  DropReason problem(SectorHeader header, int payloadBytes) {
    DropReason reason = header.problem(detector);
    if (reason != null) {
      return reason;
    }
    if (header.module != module) {
      return DropReason.UNKNOWN_MODULE;
    }
    return payloadBytes == detector.sectorBytes() ? null : DropReason.PAYLOAD_SIZE;
  }

  /**
   * Notes that a data message went into a lane.
   *
   * @param now a time in nanoseconds that stands still while lanes are blocked
   * @return what is to be told, or null
   */
  Settlement relayed(long scan, int lane, long now) {
    Account account = account(scan, now);
    account.relayed++;
    if (account.owed > 0) {
      account.owed--;
    } else {
      account.untold[lane]++;
    }
    return settleIfAllHeard(scan, account);
  }

  /**
   * Notes that a data message was dropped here. Nobody has to wait for it, but alone it neither
   * begins a scan nor opens a settled one: there is nothing to tell, and its scan number may be as
   * wrong as the rest.
   *
   * @param header of the message; of any module
   * @return what is to be told, or null
   */
  Settlement dropped(SectorHeader header, long now) {
    if (header.module != module) {
      return null;
    }
    Account account = open.get(header.scan);
    if (account == null) {
      account = settled.get(header.scan);
      if (account != null) {
        account.dropped++;
      }
      return null;
    }
    account.dropped++;
    account.lastHeard = now;
    return settleIfAllHeard(header.scan, account);
  }

  /**
   * Notes that the producer announced {@code count} more data messages of a scan.
   *
   * @return what is to be told, or null
   */
  Settlement announced(long scan, long count, long now) {
    Account account = account(scan, now);
    account.announced += count;
    return settleIfAllHeard(scan, account);
  }

  /** The next scan of which nothing was heard for too long, or null. */
  Settlement silent(long now) {
    if (open.isEmpty()) {
      return null;
    }
    Map.Entry<Long, Account> eldest = open.entrySet().iterator().next();
    return now - eldest.getValue().lastHeard < silenceNanos
        ? null
        : settle(eldest.getKey(), eldest.getValue(), true);
  }

  /** Forgets a scan: its number stands for another one from now on. */
  void forget(long scan) {
    open.remove(scan);
    settled.remove(scan);
  }

  private Account account(long scan, long now) {
    Account account = open.get(scan);
    if (account == null) {
      account = settled.remove(scan);
      if (account == null) {
        account = new Account();
      }
      open.put(scan, account);
    }
    account.lastHeard = now;
    return account;
  }

  private Settlement settleIfAllHeard(long scan, Account account) {
    // Either way: what was dropped need not be one of those that were announced.
    boolean allHeard =
        account.relayed == account.announced
            || account.relayed + account.dropped == account.announced;
    return allHeard ? settle(scan, account, false) : null;
  }

  private Settlement settle(long scan, Account account, boolean timedOut) {
    long[] byLane = account.untold;
    long missing = Math.max(0, account.announced - account.relayed - account.owed);
    byLane[0] += missing;
    account.owed += missing;
    account.untold = new long[lanes.lanes()];
    open.remove(scan);
    settled.put(scan, account);
    if (settled.size() > REMEMBERED) {
      Iterator<Long> eldest = settled.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
    return new Settlement(scan, byLane, timedOut, account.announced, account.relayed);
  }
}

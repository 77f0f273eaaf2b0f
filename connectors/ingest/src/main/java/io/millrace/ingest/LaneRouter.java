package io.millrace.ingest;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.detector.wire.Lanes;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Decides for one module which lane a message goes into, and when each lane is told how many it
 * got. Without sockets, so that it can be tested without them.
 *
 * <p>A scan is settled when as many data messages were relayed as the producer announced, or when
 * nothing came for a while. Then every lane is told how many of its messages it was not told about
 * yet; those without any, too. What comes after that is relayed as well, and settled in the same
 * way: the lanes add up what they are told.
 */
final class LaneRouter {
  /** Settled scans that are remembered, in case more of them comes. */
  private static final int REMEMBERED = 256;

  /**
   * What the lanes are to be told.
   *
   * @param scan the scan
   * @param byLane for each lane, the messages that it was not told about yet
   * @param timedOut true if nothing came for a while
   * @param announced messages that the producer announced so far
   * @param relayed messages of the scan that were relayed so far
   */
  record Settlement(long scan, long[] byLane, boolean timedOut, long announced, long relayed) {}

  private final class Account {
    long announced;
    long relayed;
    long[] untold = new long[lanes.lanes()];
    long lastHeard;
  }

  private final DetectorDescription detector;
  private final int module;
  private final Lanes lanes;
  private final long silenceNanos;
  private final HeaderCodec codec = new HeaderCodec();
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

  /**
   * Reads a data message.
   *
   * @param message the first part
   * @param payloadBytes length of the second part
   * @param header set if the first part is well formed
   * @return null, or why the message has to be dropped
   */
  DropReason read(byte[] message, int payloadBytes, SectorHeader header) {
    DropReason reason = codec.decode(message, 0, message.length, header);
    if (reason == null) {
      reason = header.problem(detector);
    }
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
    account.untold[lane]++;
    return settleIfExact(scan, account);
  }

  /**
   * Notes that the producer announced {@code count} more data messages of a scan.
   *
   * @return what is to be told, or null
   */
  Settlement announced(long scan, long count, long now) {
    Account account = account(scan, now);
    account.announced += count;
    return settleIfExact(scan, account);
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

  private Settlement settleIfExact(long scan, Account account) {
    return account.relayed == account.announced ? settle(scan, account, false) : null;
  }

  private Settlement settle(long scan, Account account, boolean timedOut) {
    long[] byLane = account.untold;
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

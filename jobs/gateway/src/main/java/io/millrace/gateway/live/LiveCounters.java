package io.millrace.gateway.live;

import io.millrace.sockets.Refusals;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** How often what has happened since the gateway started. */
public final class LiveCounters {
  /** Connections of jobs that came to nothing. */
  public final Refusals refusals = new Refusals("live messages");

  /** Live messages that were used. */
  public final LongAdder messages = new LongAdder();

  /** Messages that are no live messages, or of another version. */
  public final LongAdder malformed = new LongAdder();

  /** Live messages that do not fit what their scan has told before. */
  public final LongAdder contradictory = new LongAdder();

  /** Live messages that could not be used for a reason of the gateway's own, as its database. */
  public final LongAdder failed = new LongAdder();

  /** Live messages that were lost on the way. */
  public final LongAdder gaps = new LongAdder();

  /** Frames whose events found no room in memory. */
  public final LongAdder framesWithoutRoom = new LongAdder();

  /** Scans whose events gave way to those of newer ones. */
  public final LongAdder scansForgotten = new LongAdder();

  /** Scans under way that gave way to newer ones, since there were too many or too large ones. */
  public final LongAdder scansUnderWayForgotten = new LongAdder();

  /** Live messages for which there was no memory. */
  public final LongAdder withoutMemory = new LongAdder();

  /** Viewers that have come. */
  public final LongAdder viewers = new LongAdder();

  /** Viewers that were sent away, since they took nothing. */
  public final LongAdder viewersStalled = new LongAdder();

  /** Viewers that were sent away, since something went wrong here; the log says what. */
  public final LongAdder viewersFailed = new LongAdder();

  /** Viewers whose login or token has ended while they watched. */
  public final LongAdder viewersLoggedOut = new LongAdder();

  /** Messages to viewers. */
  public final LongAdder sent = new LongAdder();

  /** All, by name. */
  public Map<String, Long> all() {
    Map<String, Long> all = new TreeMap<>(refusals.counts());
    all.put("messages", messages.sum());
    all.put("malformed", malformed.sum());
    all.put("contradictory", contradictory.sum());
    all.put("failed", failed.sum());
    all.put("gaps", gaps.sum());
    all.put("framesWithoutRoom", framesWithoutRoom.sum());
    all.put("scansForgotten", scansForgotten.sum());
    all.put("scansUnderWayForgotten", scansUnderWayForgotten.sum());
    all.put("withoutMemory", withoutMemory.sum());
    all.put("viewers", viewers.sum());
    all.put("viewersStalled", viewersStalled.sum());
    all.put("viewersFailed", viewersFailed.sum());
    all.put("viewersLoggedOut", viewersLoggedOut.sum());
    all.put("sent", sent.sum());
    return all;
  }
}

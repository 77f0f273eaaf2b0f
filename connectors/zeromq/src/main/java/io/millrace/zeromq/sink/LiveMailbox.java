package io.millrace.zeromq.sink;

import io.millrace.detector.live.LiveEnd;
import io.millrace.detector.live.LiveEvents;
import io.millrace.detector.live.LiveMessage;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRows;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.TreeMap;

/**
 * What waits to be sent, and what would be sent to somebody new. The task puts, the publisher
 * takes; neither waits for the other.
 *
 * <p>Of each block of rows, and of the pattern, only the newest is kept: one that comes while the
 * one before still waits takes its place. They stay when they were sent, so that they can be sent
 * again, until their scan has ended and another one begins. Events are kept once, in their order,
 * until they were sent. The end of a scan leaves after all that waits of it.
 *
 * <p>Memory is bounded: when events are too many, the oldest are dropped; when rows are, other
 * scans are forgotten, the oldest first, and then new rows dropped.
 */
final class LiveMailbox {
  /** Of the places of a scan; those before are rows, by their first one. */
  private static final int PATTERN = Integer.MAX_VALUE - 1;

  private static final int END = Integer.MAX_VALUE;

  /** A scan that has ended is sent again so often. */
  private static final int REPEATS_AFTER_END = 2;

  private record Place(long scan, int place) {}

  private static final class Scan {
    /** By place, in the order in which all are sent. */
    final TreeMap<Integer, LiveMessage> newest = new TreeMap<>();

    int repeats = REPEATS_AFTER_END;
  }

  private final long imageMemory;
  private final long eventMemory;

  /** By scan, the one that began first in front. */
  private final Map<Long, Scan> scans = new LinkedHashMap<>();

  /** What has to be sent of {@link #scans}, in this order. */
  private final LinkedHashSet<Place> waiting = new LinkedHashSet<>();

  private final ArrayDeque<LiveEvents> events = new ArrayDeque<>();
  private long imageBytes;
  private long eventBytes;
  private boolean eventsNext;
  private long conflated;
  private long dropped;
  private boolean closed;

  /**
   * @param imageMemory bytes of rows and patterns
   * @param eventMemory bytes of events
   */
  LiveMailbox(long imageMemory, long eventMemory) {
    this.imageMemory = imageMemory;
    this.eventMemory = eventMemory;
  }

  /** Leaves a message. */
  synchronized void put(LiveMessage message) {
    if (closed) {
      dropped++;
      return;
    }
    if (message instanceof LiveEvents some) {
      putEvents(some);
    } else {
      putNewest(message);
      if (message instanceof LiveEnd) {
        showAll(message.scan());
      }
    }
    notifyAll();
  }

  private void putEvents(LiveEvents some) {
    long bytes = some.payloadBytes();
    if (bytes > eventMemory) {
      dropped++;
      return;
    }
    while (eventBytes + bytes > eventMemory) {
      pollEvents();
      dropped++;
    }
    events.add(some);
    eventBytes += bytes;
  }

  private LiveEvents pollEvents() {
    LiveEvents some = events.poll();
    eventBytes -= some.payloadBytes();
    return some;
  }

  private void putNewest(LiveMessage message) {
    Scan scan = scan(message.scan());
    Place place = placeOf(message);
    LiveMessage before = scan.newest.get(place.place);
    long more = message.payloadBytes() - (before == null ? 0 : before.payloadBytes());
    while (imageBytes + more > imageMemory && scans.size() > 1) {
      forgetOldestBut(scan);
    }
    if (imageBytes + more > imageMemory) {
      dropped++;
      return;
    }
    imageBytes += more;
    scan.newest.put(place.place, message);
    if (!waiting.add(place)) {
      conflated++;
    }
  }

  private static Place placeOf(LiveMessage message) {
    int place =
        message instanceof LiveRows rows
            ? rows.firstRow()
            : message instanceof LivePattern ? PATTERN : END;
    return new Place(message.scan(), place);
  }

  /** The scan of this key; if it is a new one, those that have ended need not be remembered. */
  private Scan scan(long key) {
    Scan scan = scans.get(key);
    if (scan == null) {
      for (Iterator<Map.Entry<Long, Scan>> all = scans.entrySet().iterator(); all.hasNext(); ) {
        Map.Entry<Long, Scan> other = all.next();
        boolean ended = other.getValue().newest.containsKey(END);
        if (ended && !waiting.contains(new Place(other.getKey(), END))) {
          all.remove();
          imageBytes -= bytes(other.getValue());
        }
      }
      scan = new Scan();
      scans.put(key, scan);
    }
    return scan;
  }

  private void forgetOldestBut(Scan kept) {
    for (Iterator<Map.Entry<Long, Scan>> all = scans.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Long, Scan> oldest = all.next();
      if (oldest.getValue() != kept) {
        all.remove();
        imageBytes -= bytes(oldest.getValue());
        for (int place : oldest.getValue().newest.keySet()) {
          if (waiting.remove(new Place(oldest.getKey(), place))) {
            dropped++;
          }
        }
        return;
      }
    }
  }

  private static long bytes(Scan scan) {
    return scan.newest.values().stream().mapToLong(LiveMessage::payloadBytes).sum();
  }

  /**
   * The message that is to be sent next; it does not wait any more.
   *
   * @return null if none waits
   */
  synchronized LiveMessage take() {
    Iterator<Place> places = waiting.iterator();
    Place first = places.hasNext() ? places.next() : null;
    if (!events.isEmpty() && (first == null || eventsNext || endsBehindEvents(first))) {
      eventsNext = false; // by turns, so that neither waits for all of the other
      return pollEvents();
    }
    if (first == null) {
      return null;
    }
    eventsNext = true;
    places.remove();
    return scans.get(first.scan).newest.get(first.place);
  }

  private boolean endsBehindEvents(Place place) {
    return place.place == END && events.stream().anyMatch(some -> some.scan() == place.scan);
  }

  /**
   * The newest message in the place of one that was taken and could not be sent yet, which is that
   * one if no newer has come.
   */
  synchronized LiveMessage newest(LiveMessage taken) {
    if (taken instanceof LiveEvents) {
      return taken;
    }
    Place place = placeOf(taken);
    if (!waiting.remove(place)) {
      return taken;
    }
    conflated++;
    return scans.get(place.scan).newest.get(place.place);
  }

  /** Lets all that is remembered be sent, for somebody who has nothing. */
  synchronized void showAll() {
    scans.keySet().forEach(this::showAll);
  }

  /** Lets all be sent again; of a scan that has ended, only a few times. */
  synchronized void repeat() {
    scans.forEach(
        (key, scan) -> {
          if (!scan.newest.containsKey(END) || scan.repeats-- > 0) {
            showAll(key);
          }
        });
  }

  private void showAll(long key) {
    waiting.remove(new Place(key, END)); // leaves last
    scans.get(key).newest.keySet().forEach(place -> waiting.add(new Place(key, place)));
  }

  synchronized boolean isEmpty() {
    return waiting.isEmpty() && events.isEmpty();
  }

  /**
   * Waits until something waits to be sent, or the mailbox is closed.
   *
   * @param millis how long at most, above 0
   */
  synchronized void await(long millis) throws InterruptedException {
    if (isEmpty() && !closed) {
      wait(millis);
    }
  }

  /** Takes nothing more; what waits can still be taken. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /**
   * Forgets everything, when nobody will take it.
   *
   * @param taken a message that was taken and could not be sent; null if there is none
   */
  synchronized void clear(LiveMessage taken) {
    dropped += waiting.size() + events.size() + (taken == null ? 0 : 1);
    scans.clear();
    waiting.clear();
    events.clear();
    imageBytes = 0;
    eventBytes = 0;
  }

  /** Messages that were replaced before they were sent. */
  synchronized long conflated() {
    return conflated;
  }

  /** Messages for which there was no room. */
  synchronized long dropped() {
    return dropped;
  }

  /** Bytes of payloads in here. */
  synchronized long bytes() {
    return imageBytes + eventBytes;
  }
}

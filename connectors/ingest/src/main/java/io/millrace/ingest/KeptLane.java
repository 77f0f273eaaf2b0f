package io.millrace.ingest;

import io.millrace.detector.wire.LaneStatus;
import java.util.function.Consumer;

/**
 * The messages of one module in one lane, from the first one that its reader has not acknowledged.
 * Without sockets or clocks: time comes in as nanoseconds of any origin.
 */
final class KeptLane {
  /** So long after it was sent again, a message may be on its way. */
  private static final long RESUME_NANOS = 1_000_000_000;

  /** Readers tell several times in this time, unless they cannot. */
  private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;

  private Kept[] ring = new Kept[64];

  /** All before this number are acknowledged. */
  private long first = 1;

  /** Number of the next message that is made. */
  private long end = 1;

  /** Number of the next message that is sent. */
  private long cursor = 1;

  /** Number of the message that the reader expects, as far as it has told. */
  private long expected = 1;

  private long expectedSince;
  private boolean waiting;
  private long heardAt;
  private long epoch = -1;
  private long repeated;

  /** What the reader has asked for last, and when it was sent again or the reader moved on. */
  private long resumed;

  private long resumedAt;

  /** Appends a message and numbers it. */
  void add(Kept message) {
    if (end - first == ring.length) {
      Kept[] larger = new Kept[2 * ring.length];
      for (long n = first; n < end; n++) {
        larger[(int) n & larger.length - 1] = get(n);
      }
      ring = larger;
    }
    message.number = end;
    ring[(int) end & ring.length - 1] = message;
    end++;
  }

  private Kept get(long number) {
    return ring[(int) number & ring.length - 1];
  }

  /** The next message to send; null if all are sent. */
  Kept due() {
    return cursor < end ? get(cursor) : null;
  }

  /** The message that was due is sent. */
  void sent(long now) {
    if (cursor == expected) {
      expectedSince = now; // the reader could not expect it before
    }
    cursor++;
  }

  /** Messages that wait for their acknowledgement, sent or not. */
  long size() {
    return end - first;
  }

  /** All messages up to this number are acknowledged. */
  long acknowledged() {
    return first - 1;
  }

  /** Messages that were sent again so far. */
  long repeated() {
    return repeated;
  }

  /** The reader's epoch; -1 if none was heard. */
  long epoch() {
    return epoch;
  }

  /** Sends again what the reader is not known to have: the way to it was broken. */
  void rewind(long now) {
    goBack(Math.max(first, Math.min(expected, cursor)), now);
  }

  /**
   * Sends again what the reader is not known to have, if it tells for too long that it got nothing
   * of it, though it has room. A reader that tells nothing may be paused, with all of it before it.
   *
   * @return whether there was something
   */
  boolean rewindIfSilent(long now, long nanos) {
    if (epoch < 0 || waiting || expected >= cursor || heardAt - expectedSince < nanos) {
      return false;
    }
    rewind(now);
    return true;
  }

  /** The reader asks until it has what it asks for. */
  private boolean isOnItsWay(long number, long now) {
    return number == resumed && now - resumedAt < RESUME_NANOS;
  }

  /**
   * A reader that has started again asks for what it needs of the messages before the one that it
   * expects, and from one to the next as they come: those behind were sent again with the first.
   */
  private boolean movesOn(LaneStatus status) {
    return resumed != 0 && status.resume() > resumed && status.resume() < status.next();
  }

  private void sendAgain(long number, long now) {
    if (number < cursor && !isOnItsWay(number, now)) {
      resumed = number;
      resumedAt = now;
      goBack(Math.max(first, number), now);
    }
  }

  private void goBack(long number, long now) {
    repeated += cursor - number;
    cursor = number;
    expectedSince = now;
  }

  /**
   * Follows what the reader tells.
   *
   * @param sender who sends here
   * @param done told of each message that is acknowledged
   * @return whether that was news: false for a reader that another one has replaced
   */
  boolean heard(LaneStatus status, long sender, long now, Consumer<Kept> done) {
    if (status.epoch() < epoch) {
      return false;
    }
    // Before the first one that is heard, what was sent waits on the way.
    boolean another = epoch >= 0 && status.epoch() > epoch;
    epoch = status.epoch();
    if (another) {
      resumed = 0;
    }
    waiting = status.waiting();
    if (waiting || now - heardAt > LONGEST_PAUSE_NANOS) {
      expectedSince = now; // it could not take anything before
    }
    heardAt = now;
    if (status.sender() != sender) {
      // It has not heard this producer yet; so it has nothing of what is kept.
      if (status.sender() < sender && (another || status.resume() != 0)) {
        expected = first;
        sendAgain(first, now);
      }
      return true;
    }
    for (; first <= status.acknowledged() && first < end; first++) {
      int at = (int) first & ring.length - 1;
      done.accept(ring[at]);
      ring[at] = null;
    }
    if (status.next() != expected) {
      expected = status.next();
      expectedSince = now;
    }
    if (status.resume() != 0) {
      if (movesOn(status)) {
        resumed = status.resume();
        resumedAt = now;
      }
      sendAgain(status.resume(), now);
    }
    cursor = Math.max(cursor, first);
    return true;
  }
}

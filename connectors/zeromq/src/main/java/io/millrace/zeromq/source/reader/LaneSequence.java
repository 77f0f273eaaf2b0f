package io.millrace.zeromq.source.reader;

import io.millrace.detector.wire.Sequence;
import io.millrace.zeromq.source.split.LanePosition.Heard;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which message of one module's producer a lane expects next. It takes them in their order, each
 * once; of those that it had before the job started again, it takes those once more that no
 * checkpoint covers. Belongs to the lane's thread.
 */
final class LaneSequence {
  /** What a message is. */
  enum Verdict {
    /** The one that is expected. */
    NEXT,
    /** One that was taken before the job started again, and is needed once more. */
    AGAIN,
    /** One that was taken. */
    REPEATED,
    /** One of a producer that another one has replaced. */
    STALE,
    /** One behind the one that is expected, which was lost. */
    GAP
  }

  private long sender;
  private long next;
  private final TreeSet<Long> unfinished;

  /** By number, how often a message has come corrupt that is to be taken. */
  private final Map<Long, Integer> corrupt = new HashMap<>();

  /**
   * @param heard what a checkpoint tells
   */
  LaneSequence(Heard heard) {
    sender = heard.sender();
    next = heard.next();
    unfinished = new TreeSet<>(heard.unfinished());
  }

  /**
   * Follows what a message tells of its producer: what that one does not have any more is not
   * expected. The first message of another producer begins where that one's acknowledged messages
   * end; of the same producer, more may be acknowledged than this lane knows, if its job has begun
   * without its last checkpoint.
   *
   * @return numbers, of the sender before, of what is needed again and cannot be had any more
   */
  List<Long> follow(Sequence message) {
    if (message.sender < sender) {
      return List.of();
    }
    if (message.sender > sender) {
      sender = message.sender;
      next = message.acknowledged + 1;
      corrupt.clear();
      return giveUp();
    }
    next = Math.max(next, message.acknowledged + 1);
    return unfinished.isEmpty() ? List.of() : giveUp(unfinished.headSet(message.acknowledged + 1));
  }

  /** Judges a message, of which has been followed what it tells of its producer. */
  Verdict judge(Sequence message) {
    if (message.sender < sender) {
      return Verdict.STALE;
    }
    if (message.number == next) {
      return Verdict.NEXT;
    }
    if (message.number > next) {
      return Verdict.GAP;
    }
    return unfinished.contains(message.number) ? Verdict.AGAIN : Verdict.REPEATED;
  }

  /**
   * Notes that a message that is to be taken has come corrupt.
   *
   * @return how often it has
   */
  int corrupt(long number) {
    return corrupt.merge(number, 1, Integer::sum);
  }

  /** Takes a message that is the next, or needed again. */
  void take(long number) {
    if (!corrupt.isEmpty()) {
      corrupt.remove(number); // which makes an object of the number
    }
    if (number == next) {
      next++;
    } else {
      unfinished.remove(number);
    }
  }

  /** From which message on the producer has to send. */
  long resume() {
    return unfinished.isEmpty() ? next : unfinished.first();
  }

  /** The producer that was heard last; 0 if none was. */
  long sender() {
    return sender;
  }

  /** Number of the message that is expected. */
  long next() {
    return next;
  }

  /** Messages that are needed again. */
  int unfinished() {
    return unfinished.size();
  }

  /** Waits no longer for what is needed again; returns which messages that were. */
  List<Long> giveUp() {
    return giveUp(unfinished);
  }

  private static List<Long> giveUp(SortedSet<Long> numbers) {
    List<Long> all = List.copyOf(numbers);
    numbers.clear();
    return all;
  }
}

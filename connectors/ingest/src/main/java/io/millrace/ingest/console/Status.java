package io.millrace.ingest.console;

import java.time.Instant;
import java.util.List;

/**
 * What {@code millrace status} has to say.
 *
 * @param at when
 * @param zooKeeper ZooKeeper's connect string
 * @param answers whether it answers
 * @param look what was seen, the last time that it answered; null if it never did
 * @param rates how fast counters grow
 * @param problems what is wrong
 */
record Status(
    Instant at, String zooKeeper, boolean answers, Look look, Rates rates, List<Problem> problems) {

  /** From a look now, and one before, which may be the same. */
  static Status of(String zooKeeper, Look before, Look now) {
    Rates rates = Rates.between(before, now);
    return new Status(now.at(), zooKeeper, true, now, rates, Problems.in(now, rates));
  }

  /**
   * When ZooKeeper does not answer.
   *
   * @param last what was seen before; null for nothing
   */
  static Status unreachable(String zooKeeper, Instant at, String reason, Look last) {
    Look same = last == null ? new Look(at, null, List.of(), List.of(), List.of()) : last;
    return new Status(
        at,
        zooKeeper,
        false,
        last,
        Rates.between(same, same),
        List.of(Problems.unreachable(reason)));
  }

  boolean isWell() {
    return problems.isEmpty();
  }
}

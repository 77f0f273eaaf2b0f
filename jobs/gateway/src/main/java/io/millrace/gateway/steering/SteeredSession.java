package io.millrace.gateway.steering;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * A session that somebody has asked the gateway for.
 *
 * @param wish where it should be
 * @param state where it is
 * @param text of the state, for people
 * @param since when the state was entered
 * @param submitting when its job was submitted, or may have been; null if it was not
 * @param job id of its job; null while there is none that is known
 * @param ends when its walltime is over; null while nobody knows
 * @param zookeeper where producers and aggregator find it; null while nobody knows
 * @param dashboard of Flink; null while there is none
 */
record SteeredSession(
    String name,
    String machine,
    int nodes,
    int minutes,
    Map<String, Object> parameters,
    Wish wish,
    SteeredState state,
    String text,
    Instant since,
    Instant submitting,
    String job,
    Instant ends,
    String zookeeper,
    String dashboard,
    Instant created,
    String createdBy) {
  Duration walltime() {
    return Duration.ofMinutes(minutes);
  }
}

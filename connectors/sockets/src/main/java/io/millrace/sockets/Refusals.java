package io.millrace.sockets;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that came to nothing at the sockets of one owner, by reason. The first one of
 * each host and reason is logged; others are only counted, so that nobody can fill the log.
 */
public final class Refusals {
  /** Hosts and reasons that are named in the log, at most. */
  private static final int NAMED = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  private final String owner;
  private final Map<Refusal, Long> counts = new EnumMap<>(Refusal.class);
  private final Set<String> named = new HashSet<>();

  /**
   * @param owner who refuses, as the log names it: {@code module 2}
   */
  public Refusals(String owner) {
    this.owner = owner;
  }

  /**
   * Counts one, from any thread.
   *
   * @param host where it came from
   */
  synchronized void add(Refusal refusal, String host) {
    counts.merge(refusal, 1L, Long::sum);
    if (named.size() < NAMED && named.add(host + refusal)) {
      LOG.warn(
          "{}: refused a connection from {}: {}; from now on only counted as {}. docs/SECURITY.md"
              + " tells how keys are given",
          owner,
          host,
          refusal.description(),
          counter(refusal));
    }
  }

  /** How often what has happened, by the names of the counters; only what has. */
  public synchronized Map<String, Long> counts() {
    Map<String, Long> all = new TreeMap<>();
    counts.forEach((refusal, n) -> all.put(counter(refusal), n));
    return all;
  }

  /** How the counter of a refusal is called. */
  public static String counter(Refusal refusal) {
    return "refused." + refusal.label();
  }
}

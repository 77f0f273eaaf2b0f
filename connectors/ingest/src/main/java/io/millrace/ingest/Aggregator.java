package io.millrace.ingest;

import io.millrace.coordination.KnownScans;
import io.millrace.coordination.MemberState;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.Drops;
import io.millrace.detector.wire.Lanes;
import io.millrace.sockets.CurveKeys;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The edge of the facility: producers and compute nodes both connect to it, and it relays what the
 * ones send to the others, with a thread for each module. It keeps nothing.
 */
final class Aggregator implements Closeable {
  private static final int CLOSE_SECONDS = 10;
  private static final Logger LOG = LoggerFactory.getLogger(Aggregator.class);

  private final List<ModuleRelay> relays = new ArrayList<>();

  /** Null without a session. */
  private final StatusRelay statuses;

  private final ExecutorService threads;
  private final CompletionService<Void> ended;
  private long relayedBefore;

  /**
   * Takes the ports and begins to relay.
   *
   * @param listen where producers connect: module m at its first port + m
   * @param lanes where compute nodes connect
   * @param keys with which all of it is encrypted; empty for none
   * @param scans of the session; null without one
   * @param relayed which scans' messages are relayed; all without a session
   * @param announceTimeout after how long without a message a scan is announced as it is
   * @param reportInterval time between two lines in the log
   * @throws IOException if a port cannot be had
   */
  Aggregator(
      DetectorDescription detector,
      Lanes listen,
      Lanes lanes,
      Optional<CurveKeys> keys,
      KnownScans scans,
      RelayedScans relayed,
      Duration announceTimeout,
      Duration reportInterval)
      throws IOException {
    try {
      for (int m = 0; m < detector.modules(); m++) {
        relays.add(
            new ModuleRelay(
                detector,
                m,
                listen.endpoint(0, m),
                lanes,
                keys,
                scans,
                relayed,
                announceTimeout,
                reportInterval));
      }
      // Who sends without a session cannot know that it would be acknowledged.
      statuses =
          scans == null
              ? null
              : new StatusRelay(lanes.statusEndpoint(), listen.statusEndpoint(), keys);
    } catch (IOException | RuntimeException e) {
      relays.forEach(ModuleRelay::close);
      throw e;
    }
    threads = Executors.newFixedThreadPool(relays.size() + 1);
    ended = new ExecutorCompletionService<>(threads);
    relays.forEach(r -> ended.submit(r, null));
    if (statuses != null) {
      ended.submit(statuses, null);
    }
    LOG.info(
        "ready: modules 0 to {} at {} and the ports after it, {} lanes from {}{}",
        detector.modules() - 1,
        listen.endpoint(0, 0),
        lanes.lanes(),
        lanes.endpoint(0, 0),
        keys.map(k -> ", with the " + k).orElse(""));
  }

  /**
   * Waits until it is closed.
   *
   * @throws IOException if a thread failed; without it a module would be lost
   */
  void await() throws IOException {
    try {
      ended.take().get();
    } catch (ExecutionException e) {
      throw new IOException("a relay failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the relays together have counted, by name. */
  Map<String, Long> counters() {
    return counters(counts());
  }

  private List<RelayCount> counts() {
    return relays.stream().map(ModuleRelay::count).toList();
  }

  private Map<String, Long> counters(List<RelayCount> counts) {
    Drops drops = new Drops();
    counts.forEach(c -> drops.add(c.drops()));
    Map<String, Long> counters = new TreeMap<>();
    counters.put("relayed", counts.stream().mapToLong(RelayCount::relayed).sum());
    counters.put("bytes", counts.stream().mapToLong(RelayCount::bytes).sum());
    counters.put("timeouts", counts.stream().mapToLong(RelayCount::timeouts).sum());
    if (statuses != null) {
      counters.put("statuses", statuses.relayed());
      if (statuses.malformed() > 0) {
        counters.put("dropped.status-format", statuses.malformed());
      }
    }
    counters.put("beyondBuffers", counts.stream().mapToLong(RelayCount::beyondBuffers).sum());
    for (DropReason reason : DropReason.values()) {
      if (drops.get(reason) > 0) {
        counters.put("dropped." + reason.label(), drops.get(reason));
      }
    }
    counts.forEach(c -> c.refused().forEach((name, n) -> counters.merge(name, n, Long::sum)));
    return counters;
  }

  /** What the relays together are at, compared with the last time that this was asked. */
  synchronized Condition condition() {
    List<RelayCount> counts = counts();
    Map<String, Long> counters = counters(counts);
    long relayed = counters.get("relayed");
    boolean moved = relayed != relayedBefore;
    relayedBefore = relayed;
    List<Stall> stalls = counts.stream().map(RelayCount::stall).filter(Objects::nonNull).toList();
    String reason =
        stalls.stream()
            .filter(Stall::isWorthTelling)
            .map(Stall::toString)
            .collect(Collectors.joining("; "));
    if (!reason.isEmpty()) {
      return new Condition(MemberState.STALLED, reason, counters);
    }
    // A lane that has just begun to take nothing may go on at once.
    boolean streaming = moved || !stalls.isEmpty();
    return new Condition(streaming ? MemberState.STREAMING : MemberState.READY, "", counters);
  }

  /** Stops relaying; what a lane has already taken is still delivered, for a moment. */
  @Override
  public void close() {
    relays.forEach(ModuleRelay::stop);
    if (statuses != null) {
      statuses.stop();
    }
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("not all sockets closed within {} s", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Messages that were dropped; to be asked after {@link #close}. */
  Drops drops() {
    Drops all = new Drops();
    relays.forEach(r -> all.add(r.drops()));
    return all;
  }

  /** Sectors that came from producers so far, the one that is coming included. */
  long receivedSectors() {
    return relays.stream().mapToLong(ModuleRelay::receivedSectors).sum();
  }

  /** By module, what was lost on the way; to be asked after {@link #close}. */
  List<Undelivered> undelivered() {
    return relays.stream().map(ModuleRelay::undelivered).toList();
  }

  /** Data messages that were relayed; to be asked after {@link #close}. */
  long relayedMessages() {
    return relays.stream().mapToLong(ModuleRelay::relayedMessages).sum();
  }

  /**
   * Settlements of scans of which not all came that was announced; to be asked after {@link
   * #close}.
   */
  long timeouts() {
    return relays.stream().mapToLong(ModuleRelay::timeouts).sum();
  }
}

package io.millrace.ingest;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.Drops;
import io.millrace.detector.wire.Lanes;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
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
  private final ExecutorService threads;
  private final CompletionService<Void> ended;

  /**
   * Takes the ports and begins to relay.
   *
   * @param listen where producers connect: module m at its first port + m
   * @param lanes where compute nodes connect
   * @param announceTimeout after how long without a message a scan is announced as it is
   * @param reportInterval time between two lines in the log
   * @throws IOException if a port cannot be had
   */
  Aggregator(
      DetectorDescription detector,
      Lanes listen,
      Lanes lanes,
      Duration announceTimeout,
      Duration reportInterval)
      throws IOException {
    try {
      for (int m = 0; m < detector.modules(); m++) {
        relays.add(
            new ModuleRelay(
                detector, m, listen.endpoint(0, m), lanes, announceTimeout, reportInterval));
      }
    } catch (IOException e) {
      relays.forEach(ModuleRelay::close);
      throw e;
    }
    threads = Executors.newFixedThreadPool(relays.size());
    ended = new ExecutorCompletionService<>(threads);
    relays.forEach(r -> ended.submit(r, null));
    LOG.info(
        "ready: modules 0 to {} at {} and the ports after it, {} lanes from {}",
        detector.modules() - 1,
        listen.endpoint(0, 0),
        lanes.lanes(),
        lanes.endpoint(0, 0));
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

  /** Stops relaying; what a lane has already taken is still delivered, for a moment. */
  @Override
  public void close() {
    relays.forEach(ModuleRelay::stop);
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

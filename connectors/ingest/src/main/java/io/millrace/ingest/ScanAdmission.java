package io.millrace.ingest;

import io.millrace.coordination.DaemonThreads;
import io.millrace.coordination.Scan;
import io.millrace.coordination.Scans;
import io.millrace.coordination.Session;
import io.millrace.coordination.SessionAddress;
import io.millrace.coordination.SessionState;
import io.millrace.coordination.Sessions;
import io.millrace.coordination.ZooKeeperConnection;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enters each scan in the session's registry before it is sent, once for all modules of this
 * process; other processes that send it join the same entry. A session that takes no more scans
 * refuses it.
 *
 * <p>A ZooKeeper that does not answer stops no data: after a while the scan is sent without, and
 * entered when there is an answer, if it is still being sent then.
 */
final class ScanAdmission implements AutoCloseable {
  /** So long an answer is waited for. */
  static final long PATIENCE_MILLIS = 5_000;

  private static final long RETRY_MILLIS = 500;
  private static final Logger LOG = LoggerFactory.getLogger(ScanAdmission.class);

  /** A session's registry. */
  interface Registry {
    /**
     * Enters a scan, or joins it.
     *
     * @return why the session does not take it; empty if it does
     * @throws IOException if nobody answers
     */
    Optional<String> enter(SectorSource scan) throws IOException;
  }

  /** A scan that not all modules have sent. */
  private static final class Entry {
    final CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
    final long deadline;
    int sending;
    boolean late;

    Entry(int modules, long deadline) {
      this.sending = modules;
      this.deadline = deadline;
    }
  }

  private final Registry registry;
  private final long patienceNanos;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(new DaemonThreads("scan admission"));
  private final Map<Long, Entry> entries = new HashMap<>();
  private int modules;

  /**
   * @param patienceMillis how long an answer is waited for
   */
  ScanAdmission(Registry registry, long patienceMillis) {
    this.registry = registry;
    this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
  }

  /** Into the registry of a session. */
  static ScanAdmission to(SessionAddress address, ZooKeeperConnection zooKeeper) {
    Sessions sessions = new Sessions(zooKeeper);
    Scans scans = new Scans(zooKeeper, address.session());
    return new ScanAdmission(
        scan -> {
          if (!zooKeeper.isConnected()) {
            throw new IOException("no answer from ZooKeeper at " + address.zooKeeper());
          }
          Optional<Session> session = sessions.find(address.session());
          if (session.isPresent() && session.get().state().compareTo(SessionState.OPEN) > 0) {
            return Optional.of(
                "session %s is %s since %s and takes no more scans; scan %d is not begun"
                    .formatted(
                        address.session(),
                        session.get().state(),
                        session.get().changed(),
                        scan.scan()));
          }
          Scan entered =
              scans.begin(scan.scan(), scan.geometry().width(), scan.geometry().height());
          LOG.info("Scan {} is {} in session {}", scan.scan(), entered.id(), address.session());
          return Optional.empty();
        },
        PATIENCE_MILLIS);
  }

  /** A module's scans, each of which is entered before it is given. Before the first is given. */
  synchronized ModuleScans before(ModuleScans scans) {
    modules++;
    return new ModuleScans() {
      @Override
      public SectorSource poll(long millis) throws IOException, InterruptedException {
        SectorSource next = scans.poll(millis);
        if (next != null) {
          admit(next);
        }
        return next;
      }

      @Override
      public boolean ended() {
        return scans.ended();
      }

      @Override
      public void sent(SectorSource scan, Instant first, Instant last) {
        noteSent(scan);
        scans.sent(scan, first, last);
      }
    };
  }

  private void admit(SectorSource scan) throws IOException, InterruptedException {
    Entry entry = entry(scan);
    try {
      Optional<String> refusal =
          entry.answer.get(entry.deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (refusal.isPresent()) {
        throw new IOException(refusal.get());
      }
    } catch (TimeoutException e) {
      tellLate(scan, entry);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized Entry entry(SectorSource scan) {
    return entries.computeIfAbsent(
        scan.scan(),
        number -> {
          Entry entry = new Entry(modules, System.nanoTime() + patienceNanos);
          thread.execute(() -> enter(scan, entry));
          return entry;
        });
  }

  private void enter(SectorSource scan, Entry entry) {
    synchronized (this) {
      if (entry.sending == 0) {
        return; // sent by now; whoever counts it enters it
      }
    }
    try {
      Optional<String> refusal = registry.enter(scan);
      if (!entry.answer.complete(refusal)) {
        return;
      }
      synchronized (this) {
        if (entry.late) {
          LOG.warn("Scan {} was sent before: {}", scan.scan(), refusal.orElse("it is entered now"));
        }
      }
    } catch (IOException e) {
      LOG.debug("scan {} is not entered yet", scan.scan(), e);
      thread.schedule(() -> enter(scan, entry), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RuntimeException e) {
      entry.answer.completeExceptionally(e);
    }
  }

  private synchronized void tellLate(SectorSource scan, Entry entry) {
    if (!entry.late) {
      entry.late = true;
      LOG.warn(
          "Scan {} is sent though the session does not know of it: ZooKeeper does not answer",
          scan.scan());
    }
  }

  private synchronized void noteSent(SectorSource scan) {
    Entry entry = entries.get(scan.scan());
    entry.sending--;
    if (entry.sending == 0) {
      entries.remove(scan.scan());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}

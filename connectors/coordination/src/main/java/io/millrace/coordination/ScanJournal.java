package io.millrace.coordination;

import io.millrace.detector.ScanKey;
import io.millrace.detector.ScanReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells ZooKeeper what becomes of a session's scans. In a thread of its own: whoever tells it never
 * waits. What is told while ZooKeeper is away waits for it, one after the other, each for the
 * patience of its {@link SessionAddress}; the log names each that is lost then.
 */
public final class ScanJournal implements AutoCloseable {
  private static final int QUEUE = 1_000;
  private static final Duration RETRY_INTERVAL = Duration.ofMillis(500);

  /**
   * Longer than a pause of a minute. A task of Flink that ends may have two journals, one after the
   * other, and is given up after 180 s.
   */
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(75);

  private static final Logger LOG = LoggerFactory.getLogger(ScanJournal.class);

  private final SessionAddress address;
  private final ThreadPoolExecutor writer;
  private ZooKeeperConnection connection;
  private boolean away;
  private volatile long lost;

  /** A journal; it connects when there is something to tell. */
  public ScanJournal(SessionAddress address) {
    this.address = address;
    writer =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE),
            new DaemonThreads("scan journal"));
  }

  /**
   * Tells that a scan is at a state before its end.
   *
   * @param key its {@link ScanKey key}
   */
  public void tell(long key, ScanState state) {
    submit(
        key,
        scans -> {
          // One that is not under way has ended meanwhile, or its producers do not tell of scans.
          Optional<Scan> scan = scans.underWay(ScanKey.number(key));
          if (scan.isPresent() && scan.get().key() == key) {
            change(scans, scan.get(), s -> s.in(state, ""));
          }
        });
  }

  /** Tells that a scan's file is in place. */
  public void ended(ScanReport report, Path file) {
    boolean whole = report.incomplete() == 0 && report.absent() == 0;
    end(
        report.scan(),
        report.geometry().width(),
        report.geometry().height(),
        scan -> file.toString().equals(scan.file()),
        scan ->
            scan.with(
                    report.geometry().width(),
                    report.geometry().height(),
                    report.complete(),
                    report.incomplete(),
                    report.absent(),
                    file.toString())
                .in(
                    whole ? ScanState.COMPLETE : ScanState.INCOMPLETE,
                    whole
                        ? ""
                        : "%,d frames incomplete, %,d absent"
                            .formatted(report.incomplete(), report.absent())));
  }

  /**
   * Tells that a scan has ended without a file.
   *
   * @param key its {@link ScanKey key}
   */
  public void failed(long key, String reason) {
    end(key, 0, 0, scan -> true, scan -> scan.in(ScanState.FAILED, reason));
  }

  /**
   * @param told whether an ended scan with this key has ended so: a job that goes on from a
   *     checkpoint tells again what it has told since
   */
  private void end(
      long key, int width, int height, Predicate<Scan> told, UnaryOperator<Scan> change) {
    // The scan, when it is found: a second attempt, if the answer to its end is lost, is about the
    // same.
    AtomicReference<Scan> found = new AtomicReference<>();
    submit(
        key,
        scans -> {
          if (found.get() == null) {
            if (isClosed()) {
              lose(key, "session %s is closed".formatted(address.session()));
              return;
            }
            if (scans.withKey(key).stream().anyMatch(scan -> scan.hasEnded() && told.test(scan))) {
              return;
            }
            // Of producers that do not tell of their scans, this is the first that ZooKeeper hears.
            Optional<Scan> scan = scans.enter(key, width, height);
            if (scan.isEmpty()) {
              LOG.warn(
                  "What has become of scan {} is not told in ZooKeeper: another one of its number is"
                      + " under way",
                  ScanKey.name(key));
              return;
            }
            found.set(scan.get());
          }
          change(scans, found.get(), change);
        });
  }

  private boolean isClosed() throws IOException {
    return new Sessions(connection)
        .find(address.session())
        .filter(session -> session.state() == SessionState.CLOSED)
        .isPresent();
  }

  /** A scan that has ended stays as it ended. */
  private static void change(Scans scans, Scan scan, UnaryOperator<Scan> change)
      throws IOException {
    scans.change(scan.id(), now -> now.hasEnded() ? now : change.apply(now));
  }

  private interface Entry {
    void write(Scans scans) throws IOException;
  }

  private void submit(long key, Entry entry) {
    long deadline = System.nanoTime() + address.patience().toNanos();
    try {
      writer.execute(() -> write(key, entry, deadline));
    } catch (RejectedExecutionException e) {
      lose(
          key,
          "%d entries wait for ZooKeeper at %s already, or the journal is closed"
              .formatted(QUEUE, address.zooKeeper()));
    }
  }

  private void write(long key, Entry entry, long deadline) {
    try {
      while (!isWritten(entry, deadline)) {
        TimeUnit.MILLISECONDS.sleep(RETRY_INTERVAL.toMillis());
      }
    } catch (IOException e) {
      lose(key, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      lose(key, "the journal was closed");
    }
  }

  private synchronized void lose(long key, String reason) {
    lost = lost + 1;
    LOG.warn("What becomes of scan {} is not told in ZooKeeper: {}", ScanKey.name(key), reason);
  }

  /** Entries that were given up so far, while the journal was open. */
  long lost() {
    return lost;
  }

  /**
   * Tries once; returns false if it is worth another attempt.
   *
   * @throws IOException if it is not
   */
  private boolean isWritten(Entry entry, long deadline) throws IOException {
    try {
      if (connection == null) {
        connection = ZooKeeperConnection.open(address.zooKeeper(), address.patience());
      }
      entry.write(new Scans(connection, address.session()));
      if (away) {
        away = false;
        LOG.info("ZooKeeper at {} is back; what became of scans is told", address.zooKeeper());
      }
      return true;
    } catch (IOException e) {
      if (!ZooKeeperConnection.isAway(e) || System.nanoTime() - deadline >= 0) {
        throw e;
      }
      if (!away) {
        away = true;
        LOG.warn(
            "ZooKeeper at {} does not answer; what becomes of scans waits for it",
            address.zooKeeper());
      }
      return false;
    }
  }

  /** Waits a moment until all is told. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn(
            "{} entries about scans are not told in ZooKeeper at {}",
            1 + writer.getQueue().size(),
            address.zooKeeper());
        writer.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      writer.shutdownNow();
    }
    if (connection != null) {
      connection.close();
    }
  }
}

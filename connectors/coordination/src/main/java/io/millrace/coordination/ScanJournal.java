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
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells ZooKeeper what becomes of a session's scans. In a thread of its own: whoever tells it never
 * waits, and a ZooKeeper that is away costs an entry, which the log names, and nothing else.
 */
public final class ScanJournal implements AutoCloseable {
  private static final int QUEUE = 1_000;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(ScanJournal.class);

  private final SessionAddress address;
  private final ThreadPoolExecutor writer;
  private ZooKeeperConnection connection;

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
    end(key, 0, 0, scan -> scan.in(ScanState.FAILED, reason));
  }

  private void end(long key, int width, int height, UnaryOperator<Scan> change) {
    submit(
        key,
        scans -> {
          // Of producers that do not tell of their scans, this is the first that ZooKeeper hears.
          Optional<Scan> scan = scans.enter(key, width, height);
          if (scan.isPresent()) {
            change(scans, scan.get(), change);
          } else {
            LOG.warn(
                "What has become of scan {} is not told in ZooKeeper: another one of its number is"
                    + " under way",
                ScanKey.name(key));
          }
        });
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
    try {
      writer.execute(() -> write(key, entry));
    } catch (RejectedExecutionException e) {
      LOG.warn(
          "{} entries wait for ZooKeeper at {}; what becomes of scan {} is not told there",
          QUEUE,
          address.zooKeeper(),
          ScanKey.name(key));
    }
  }

  private void write(long key, Entry entry) {
    try {
      if (connection == null) {
        connection = ZooKeeperConnection.open(address.zooKeeper(), address.patience());
      }
      entry.write(new Scans(connection, address.session()));
    } catch (IOException e) {
      LOG.warn(
          "What becomes of scan {} is not told in ZooKeeper: {}",
          ScanKey.name(key),
          e.getMessage());
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

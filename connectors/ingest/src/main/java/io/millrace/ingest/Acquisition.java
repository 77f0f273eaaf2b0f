package io.millrace.ingest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scans on request, as if somebody pressed the button: each line of an input starts one, and the
 * scan numbers count up. The end of the input is the end.
 *
 * <p>When all modules have sent a scan, a line of JSON tells when: {@code
 * {"scan":3,"sectors":16640,"first":"2026-11-25T10:21:04.123456Z","last":"2026-11-25T10:21:07.5Z"}}
 * (first sector given to the network or the files, last one accepted by the network or the disk).
 */
final class Acquisition {
  private static final long LARGEST_SCAN = 0xffff_ffffL;
  private static final Logger LOG = LoggerFactory.getLogger(Acquisition.class);

  private final PrintStream out;
  private final List<Module> modules = new ArrayList<>();
  private final Map<Long, Sending> underWay = new HashMap<>();
  private long next;
  private volatile boolean over;

  /**
   * @param firstScan number of the first scan
   * @param out where the lines of JSON go
   */
  Acquisition(long firstScan, PrintStream out) {
    this.next = firstScan;
    this.out = out;
  }

  /**
   * Adds a module. All have to be added before the first scan.
   *
   * @param source makes the module's part of a scan, by the scan's number
   */
  ModuleScans module(LongFunction<SectorSource> source) {
    Module module = new Module(source);
    modules.add(module);
    return module;
  }

  /** Starts a scan a line, until the input ends. */
  void follow(Reader input) {
    LOG.info("ready: each line on standard input starts a scan, beginning with {}", next);
    try (BufferedReader lines = new BufferedReader(input)) {
      while (lines.readLine() != null) {
        start();
      }
    } catch (IOException e) {
      LOG.warn("standard input cannot be read ({}); no more scans are started", e.getMessage());
    } finally {
      over = true;
    }
  }

  private synchronized void start() {
    long scan = next;
    // A detector's counter starts again as well.
    next = scan == LARGEST_SCAN ? 0 : scan + 1;
    underWay.put(scan, new Sending(modules.size()));
    modules.forEach(m -> m.queue.add(m.source.apply(scan)));
  }

  private synchronized void sent(SectorSource part, Instant first, Instant last) {
    Sending sending = underWay.get(part.scan());
    sending.add(part.sectors(), first, last);
    if (sending.missing == 0) {
      underWay.remove(part.scan());
      // Whole, in one write: the log may go to the same place.
      out.println(
          "{\"scan\":%d,\"sectors\":%d,\"first\":\"%s\",\"last\":\"%s\"}"
              .formatted(part.scan(), sending.sectors, sending.first, sending.last));
      out.flush();
    }
  }

  /** A scan of which not all modules have sent their part. */
  private static final class Sending {
    int missing;
    long sectors;
    Instant first = Instant.MAX;
    Instant last = Instant.MIN;

    Sending(int modules) {
      missing = modules;
    }

    void add(long n, Instant firstOfModule, Instant lastOfModule) {
      missing--;
      sectors += n;
      first = firstOfModule.isBefore(first) ? firstOfModule : first;
      last = lastOfModule.isAfter(last) ? lastOfModule : last;
    }
  }

  private final class Module implements ModuleScans {
    private final LongFunction<SectorSource> source;
    private final BlockingQueue<SectorSource> queue = new LinkedBlockingQueue<>();

    Module(LongFunction<SectorSource> source) {
      this.source = source;
    }

    @Override
    public SectorSource poll(long millis) throws InterruptedException {
      return queue.poll(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean ended() {
      // In this order: what was started before the end is sent.
      return over && queue.isEmpty();
    }

    @Override
    public void sent(SectorSource scan, Instant first, Instant last) {
      Acquisition.this.sent(scan, first, last);
    }
  }
}

package io.millrace.ingest;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends scans: a thread for each module, and a line in the log every few seconds. */
final class Producer {
  private static final int PROGRESS_SECONDS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(Producer.class);

  private final List<ModuleSender> senders;
  private final int sectorBytes;
  private String reported = "";

  Producer(List<ModuleSender> senders, int sectorBytes) {
    this.senders = senders;
    this.sectorBytes = sectorBytes;
  }

  /**
   * Sends everything; the summary is logged.
   *
   * @throws IOException of the first module that failed; the others are stopped
   */
  void run() throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(senders.size());
    CompletionService<Void> ended = new ExecutorCompletionService<>(threads);
    try {
      senders.forEach(ended::submit);
      for (int left = senders.size(); left > 0; ) {
        Future<Void> one = ended.poll(PROGRESS_SECONDS, TimeUnit.SECONDS);
        if (one == null) {
          report();
        } else {
          one.get();
          left--;
        }
      }
      summarize();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted; " + progress(), e);
    } finally {
      senders.forEach(ModuleSender::stop);
      threads.shutdown();
    }
  }

  private void summarize() {
    for (ModuleSender sender : begun()) {
      SectorSource source = sender.source();
      LOG.info(
          "module {}: {} sectors sent{}",
          source.module(),
          sender.sent(),
          source.account().isEmpty() ? "" : "; " + source.account());
    }
    LOG.info("done: {}", progress());
  }

  /** While something happens: between scans there is nothing to tell. */
  private void report() {
    long sent = begun().stream().mapToLong(ModuleSender::sent).sum();
    String state = "%s %d".formatted(begun().stream().map(s -> s.source().scan()).toList(), sent);
    if (!state.equals(reported)) {
      reported = state;
      LOG.info("{}", progress());
    }
  }

  private List<ModuleSender> begun() {
    return senders.stream().filter(s -> s.source() != null).toList();
  }

  private String progress() {
    List<ModuleSender> begun = begun();
    if (begun.isEmpty()) {
      return "nothing was sent";
    }
    long sectors = begun.stream().mapToLong(ModuleSender::sent).sum();
    long all = begun.stream().mapToLong(s -> s.source().sectors()).sum();
    long start = begun.stream().mapToLong(ModuleSender::startNanos).min().orElseThrow();
    double gigabytes = sectors * (double) sectorBytes / 1e9;
    double seconds = (System.nanoTime() - start) / 1e9;
    return String.format(
        Locale.ROOT,
        "scan %d: %,d of %,d sectors sent, %.2f GB in %.1f s (%.2f GB/s)",
        begun.get(0).source().scan(),
        sectors,
        all,
        gigabytes,
        seconds,
        gigabytes / seconds);
  }
}

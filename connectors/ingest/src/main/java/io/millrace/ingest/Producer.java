package io.millrace.ingest;

import io.millrace.coordination.MemberState;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends scans, or writes them: a thread for each module, and a line in the log every few seconds.
 */
final class Producer {
  private static final int PROGRESS_SECONDS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(Producer.class);

  private final List<? extends ModuleOutput> outputs;
  private final String done;
  private final int sectorBytes;
  private String reported = "";

  /**
   * @param done what has become of sectors then, in a word: sent, written
   */
  Producer(List<? extends ModuleOutput> outputs, String done, int sectorBytes) {
    this.outputs = outputs;
    this.done = done;
    this.sectorBytes = sectorBytes;
  }

  /**
   * Sends or writes everything; the summary is logged.
   *
   * @throws IOException of the first module that failed; the others are stopped
   */
  void run() throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(outputs.size());
    CompletionService<Void> ended = new ExecutorCompletionService<>(threads);
    try {
      outputs.forEach(ended::submit);
      for (int left = outputs.size(); left > 0; ) {
        Future<Void> one = ended.poll(PROGRESS_SECONDS, TimeUnit.SECONDS);
        if (one == null) {
          report();
        } else {
          one.get();
          left--;
        }
      }
      if (outputs.stream().anyMatch(ModuleOutput::isStopped)) {
        throw new IOException("stopped before the end; " + progress());
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
      outputs.forEach(ModuleOutput::stop);
      threads.shutdown();
    }
  }

  /** What the modules together have counted, by name. */
  Map<String, Long> counters() {
    Map<String, Long> counters = new TreeMap<>();
    long sectors = outputs.stream().mapToLong(ModuleOutput::total).sum();
    counters.put("sectors", sectors);
    counters.put("bytes", sectors * sectorBytes);
    counters.put("scans", outputs.stream().mapToLong(ModuleOutput::scans).min().orElse(0));
    outputs.forEach(o -> o.counts().forEach((name, n) -> counters.merge(name, n, Long::sum)));
    return counters;
  }

  /** What the modules together are at. */
  Condition condition() {
    Map<String, Long> counters = counters();
    String stalls =
        outputs.stream()
            .map(ModuleOutput::stall)
            .filter(stall -> stall != null && stall.isWorthTelling())
            .map(Stall::toString)
            .collect(Collectors.joining("; "));
    if (!stalls.isEmpty()) {
      return new Condition(MemberState.STALLED, stalls, counters);
    }
    Set<ModuleOutput.State> states =
        outputs.stream().map(ModuleOutput::state).collect(Collectors.toSet());
    if (states.contains(ModuleOutput.State.CONNECTING)) {
      return new Condition(
          MemberState.STARTING, "the aggregator has not answered yet to all modules", counters);
    }
    boolean atWork =
        states.contains(ModuleOutput.State.SENDING)
            || states.contains(ModuleOutput.State.FINISHING);
    return new Condition(atWork ? MemberState.STREAMING : MemberState.READY, "", counters);
  }

  private void summarize() {
    for (ModuleOutput output : begun()) {
      SectorSource source = output.source();
      LOG.info(
          "module {}: {} sectors {}{}",
          source.module(),
          output.done(),
          done,
          source.account().isEmpty() ? "" : "; " + source.account());
    }
    LOG.info("done: {}", progress());
  }

  /** While something happens: between scans there is nothing to tell. */
  private void report() {
    long sent = begun().stream().mapToLong(ModuleOutput::done).sum();
    String state = "%s %d".formatted(begun().stream().map(s -> s.source().scan()).toList(), sent);
    if (!state.equals(reported)) {
      reported = state;
      LOG.info("{}", progress());
    }
  }

  private List<? extends ModuleOutput> begun() {
    return outputs.stream().filter(s -> s.source() != null).toList();
  }

  private String progress() {
    List<? extends ModuleOutput> begun = begun();
    if (begun.isEmpty()) {
      return "nothing was " + done;
    }
    long sectors = begun.stream().mapToLong(ModuleOutput::done).sum();
    long all = begun.stream().mapToLong(s -> s.source().sectors()).sum();
    long start = begun.stream().mapToLong(ModuleOutput::startNanos).min().orElseThrow();
    double gigabytes = sectors * (double) sectorBytes / 1e9;
    double seconds = (System.nanoTime() - start) / 1e9;
    return String.format(
        Locale.ROOT,
        "scan %d: %,d of %,d sectors %s, %.2f GB in %.1f s (%.2f GB/s)",
        begun.get(0).source().scan(),
        sectors,
        all,
        done,
        gigabytes,
        seconds,
        gigabytes / seconds);
  }
}

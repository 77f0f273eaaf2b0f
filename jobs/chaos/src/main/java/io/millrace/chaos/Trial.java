package io.millrace.chaos;

import io.millrace.coordination.Scan;
import io.millrace.coordination.ScanState;
import io.millrace.coordination.Scans;
import io.millrace.hdf5.CountedFile;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One round on a running system: it waits until that is well, has a scan sent, does what the fault
 * says in mid-scan, waits for the end of the scan, and compares. Every wait has a deadline.
 */
final class Trial {
  private static final Duration POLL = Duration.ofMillis(200);

  /** What the parts need to be as before, after the last round. */
  private static final Duration WELL_DEADLINE = Duration.ofSeconds(180);

  private final Settings settings;
  private final RunningSystem system;
  private final int number;
  private final long scan;
  private final Optional<Fault> fault;
  private String role = "";
  private Instant began = Instant.now();
  private Optional<Strike> strike = Optional.empty();
  private FrameTrace trace = new FrameTrace(0);
  private boolean tried;

  /** When the scan was seen to have ended, or was given up; 0 before that. */
  private long endSeen;

  /**
   * @param number of the round
   * @param scan its number, of which there has been none
   * @param fault what to do; empty to leave the system alone
   */
  Trial(Settings settings, RunningSystem system, int number, long scan, Optional<Fault> fault) {
    this.settings = settings;
    this.system = system;
    this.number = number;
    this.scan = scan;
    this.fault = fault;
  }

  /**
   * Runs it. Whatever goes wrong with the system is said in the round, and means that the system
   * has to be started anew.
   */
  Round run(Path raw) throws InterruptedException {
    try {
      awaitWell();
      SentScan sent = system.write(scan, raw);
      began = Instant.now();
      trace = system.frames().begin();
      system.send(scan);
      Optional<Scan> ended = awaitEnd();
      if (ended.isEmpty()) {
        return hang(
            "the scan has not ended after %d s".formatted(settings.roundDeadline().toSeconds()));
      }
      return compared(sent, ended.get());
    } catch (RunFailure e) {
      return hang(e.getMessage());
    } catch (IOException e) {
      return hang("the result cannot be read: " + e.getMessage());
    } finally {
      system.releaseProducer();
      delete(raw);
    }
  }

  /** All parts are there, and the job runs; and it is known who will be hit. */
  private void awaitWell() throws RunFailure, InterruptedException {
    long end = System.nanoTime() + WELL_DEADLINE.toNanos();
    String ailment = system.ailment();
    while (!ailment.isEmpty()) {
      requireJob();
      if (System.nanoTime() - end > 0) {
        throw new RunFailure(
            "before the scan, the system was not well again within %d s: %s"
                .formatted(WELL_DEADLINE.toSeconds(), ailment));
      }
      Thread.sleep(POLL.toMillis());
      ailment = system.ailment();
    }
    if (fault.isPresent()) {
      role =
          switch (fault.get().victim()) {
            case TASKMANAGER -> system.taskManager();
            case JOBMANAGER -> system.leader();
            default -> "";
          };
    }
  }

  private void requireJob() throws RunFailure {
    Optional<String> failure = system.frames().failure();
    if (failure.isPresent()) {
      throw new RunFailure(failure.get());
    }
  }

  /**
   * Strikes when it is time.
   *
   * @return the scan that was sent, as it ended first; empty if it has not ended in time
   */
  private Optional<Scan> awaitEnd() throws RunFailure, InterruptedException {
    long end = System.nanoTime() + settings.roundDeadline().toNanos();
    while (System.nanoTime() - end < 0) {
      strikeIfDue();
      requireJob();
      Optional<Scan> ended = ended();
      if (ended.isPresent()) {
        if (endSeen == 0) {
          endSeen = System.nanoTime();
        }
        // What ends from now on has sent a scan that is over; started again, it would begin
        // another.
        system.releaseProducer();
        if (!system.producerRuns()) {
          return ended;
        }
      }
      Thread.sleep(POLL.toMillis());
    }
    return Optional.empty();
  }

  private void strikeIfDue() throws RunFailure, InterruptedException {
    Optional<Long> first = trace.first();
    if (tried || fault.isEmpty() || first.isEmpty()) {
      return;
    }
    Duration due = Duration.ofMillis(Math.round(fault.get().at() * settings.scanTime().toMillis()));
    long now = System.nanoTime();
    Duration intoScan = Duration.ofNanos(now - first.get());
    if (intoScan.compareTo(due) >= 0) {
      tried = true;
      if (isForGood()) {
        system.releaseProducer();
      }
      strike =
          system
              .strike(fault.get(), role)
              .map(struck -> new Strike(struck.name(), struck.pid(), now, intoScan));
    }
  }

  private boolean isForGood() {
    return settings.forGood()
        && fault.get().victim() == Victim.PRODUCER
        && fault.get().deed() == Deed.KILL;
  }

  /** Once all scans of the number have ended, the first; usually there is one. */
  private Optional<Scan> ended() throws InterruptedException {
    Optional<Scans> scans = system.scans();
    if (scans.isEmpty()) {
      return Optional.empty();
    }
    try {
      List<Scan> all = scans.get().list().stream().filter(s -> s.number() == scan).toList();
      return all.stream().allMatch(Scan::hasEnded)
          ? all.stream().min(Comparator.comparing(Scan::started))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // ZooKeeper has gone away just now
    }
  }

  private Round compared(SentScan sent, Scan ended) throws IOException {
    List<Path> files = files();
    Difference difference = Difference.NONE;
    for (int i = 0; i < files.size(); i++) {
      try (CountedFile file = new CountedFile(files.get(i))) {
        // What is in a second file has been delivered twice.
        difference =
            difference.plus(i == 0 ? sent.compare(file) : Difference.doubled(file.events()));
      }
    }
    if (files.isEmpty()) {
      difference = sent.allLost();
    }
    return round(difference, ended.state(), files, "");
  }

  /** Those of the scan: the first, and perhaps of others with its number. */
  private List<Path> files() throws IOException {
    Pattern name = Pattern.compile("FOURD_.*_%05d(_g\\d+)?\\.h5".formatted(scan));
    try (Stream<Path> all = Files.list(settings.output())) {
      return all.filter(f -> name.matcher(f.getFileName().toString()).matches()).sorted().toList();
    }
  }

  private Round hang(String reason) throws InterruptedException {
    String where;
    try {
      where = "; see " + system.writeDown(reason, scan);
    } catch (RunFailure e) {
      where = "; where it stands cannot be written down: " + e.getMessage();
    }
    if (endSeen == 0) {
      endSeen = System.nanoTime();
    }
    return round(Difference.NONE, null, List.of(), reason + where);
  }

  private Round round(Difference difference, ScanState state, List<Path> files, String hang) {
    return new Round(
        number,
        scan,
        began,
        fault,
        strike,
        strike.flatMap(s -> trace.recovery(s.nanos(), endSeen)),
        difference,
        state == null ? "" : state.toString(),
        files,
        fault.isPresent() && isForGood(),
        hang);
  }

  /** The raw files are large, and of no use any more. */
  private static void delete(Path directory) {
    if (Files.notExists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      System.err.println("chaos: the raw files in %s are left".formatted(directory));
    }
  }
}

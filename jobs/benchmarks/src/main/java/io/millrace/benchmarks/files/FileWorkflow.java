package io.millrace.benchmarks.files;

import io.millrace.benchmarks.parts.Inspection;
import io.millrace.benchmarks.parts.Rig;
import io.millrace.benchmarks.parts.ScanTimes;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.WarmProducer;
import io.millrace.detector.Thresholds;
import io.millrace.parts.Part;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Scans as they go without a stream: each step, in a warm process of its own, begins when the one
 * before has its result on the disk.
 *
 * <pre>
 *   producer ─▶ received/*.data ─▶ {@link RawCopy} ─▶ transferred/*.data ─▶ {@link BatchJob} ─▶ counted/*.h5
 * </pre>
 */
final class FileWorkflow {
  private static final Duration EVICTION_DEADLINE = Duration.ofSeconds(120);

  /** Without root: dd asks the kernel to forget a file's pages, and writes nothing. */
  private static final String EVICT =
      "for f; do dd if=/dev/null of=\"$f\" oflag=nocache conv=notrunc,fdatasync count=0; done";

  private final Rig rig;
  private final Path received;
  private final Path transferred;
  private final Path counted;
  private final boolean evict;
  private final Part copy;
  private final Part batch;
  private WarmProducer producer;

  /**
   * Starts the processes.
   *
   * @param folder for raw files, copies and results
   * @param evict whether files leave the page cache before they are read
   */
  FileWorkflow(Rig rig, Path folder, Thresholds thresholds, boolean evict)
      throws RunFailure, InterruptedException {
    this.rig = rig;
    this.evict = evict;
    received = folder.resolve("received");
    transferred = folder.resolve("transferred");
    counted = folder.resolve("counted");
    try {
      for (Path each : List.of(received, transferred, counted)) {
        Files.createDirectories(each);
      }
    } catch (IOException e) {
      throw new RunFailure("the folders in %s cannot be made".formatted(folder), e);
    }
    copy = rig.program("files-copy", RawCopy.class, List.of());
    batch =
        rig.program(
            "files-batch",
            BatchJob.class,
            List.of(Double.toString(thresholds.background()), Double.toString(thresholds.xray())));
  }

  /** Changes what is written; the frames of a scan depend on the number of the first one. */
  void load(Simulation simulation, long firstScan) throws RunFailure, InterruptedException {
    if (producer != null) {
      producer.stop();
    }
    producer = rig.writer("files", simulation, received, firstScan);
  }

  /**
   * Takes a scan through all steps, and removes what they left.
   *
   * @param inspection of the counted file, before it is removed
   */
  FileTurn run(Duration deadline, Inspection inspection) throws RunFailure, InterruptedException {
    Simulation simulation = producer.simulation();
    long scan = producer.acquire();
    double written = seconds("writing", producer.awaitSent(scan, deadline));
    forget(received);
    double copied = seconds("the copy", order(copy, scan, received, transferred, deadline));
    forget(transferred);
    double count = seconds("the batch job", order(batch, scan, transferred, counted, deadline));
    try {
      inspection.of(files(counted).get(0));
    } catch (IOException e) {
      throw new RunFailure("the batch job's file cannot be read", e);
    }
    clear();
    return new FileTurn(simulation, written, copied, count);
  }

  private static ScanTimes order(Part part, long scan, Path from, Path to, Duration deadline)
      throws RunFailure, InterruptedException {
    part.tell("%d\t%s\t%s".formatted(scan, from, to));
    return ScanTimes.await(part, scan, deadline);
  }

  private double seconds(String step, ScanTimes times) throws RunFailure {
    int sectors = producer.simulation().sectors();
    if (times.sectors() != sectors) {
      throw new RunFailure("%s took %d sectors of %d".formatted(step, times.sectors(), sectors));
    }
    return Duration.between(times.first(), times.last()).toNanos() / 1e9;
  }

  private void forget(Path folder) throws RunFailure, InterruptedException {
    if (evict) {
      List<String> command = new ArrayList<>(List.of("sh", "-c", EVICT, "evict"));
      files(folder).forEach(file -> command.add(file.toString()));
      rig.parts().start("files-evict", command).output(EVICTION_DEADLINE);
    }
  }

  /** Waits until the disk knows, so that this is no burden to whoever is measured next. */
  private void clear() throws RunFailure {
    for (Path folder : List.of(received, transferred, counted)) {
      try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
        for (Path file : files(folder)) {
          Files.delete(file);
        }
        directory.force(true);
      } catch (IOException e) {
        throw new RunFailure("%s cannot be emptied".formatted(folder), e);
      }
    }
  }

  private static List<Path> files(Path folder) throws RunFailure {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (IOException e) {
      throw new RunFailure("%s cannot be listed".formatted(folder), e);
    }
  }
}

package io.millrace.benchmarks.parts;

import io.millrace.hdf5.CountedFile;
import io.millrace.parts.Checkpoint;
import io.millrace.parts.FlinkCluster;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The folder that the counting job writes into. A file that has its final name is looked through
 * (every frame has to be complete), and removed.
 */
public final class CountedFiles implements Target {
  private static final Duration LOOK_AFTER_JOB = Duration.ofSeconds(1);

  private final Path folder;
  private final FlinkCluster cluster;
  private final String job;
  private final Inspection inspection;
  private final WatchService watch;

  /**
   * Watches a folder; made before the first scan, so that no file is missed.
   *
   * @param job the id of the job that writes into it
   * @param inspection of each file that is whole
   */
  CountedFiles(Path folder, FlinkCluster cluster, String job, Inspection inspection)
      throws IOException {
    this.folder = folder;
    this.cluster = cluster;
    this.job = job;
    this.inspection = inspection;
    // Told by the kernel, at once and without a look every millisecond. It ends with this process.
    watch = folder.getFileSystem().newWatchService();
    folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
  }

  @Override
  public Instant await(long scan, Duration deadline) throws RunFailure, InterruptedException {
    long end = System.nanoTime() + deadline.toNanos();
    try {
      Optional<Path> file = find(scan);
      Instant arrived = Instant.now();
      while (file.isEmpty()) {
        WatchKey key = watch.poll(LOOK_AFTER_JOB.toMillis(), TimeUnit.MILLISECONDS);
        arrived = Instant.now();
        if (key == null) {
          requireWell();
        } else {
          key.pollEvents();
          key.reset();
        }
        file = find(scan);
        if (file.isEmpty() && System.nanoTime() > end) {
          throw new RunFailure(
              "the file of scan %d did not come into %s within %d s; see the logs in %s"
                  .formatted(scan, folder, deadline.toSeconds(), cluster.run()));
        }
      }
      return arrived;
    } catch (IOException e) {
      throw new RunFailure("the folder %s cannot be listed".formatted(folder), e);
    }
  }

  @Override
  public void requireWell() throws RunFailure, InterruptedException {
    cluster.requireJobWell(job);
    cluster.requireTaskManagers();
  }

  @Override
  public List<Checkpoint> checkpoints() throws RunFailure, InterruptedException {
    try {
      return cluster.rest().checkpoints(job);
    } catch (IOException e) {
      throw cluster.notAnswering(e);
    }
  }

  @Override
  public void check(Simulation simulation, long scan) throws RunFailure, InterruptedException {
    cluster.requireNeverRestarted(job);
    try {
      Path file = find(scan).orElseThrow();
      requireWhole(file, simulation);
      inspection.of(file);
      Files.delete(file);
    } catch (IOException e) {
      throw new RunFailure("the counted files in %s cannot be read".formatted(folder), e);
    }
  }

  private Optional<Path> find(long scan) throws IOException {
    String ending = "_%05d.h5".formatted(scan);
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.getFileName().toString().endsWith(ending)).findFirst();
    }
  }

  private static void requireWhole(Path file, Simulation simulation)
      throws IOException, RunFailure {
    try (CountedFile counted = new CountedFile(file)) {
      long complete = counted.complete();
      if (complete != simulation.frames()) {
        throw new RunFailure(
            "%s has %d complete frames of %d; this is no measurement"
                .formatted(file, complete, simulation.frames()));
      }
    }
  }
}

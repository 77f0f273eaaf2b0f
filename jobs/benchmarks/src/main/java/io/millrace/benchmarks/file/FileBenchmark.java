package io.millrace.benchmarks.file;

import io.millrace.detector.DetectorDescription;
import io.millrace.hdf5.CountedFileName;
import io.millrace.hdf5.Layout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The same number of bytes twice, once without and once with a meaning: a plain file and a counted
 * file, each from nothing until it is on the disk under its name. Which of them goes first
 * alternates. It is the time of the clock: a scientist waits for the disk as well.
 *
 * <p>How long each waited for the disk is told by the JVM's own records of the calls
 * (jdk.FileForce).
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class FileBenchmark {
  private static final int PLAIN_BUFFER_BYTES = 1 << 20;
  private static final String DISK_WAIT = "jdk.FileForce";

  /** What the turns of an iteration took. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Turns {
    public long plainNanos;

    public long countedNanos;

    /** Of these, waiting until the disk has it. */
    public long countedWaitNanos;

    /** Of the file, which both wrote. */
    public long bytes;
  }

  @Param(".")
  String directory;

  @Param("VLEN")
  Layout layout;

  @Param("500")
  int events;

  @Param("64")
  int side;

  private MadeScan scan;
  private Path folder;
  private Path part;
  private Path counted;
  private Path plain;
  private long bytes;
  private boolean plainFirst;

  /** Makes the frames, and finds out how large the file is. */
  @Setup
  public void make() throws IOException {
    scan = new MadeScan(DetectorDescription.load("4d-camera"), side, events);
    folder = Files.createTempDirectory(Files.createDirectories(Path.of(directory)), "bench-file-");
    part = folder.resolve("counted.part");
    Path file = folder.resolve("counted.h5");
    counted = layout == Layout.FLAT ? CountedFileName.flat(file) : file;
    plain = folder.resolve("plain");
    scan.write(part, file, layout);
    bytes = Files.size(counted);
    Files.delete(counted);
  }

  /** Removes what is left. */
  @TearDown
  public void clear() throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      for (Path file : left.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** Both files. */
  @Benchmark
  public void turn(Turns turns) throws IOException {
    plainFirst = !plainFirst;
    if (plainFirst) {
      plain(turns);
    }
    counted(turns);
    if (!plainFirst) {
      plain(turns);
    }
    turns.bytes += bytes;
  }

  private void plain(Turns turns) throws IOException {
    long start = System.nanoTime();
    writePlain();
    turns.plainNanos += System.nanoTime() - start;
    Files.delete(plain);
  }

  private void counted(Turns turns) throws IOException {
    Path records = folder.resolve("records.jfr");
    try (Recording recording = new Recording()) {
      recording.enable(DISK_WAIT).withoutStackTrace().withThreshold(Duration.ZERO);
      recording.start();
      long start = System.nanoTime();
      scan.write(part, folder.resolve("counted.h5"), layout);
      turns.countedNanos += System.nanoTime() - start;
      recording.stop();
      recording.dump(records);
    }
    for (RecordedEvent event : RecordingFile.readAllEvents(records)) {
      if (event.getEventType().getName().equals(DISK_WAIT)) {
        turns.countedWaitNanos += event.getDuration().toNanos();
      }
    }
    Files.delete(records);
    Files.delete(counted);
  }

  /** A file of that many bytes, on the disk and under its name. */
  private void writePlain() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(PLAIN_BUFFER_BYTES);
    byte[] other = new byte[PLAIN_BUFFER_BYTES];
    Arrays.fill(other, (byte) 1);
    buffer.put(other);
    Path unnamed = folder.resolve("plain.part");
    try (FileChannel channel =
        FileChannel.open(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long left = bytes; left > 0; ) {
        left -= channel.write(buffer.clear().limit((int) Math.min(left, buffer.capacity())));
      }
      channel.force(true);
    }
    Files.createLink(plain, unnamed);
    Files.delete(unnamed);
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }
}

package io.millrace.ingest;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a file system has a reserve left, for all the others that write to it: 2 % of it, or 1 GB
 * if that is less.
 *
 * <p>It is asked at most twice a second, because it may be at the other end of a network.
 */
final class FreeSpace {
  private static final long MOST_RESERVE = 1_000_000_000;
  private static final long RESERVE_DIVISOR = 50;
  private static final long HOLDS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final Logger LOG = LoggerFactory.getLogger(FreeSpace.class);

  /** What a file system answers. */
  record Answer(long totalBytes, long usableBytes) {
    long reserve() {
      return Math.min(totalBytes / RESERVE_DIVISOR, MOST_RESERVE);
    }
  }

  /** A file system that can be asked. */
  interface Disk {
    Answer ask() throws IOException;
  }

  private final Path directory;
  private final Disk disk;
  private final LongSupplier nanos;
  private boolean enough;
  private long askedAt;

  /**
   * @param directory of the file system
   * @throws IOException if it is not there
   */
  FreeSpace(Path directory) throws IOException {
    this(directory, disk(Files.getFileStore(directory)), System::nanoTime);
  }

  /**
   * @param nanos nanoseconds of any origin
   */
  FreeSpace(Path directory, Disk disk, LongSupplier nanos) {
    this.directory = directory;
    this.disk = disk;
    this.nanos = nanos;
    enough = true; // so that it is told if there is none at the beginning
    askNow();
  }

  private static Disk disk(FileStore store) {
    return () -> new Answer(store.getTotalSpace(), store.getUsableSpace());
  }

  /** As far as is known. */
  boolean hasReserve() {
    return nanos.getAsLong() - askedAt < HOLDS_NANOS ? enough : askNow();
  }

  /** For who has reason to doubt what is known. */
  boolean askNow() {
    askedAt = nanos.getAsLong();
    boolean before = enough;
    try {
      Answer answer = disk.ask();
      enough = answer.usableBytes > answer.reserve();
      if (before && !enough) {
        LOG.warn(
            "{}: {} bytes are free on this file system; until there are more than {}, no sectors are"
                + " put there: make room",
            directory,
            answer.usableBytes,
            answer.reserve());
      } else if (enough && !before) {
        LOG.info("{}: there is room again, {} bytes", directory, answer.usableBytes);
      }
    } catch (IOException e) {
      enough = false;
      if (before) {
        LOG.warn(
            "{}: the file system does not tell how much is free ({}), so no sectors are put there;"
                + " see what is wrong with it",
            directory,
            e.toString());
      }
    }
    return enough;
  }
}

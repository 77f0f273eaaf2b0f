package io.millrace.hdf5;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A part file has one writer. A node that is thought dead may still run: whoever goes on with its
 * part waits until the operating system has taken its lock away. The lock ends with the channel,
 * and with the process.
 */
final class PartLock {
  /** A task that is lost ends itself well within this time. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final long LOOK_MILLIS = 200;
  private static final Logger LOG = LoggerFactory.getLogger(PartLock.class);

  private PartLock() {}

  /**
   * Makes a part.
   *
   * @throws IOException if it exists
   */
  static FileChannel create(Path part) throws IOException {
    try {
      return lock(
          part,
          FileChannel.open(
              part,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE));
    } catch (FileAlreadyExistsException e) {
      throw new IOException(
          ("%s exists: another job counts the same scan with the same id, or one has died."
                  + " Give another id or directory, or remove the file")
              .formatted(part),
          e);
    }
  }

  /**
   * Opens a part that is there.
   *
   * @throws IOException if it is not, or somebody still writes it after a minute
   */
  static FileChannel open(Path part) throws IOException {
    try {
      return lock(part, FileChannel.open(part, StandardOpenOption.READ, StandardOpenOption.WRITE));
    } catch (NoSuchFileException e) {
      throw new IOException(
          "%s is gone, with what was counted of its scan before the restart; cancel the job and count the scan again"
              .formatted(part),
          e);
    }
  }

  /**
   * Removes a part that nobody writes any more and that is not whole.
   *
   * @return false if it is whole, or somebody writes it, or that cannot be told
   */
  static boolean removeOrphan(Path part) throws IOException {
    if (Files.notExists(part)) {
      return false;
    }
    try (FileChannel channel =
        FileChannel.open(part, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (!isFree(channel) || Hdf5File.isFinished(channel)) {
        return false;
      }
      Files.delete(part);
    }
    Files.deleteIfExists(CountedFileName.flat(part));
    return true;
  }

  private static boolean isFree(FileChannel channel) {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException | IOException e) {
      return false;
    }
  }

  private static FileChannel lock(Path part, FileChannel channel) throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    try {
      while (!tryLock(part, channel)) {
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "%s is still written by somebody else after %d s: another job with this id, or a node that is thought dead"
                  .formatted(part, TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS)));
        }
        Thread.sleep(LOOK_MILLIS);
      }
      return channel;
    } catch (InterruptedException e) {
      channel.close();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for %s".formatted(part), e);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean tryLock(Path part, FileChannel channel) {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // an attempt in this process that has not ended yet
    } catch (IOException e) {
      LOG.warn(
          "{} cannot be locked ({}): mount its file system with locks, so that a node that is thought dead cannot write on",
          part,
          e.getMessage());
      return true;
    }
  }
}

package io.millrace.gateway.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The lock of a SQLite file; the system keeps it as long as this process has it open. */
final class FileLock implements DatabaseLock {
  private final FileChannel channel;

  private FileLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Takes it, on a file of its own: SQLite has its own use for locks of the database's. */
  static FileLock take(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file.resolveSibling(file.getFileName() + ".lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    boolean taken = false;
    try {
      taken = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // By this process.
    }
    if (!taken) {
      channel.close();
      throw DatabaseLock.inUse(file);
    }
    return new FileLock(channel);
  }

  @Override
  public Ownership check() {
    return Ownership.OURS;
  }

  @Override
  public Ownership known() {
    return Ownership.OURS;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

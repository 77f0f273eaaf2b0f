package io.millrace.gateway.store;

import java.io.IOException;

/**
 * That a database is this process's: two gateways would both see to the same sessions, and submit
 * their jobs twice. It ends with the process, however that ends: the system gives back a lock of a
 * file, and PostgreSQL that of a connection.
 */
interface DatabaseLock extends AutoCloseable {
  /**
   * Takes it.
   *
   * @throws IOException if another process has it, or the database does not answer
   */
  static DatabaseLock take(DatabaseUrl url) throws IOException {
    return url.file().isPresent() ? FileLock.take(url.file().get()) : ServerLock.take(url);
  }

  static IOException inUse(Object what) {
    return new IOException(
        "another gateway uses the database %s; end that one, or give this one another --database"
            .formatted(what));
  }

  /** Looks now, and takes it again if it was lost and nobody else has it; within some seconds. */
  Ownership check();

  /** What was found at the last look. */
  Ownership known();

  @Override
  void close() throws IOException;
}

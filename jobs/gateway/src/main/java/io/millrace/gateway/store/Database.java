package io.millrace.gateway.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Jdbi;

/** Where the gateway keeps what outlives it. For use by any number of threads. */
public final class Database implements AutoCloseable {
  /** Of either kind: a request that gets none in that time fails. */
  private static final Duration WAIT = Duration.ofSeconds(10);

  private static final int CONNECTIONS = 8;
  private static final String OWNER_ONLY = "rw-------";

  private final HikariDataSource pool;
  private final DatabaseLock lock;
  private final Jdbi jdbi;

  private Database(HikariDataSource pool, DatabaseLock lock) {
    this.pool = pool;
    this.lock = lock;
    this.jdbi = Jdbi.create(pool);
    jdbi.registerArgument(new InstantText.Argument());
    jdbi.registerColumnMapper(Instant.class, new InstantText.Mapper());
  }

  /**
   * Opens a database, takes it for this process, and brings it to this version.
   *
   * @param url {@code sqlite:/path/of/file}, which is made if it is not there, for its owner only;
   *     or {@code postgresql://user:password@host:port/name}. Without a password that of
   *     PostgreSQL's own password file is taken ({@code ~/.pgpass}, or where PGPASSFILE says)
   * @throws IllegalArgumentException if it is neither
   * @throws UncheckedIOException if it cannot be opened or brought to this version, or another
   *     process has it; says why
   */
  public static Database open(String url) {
    DatabaseUrl parsed = DatabaseUrl.parse(url);
    parsed.file().ifPresent(Database::makeFile);
    HikariConfig config = new HikariConfig();
    config.setPoolName("database");
    config.setJdbcUrl(parsed.jdbc());
    parsed.user().ifPresent(config::setUsername);
    parsed.password().ifPresent(config::setPassword);
    config.setMaximumPoolSize(CONNECTIONS);
    config.setConnectionTimeout(WAIT.toMillis());
    if (parsed.file().isEmpty()) {
      // A server that vanished without a word would be waited for without an end.
      config.addDataSourceProperty("socketTimeout", "30");
      config.addDataSourceProperty("loginTimeout", "10");
      config.addDataSourceProperty("tcpKeepAlive", "true");
    }
    HikariDataSource pool = null;
    DatabaseLock lock = take(parsed);
    try {
      pool = new HikariDataSource(config);
      // Areas number their steps for themselves, so a new one may come before one that is done.
      Flyway.configure().dataSource(pool).outOfOrder(true).load().migrate();
      return new Database(pool, lock);
    } catch (FlywayException | HikariPool.PoolInitializationException e) {
      if (pool != null) {
        pool.close();
      }
      release(lock);
      throw new UncheckedIOException(
          new IOException(
              "the database %s cannot be opened: %s".formatted(parsed, e.getMessage()), e));
    }
  }

  private static DatabaseLock take(DatabaseUrl url) {
    try {
      return DatabaseLock.take(url);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void makeFile(Path file) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      if (!Files.exists(file)) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException("the database %s cannot be made: %s".formatted(file, e), e));
    }
  }

  /** To ask it with; it takes and gives {@link java.time.Instant} for a time. */
  public Jdbi jdbi() {
    return jdbi;
  }

  /**
   * Whose it is; looks now, which takes some seconds if the server does not answer. Who is about to
   * do something of which there may be only one asks this before.
   */
  public Ownership checkOwnership() {
    return lock.check();
  }

  /** Whose it was at the last look, a few seconds ago; never waits. */
  public Ownership ownership() {
    return lock.known();
  }

  private static void release(DatabaseLock lock) {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the database's lock cannot be given back", e);
    }
  }

  @Override
  public void close() {
    pool.close();
    release(lock);
  }
}

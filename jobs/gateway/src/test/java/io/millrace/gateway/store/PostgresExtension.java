package io.millrace.gateway.store;

import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A real PostgreSQL server for the tests of one class. */
public final class PostgresExtension implements BeforeAllCallback, AfterAllCallback {
  private PostgresServer server;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException, InterruptedException {
    server = PostgresServer.start();
  }

  /** A new and empty database, for {@link Database#open}. */
  public String database() throws SQLException {
    return server.database();
  }

  /** Cuts the connection that holds a database, and takes it as another gateway would. */
  public void takeAway(Database database) throws SQLException {
    database
        .jdbi()
        .useHandle(
            h -> {
              h.select(
                      "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND"
                          + " database = (SELECT oid FROM pg_database WHERE datname = current_database())")
                  .mapTo(int.class)
                  .one();
              h.getConnection().setAutoCommit(true);
              h.execute("SELECT pg_advisory_lock(" + ServerLock.KEY + ")");
            });
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    if (server != null) {
      server.close();
    }
  }
}

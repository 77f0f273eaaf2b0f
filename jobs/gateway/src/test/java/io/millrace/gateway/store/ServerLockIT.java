package io.millrace.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The server ends the connection that holds the database. */
class ServerLockIT {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final String CUT =
      "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted"
          + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

  private static Connection connect(String url) throws SQLException {
    DatabaseUrl parsed = DatabaseUrl.parse(url);
    return DriverManager.getConnection(parsed.jdbc(), parsed.user().orElseThrow(), "");
  }

  private static void cut(String url) throws SQLException {
    try (Connection admin = connect(url);
        Statement statement = admin.createStatement();
        ResultSet cut = statement.executeQuery(CUT)) {
      assertThat(cut.next()).isTrue();
      assertThat(cut.getInt(1)).isEqualTo(1);
    }
  }

  @Test
  void isTakenAgainWhenNobodyElseHasIt() throws Exception {
    String url = POSTGRES.database();
    try (Database database = Database.open(url)) {
      assertThat(database.checkOwnership()).isEqualTo(Ownership.OURS);
      cut(url);
      assertThat(database.checkOwnership()).isEqualTo(Ownership.OURS);
      assertThatThrownBy(() -> Database.open(url)).hasMessageContaining("another gateway uses");
    }
    Database.open(url).close();
  }

  /** Nobody asks; the lock looks after itself. */
  @Test
  void thatAnotherHasTakenItIsNoticedAndForGood() throws Exception {
    String url = POSTGRES.database();
    try (Database database = Database.open(url)) {
      try (Connection other = connect(url);
          Statement statement = other.createStatement()) {
        statement.execute("SET statement_timeout = '60s'");
        // Cut and taken in one statement's time: the other waits for it before it is cut.
        Thread cutter = new Thread(() -> cutWhenWaitedFor(url), "cutter");
        cutter.start();
        statement.execute("SELECT pg_advisory_lock(" + ServerLock.KEY + ")");
        cutter.join();
        await().atMost(Duration.ofSeconds(30)).until(() -> database.ownership() == Ownership.TAKEN);
      }
      assertThat(database.checkOwnership()).as("the other has ended").isEqualTo(Ownership.TAKEN);
    }
  }

  private static void cutWhenWaitedFor(String url) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              try (Connection admin = connect(url);
                  Statement statement = admin.createStatement();
                  ResultSet waits =
                      statement.executeQuery(
                          "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")) {
                return waits.next() && waits.getInt(1) > 0;
              }
            });
    try {
      cut(url);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}

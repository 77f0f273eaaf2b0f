package io.millrace.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
  private static final Instant TIME = Instant.parse("2026-11-25T13:45:00.120Z");

  @TempDir Path folder;

  @Test
  void isMadeForItsOwnerAndKeepsWhatItIsGiven() throws Exception {
    Path file = folder.resolve("new/gateway.db");
    try (Database database = Database.open("sqlite:" + file)) {
      addUser(database, "ada");
    }
    assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
    assertThat(Files.getPosixFilePermissions(file.getParent())).hasSize(3);
    try (Database database = Database.open("sqlite:" + file)) {
      assertThat(ask(database, Instant.class, "SELECT created FROM users")).isEqualTo(TIME);
    }
  }

  private static <T> T ask(Database database, Class<T> type, String sql, Object... values) {
    return database.jdbi().withHandle(h -> h.select(sql, values).mapTo(type).one());
  }

  private static void addUser(Database database, String name) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.createUpdate("INSERT INTO users VALUES (:name, 'VIEWER', '', 0, 0, :at)")
                    .bind("name", name)
                    .bind("at", TIME)
                    .execute());
  }

  /** A time to the second has its zeros: else 13:45:00Z would sort behind 13:45:00.120Z. */
  @Test
  void timesSortAsTexts() {
    try (Database database = Database.open("sqlite:" + folder.resolve("a.db"))) {
      assertThat(ask(database, String.class, "SELECT ?", Instant.parse("2026-11-25T13:45:00Z")))
          .isEqualTo("2026-11-25T13:45:00.000Z");
    }
  }

  /** Each reads what it then changes: none may be told that the database is busy. */
  @Test
  void writersWaitForEachOther() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (Database database = Database.open("sqlite:" + folder.resolve("a.db"))) {
      addUser(database, "ada");
      var all =
          IntStream.range(0, 200).mapToObj(i -> threads.submit(() -> count(database))).toList();
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(ask(database, Integer.class, "SELECT must_change FROM users")).isEqualTo(200);
    } finally {
      threads.shutdownNow();
    }
  }

  private static void count(Database database) {
    database
        .jdbi()
        .useTransaction(
            h -> {
              int before = h.select("SELECT must_change FROM users").mapTo(int.class).one();
              h.execute("UPDATE users SET must_change = ?", before + 1);
            });
  }

  /** Two gateways would submit the same sessions. */
  @Test
  void isForOneAtATime() throws Exception {
    String url = "sqlite:" + folder.resolve("a.db");
    try (Database database = Database.open(url)) {
      assertThatThrownBy(() -> Database.open(url)).hasMessageContaining("another gateway uses");
      addUser(database, "ada");
    }
    Database.open(url).close();
  }

  @Test
  void refusesWhatItDoesNotKnowAndTellsNoPassword() {
    assertThatThrownBy(() -> Database.open("mysql://a:secret@b/c"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sqlite:/path/of/file")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> Database.open("postgresql://a:secret@127.0.0.1:1/c"))
        .hasMessageContaining("postgresql://127.0.0.1:1/c")
        .hasMessageNotContaining("secret");
  }

  @Test
  void readsUrls() {
    DatabaseUrl url = DatabaseUrl.parse("postgresql://ada:p%40ss+@db.example.org/millrace");
    assertThat(url.jdbc()).isEqualTo("jdbc:postgresql://db.example.org/millrace");
    assertThat(url.user()).contains("ada");
    assertThat(url.password()).contains("p@ss+");
    assertThat(DatabaseUrl.parse("sqlite:~/a.db").file())
        .contains(Path.of(System.getProperty("user.home"), "a.db"));
  }
}

package io.millrace.gateway.people;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.store.Database;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a login and a token are good for. */
class LoginsTest {
  @TempDir Path folder;

  private final TestClock clock = new TestClock();
  private Database database;
  private Accounts accounts;
  private Logins logins;

  @BeforeEach
  void open() {
    database = Database.open("sqlite:" + folder.resolve("gateway.db"));
    accounts = new Accounts(database);
    accounts.add("ada", Role.OPERATOR, "hash", clock.instant());
    logins = new Logins(database, clock);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aLoginThatIsNotUsedEnds() {
    String secret = logins.open("ada");
    clock.pass(Logins.IDLE.minusMinutes(1));
    assertThat(logins.find(secret)).as("used").isPresent();
    clock.pass(Logins.IDLE.minusMinutes(1));
    assertThat(logins.find(secret)).as("used again").isPresent();
    clock.pass(Logins.IDLE);
    assertThat(logins.find(secret)).isEmpty();
  }

  @Test
  void aLoginEndsAtItsAge() {
    String secret = logins.open("ada");
    for (Duration age = Duration.ZERO;
        age.compareTo(Logins.AGE) < 0;
        age = age.plus(Duration.ofHours(8))) {
      assertThat(logins.find(secret)).as("after %s", age).isPresent();
      clock.pass(Duration.ofHours(8));
    }
    assertThat(logins.find(secret)).isEmpty();
  }

  @Test
  void aNewPasswordEndsTheOtherLogins() {
    String here = logins.open("ada");
    String there = logins.open("ada");
    accounts.changePassword("ada", "other", false, logins.find(here).orElseThrow().hash());
    assertThat(logins.find(here)).isPresent();
    assertThat(logins.find(there)).isEmpty();
  }

  @Test
  void theDatabaseHasNoSecret() {
    String secret = logins.open("ada");
    assertThat(
            database
                .jdbi()
                .<String, RuntimeException>withHandle(
                    h -> h.select("SELECT hash FROM logins").mapTo(String.class).one()))
        .isNotEqualTo(secret)
        .isEqualTo(Secrets.hash(secret));
    assertThat(logins.find(Secrets.hash(secret))).as("a hash is no secret").isEmpty();
  }

  @Test
  void aTokenEndsAndMayNoMoreThanItsOwnerMayNow() {
    Tokens tokens = new Tokens(database, clock);
    accounts.add("admin", Role.ADMIN, "hash", clock.instant());
    accounts.changePassword("ada", "own", false, null);
    String token = tokens.add("ada", "t", "operate", Duration.ofDays(1));
    assertThat(tokens.find(token)).contains(new Caller("ada", Role.OPERATOR));
    accounts.change("ada", Role.VIEWER, false);
    assertThat(tokens.find(token)).contains(new Caller("ada", Role.VIEWER));
    accounts.change("ada", Role.ADMIN, false);
    assertThat(tokens.find(token)).as("its scope").contains(new Caller("ada", Role.OPERATOR));
    clock.pass(Duration.ofDays(1));
    assertThat(tokens.find(token)).isEmpty();
  }
}

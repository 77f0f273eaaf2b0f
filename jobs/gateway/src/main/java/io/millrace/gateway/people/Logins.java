package io.millrace.gateway.people;

import io.millrace.gateway.store.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Who is logged in. The browser has a secret in a cookie; here is its hash, so that who reads the
 * database cannot take anybody's place. A login ends when it was not used for some hours, or at its
 * age.
 */
final class Logins {
  static final Duration IDLE = Duration.ofHours(12);
  static final Duration AGE = Duration.ofDays(7);

  /** Its use is noted so often, and not with each request. */
  private static final Duration NOTED = Duration.ofMinutes(1);

  private static final int MOST_PER_ACCOUNT = 50;

  /**
   * A login.
   *
   * @param hash of its secret
   * @param csrf what a request has to say that changes something: no other page can know it
   * @param mustChangePassword before anything else
   */
  record Login(String hash, String name, Role role, String csrf, boolean mustChangePassword) {}

  private final Database database;
  private final Clock clock;

  Logins(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Begins one.
   *
   * @return the secret for the cookie
   */
  String open(String name) {
    String secret = Secrets.fresh();
    Instant now = clock.instant();
    database
        .jdbi()
        .useTransaction(
            h -> {
              h.execute("DELETE FROM logins WHERE expires < ? OR used < ?", now, now.minus(IDLE));
              h.execute(
                  "INSERT INTO logins (hash, name, csrf, created, used, expires) VALUES (?, ?, ?, ?, ?, ?)",
                  Secrets.hash(secret),
                  name,
                  Secrets.fresh(),
                  now,
                  now,
                  now.plus(AGE));
              h.execute(
                  "DELETE FROM logins WHERE name = ? AND hash NOT IN"
                      + " (SELECT hash FROM logins WHERE name = ? ORDER BY used DESC LIMIT ?)",
                  name,
                  name,
                  MOST_PER_ACCOUNT);
            });
    return secret;
  }

  /** The login of a secret, if it is good yet. */
  Optional<Login> find(String secret) {
    Instant now = clock.instant();
    String hash = Secrets.hash(secret);
    return database
        .jdbi()
        .withHandle(
            h -> {
              Optional<Login> login =
                  h.select(
                          "SELECT l.csrf, u.name, u.role, u.must_change FROM logins l JOIN users u"
                              + " ON u.name = l.name WHERE l.hash = ? AND l.expires > ? AND l.used > ?"
                              + " AND u.disabled = 0",
                          hash,
                          now,
                          now.minus(IDLE))
                      .map(
                          (row, context) ->
                              new Login(
                                  hash,
                                  row.getString("name"),
                                  Role.valueOf(row.getString("role")),
                                  row.getString("csrf"),
                                  row.getInt("must_change") != 0))
                      .findOne();
              if (login.isPresent()) {
                h.execute(
                    "UPDATE logins SET used = ? WHERE hash = ? AND used < ?",
                    now,
                    hash,
                    now.minus(NOTED));
              }
              return login;
            });
  }

  /** Ends one. */
  void close(String hash) {
    database.jdbi().useHandle(h -> h.execute("DELETE FROM logins WHERE hash = ?", hash));
  }
}

package io.millrace.gateway.people;

import io.millrace.gateway.server.ApiException;
import io.millrace.gateway.store.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * What programs show instead of a login: made by somebody, for a while, for no more than they may.
 */
final class Tokens {
  /** What each begins with, so that a lost one is known for what it is. */
  static final String PREFIX = "mr_";

  private static final int MOST_PER_ACCOUNT = 100;

  private static final RowMapper<Token> ROW =
      (row, context) ->
          new Token(
              row.getString("id"),
              row.getString("name"),
              row.getString("owner"),
              row.getString("scope"),
              Instant.parse(row.getString("created")),
              Instant.parse(row.getString("expires")),
              time(row.getString("last_used")),
              time(row.getString("revoked")));

  /**
   * A token, without the token itself.
   *
   * @param scope read, operate or admin
   * @param lastUsed to the minute; null if never
   * @param revoked when; null if not
   */
  record Token(
      String id,
      String name,
      String owner,
      String scope,
      Instant created,
      Instant expires,
      Instant lastUsed,
      Instant revoked) {}

  private final Database database;
  private final Clock clock;

  Tokens(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  private static Instant time(String text) {
    return text == null ? null : Instant.parse(text);
  }

  /**
   * What a scope may.
   *
   * @throws ApiException if there is none of that name
   */
  static Role role(String scope) {
    return switch (String.valueOf(scope)) {
      case "read" -> Role.VIEWER;
      case "operate" -> Role.OPERATOR;
      case "admin" -> Role.ADMIN;
      default -> throw new ApiException(400, "bad-value", "a scope is read, operate or admin");
    };
  }

  /**
   * Makes one.
   *
   * @return the token, which is not kept
   */
  String add(String owner, String name, String scope, Duration life) {
    String token = PREFIX + Secrets.fresh();
    Instant now = clock.instant();
    database
        .jdbi()
        .useTransaction(
            h -> {
              int live =
                  h.select(
                          "SELECT COUNT(*) FROM tokens WHERE owner = ? AND revoked IS NULL AND expires > ?",
                          owner,
                          now)
                      .mapTo(int.class)
                      .one();
              if (live >= MOST_PER_ACCOUNT) {
                throw new ApiException(
                    409,
                    "too-many-tokens",
                    "%s has %d tokens; revoke one that is not needed".formatted(owner, live));
              }
              h.execute(
                  "INSERT INTO tokens (id, hash, owner, name, scope, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)",
                  UUID.randomUUID().toString(),
                  Secrets.hash(token),
                  owner,
                  name,
                  scope,
                  now,
                  now.plus(life));
            });
    return token;
  }

  /**
   * Whom a token speaks for, if it is good yet: with what its owner may now, and its scope allows.
   */
  Optional<Caller> find(String token) {
    Instant now = clock.instant();
    String hash = Secrets.hash(token);
    return database
        .jdbi()
        .withHandle(
            h -> {
              Optional<Caller> caller =
                  h.select(
                          "SELECT u.name, u.role, t.scope FROM tokens t JOIN users u ON u.name = t.owner"
                              + " WHERE t.hash = ? AND t.revoked IS NULL AND t.expires > ?"
                              + " AND u.disabled = 0 AND u.must_change = 0",
                          hash,
                          now)
                      .map(
                          (row, context) ->
                              new Caller(
                                  row.getString("name"),
                                  Role.valueOf(row.getString("role"))
                                      .least(role(row.getString("scope")))))
                      .findOne();
              if (caller.isPresent()) {
                h.execute(
                    "UPDATE tokens SET last_used = ? WHERE hash = ? AND (last_used IS NULL OR last_used < ?)",
                    now,
                    hash,
                    now.minus(Duration.ofMinutes(1)));
              }
              return caller;
            });
  }

  /**
   * The tokens, last made first.
   *
   * @param owner null for everybody's
   */
  List<Token> all(String owner) {
    return database
        .jdbi()
        .withHandle(
            h ->
                owner == null
                    ? h.select("SELECT * FROM tokens ORDER BY created DESC, id").map(ROW).list()
                    : h.select(
                            "SELECT * FROM tokens WHERE owner = ? ORDER BY created DESC, id", owner)
                        .map(ROW)
                        .list());
  }

  /**
   * Ends one.
   *
   * @param owner null for anybody's
   * @throws ApiException if there is no such token of theirs
   */
  void revoke(String id, String owner) {
    int revoked =
        database
            .jdbi()
            .withHandle(
                h ->
                    h.execute(
                        "UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL AND (owner = ? OR 1 = ?)",
                        clock.instant(),
                        id,
                        owner == null ? "" : owner,
                        owner == null ? 1 : 0));
    if (revoked == 0) {
      throw new ApiException(
          404,
          "unknown-token",
          "there is no such token, or it was revoked before; see GET /tokens");
    }
  }
}

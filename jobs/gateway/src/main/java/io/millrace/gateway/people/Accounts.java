package io.millrace.gateway.people;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.millrace.gateway.server.ApiException;
import io.millrace.gateway.store.Database;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** People with an account here. */
final class Accounts {
  private static final RowMapper<Account> ROW =
      (row, context) ->
          new Account(
              row.getString("name"),
              Role.valueOf(row.getString("role")),
              row.getString("password"),
              row.getInt("must_change") != 0,
              row.getInt("disabled") != 0,
              Instant.parse(row.getString("created")));

  /**
   * An account.
   *
   * @param password its hash
   * @param mustChangePassword whether somebody else knows the password
   * @param disabled nobody can log in with it
   */
  record Account(
      String name,
      Role role,
      @JsonIgnore String password,
      boolean mustChangePassword,
      boolean disabled,
      Instant created) {}

  private final Database database;

  Accounts(Database database) {
    this.database = database;
  }

  /**
   * @throws ApiException if an account cannot be named so
   */
  static void checkName(String name) {
    if (name == null || !name.matches("[a-z0-9][a-z0-9._-]{0,31}")) {
      throw new ApiException(
          400,
          "bad-name",
          "an account is named with 1 to 32 small letters, digits, dots, dashes and underscores");
    }
  }

  Optional<Account> find(String name) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM users WHERE name = ?", String.valueOf(name))
                    .map(ROW)
                    .findOne());
  }

  List<Account> all() {
    return database
        .jdbi()
        .withHandle(h -> h.select("SELECT * FROM users ORDER BY name").map(ROW).list());
  }

  /**
   * Adds one, whose password has to be changed at the first login.
   *
   * @param hash of the password
   * @throws ApiException if there is one of that name
   */
  void add(String name, Role role, String hash, Instant now) {
    int added =
        database
            .jdbi()
            .withHandle(
                h ->
                    h.execute(
                        "INSERT INTO users (name, role, password, must_change, disabled, created)"
                            + " VALUES (?, ?, ?, 1, 0, ?) ON CONFLICT DO NOTHING",
                        name,
                        role.name(),
                        hash,
                        now));
    if (added == 0) {
      throw new ApiException(
          409, "name-taken", "there is an account %s; choose another name".formatted(name));
    }
  }

  /**
   * Gives one another password, and ends its logins.
   *
   * @param mustChange whether somebody else knows it
   * @param butLogin hash of the login that stays; null for none
   */
  void changePassword(String name, String hash, boolean mustChange, String butLogin) {
    database
        .jdbi()
        .useTransaction(
            h -> {
              h.execute(
                  "UPDATE users SET password = ?, must_change = ? WHERE name = ?",
                  hash,
                  mustChange ? 1 : 0,
                  name);
              h.execute(
                  "DELETE FROM logins WHERE name = ? AND hash <> ?",
                  name,
                  butLogin == null ? "" : butLogin);
              if (mustChange) {
                revokeTokens(h, name);
              }
            });
  }

  /**
   * Changes what an account may do; its logins end when it may nothing any more.
   *
   * @throws ApiException if nobody would be left to make accounts
   */
  void change(String name, Role role, boolean disabled) {
    database
        .jdbi()
        .useTransaction(
            h -> {
              // Two admins who disable each other at once wait here for one another: PostgreSQL
              // would show each of them the other as an admin yet.
              h.execute("UPDATE users SET role = role WHERE role = 'ADMIN' AND disabled = 0");
              h.execute(
                  "UPDATE users SET role = ?, disabled = ? WHERE name = ?",
                  role.name(),
                  disabled ? 1 : 0,
                  name);
              requireAdmin(h);
              if (disabled) {
                h.execute("DELETE FROM logins WHERE name = ?", name);
                revokeTokens(h, name);
              }
            });
  }

  /** For good: who takes an account away from somebody wants that of its tokens, too. */
  private static void revokeTokens(Handle h, String name) {
    h.execute(
        "UPDATE tokens SET revoked = ? WHERE owner = ? AND revoked IS NULL", Instant.now(), name);
  }

  private static void requireAdmin(Handle h) {
    int admins =
        h.select("SELECT COUNT(*) FROM users WHERE role = 'ADMIN' AND disabled = 0")
            .mapTo(int.class)
            .one();
    if (admins == 0) {
      throw new ApiException(
          409, "last-admin", "this is the last admin; make another account an admin before");
    }
  }

  boolean isEmpty() {
    return database
        .jdbi()
        .withHandle(h -> h.select("SELECT COUNT(*) FROM users").mapTo(int.class).one() == 0);
  }
}

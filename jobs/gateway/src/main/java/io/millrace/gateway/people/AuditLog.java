package io.millrace.gateway.people;

import io.millrace.gateway.store.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What was done or refused, by whom and from where. Nothing of it is ever changed; what is older
 * than some days is removed.
 */
final class AuditLog {
  /**
   * An entry.
   *
   * @param id later ones have greater ones
   * @param who name of the account, or the one that somebody has tried to log in with
   * @param address where from
   * @param action the route
   * @param detail which of the things of that route, and for what is refused, why
   * @param result HTTP's status
   */
  record Entry(
      long id, Instant at, String who, String address, String action, String detail, int result) {}

  private static final int LONGEST = 500;

  private final Database database;
  private final Clock clock;

  AuditLog(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Adds an entry; one at a time, since each has the number behind the last. */
  synchronized void add(String who, String address, String action, String detail, int result) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "INSERT INTO audit (id, at, who, address, action, detail, result)"
                        + " SELECT COALESCE(MAX(id), 0) + 1, ?, ?, ?, ?, ?, ? FROM audit",
                    clock.instant(),
                    cut(who),
                    cut(address),
                    action,
                    cut(detail),
                    result));
  }

  /** Names of logins come from anybody. */
  private static String cut(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", "?");
    return clean.substring(0, Math.min(clean.length(), LONGEST));
  }

  /**
   * Removes what is older; the last entry stays, since the next has the number behind it.
   *
   * @return how many there were
   */
  int removeOlder(Duration age) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.execute(
                    "DELETE FROM audit WHERE at < ? AND id < (SELECT MAX(id) FROM audit)",
                    clock.instant().minus(age)));
  }

  /**
   * The last entries, newest first.
   *
   * @param before only those with a smaller id
   */
  List<Entry> last(int limit, long before) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?", before, limit)
                    .map(
                        (row, context) ->
                            new Entry(
                                row.getLong("id"),
                                Instant.parse(row.getString("at")),
                                row.getString("who"),
                                row.getString("address"),
                                row.getString("action"),
                                row.getString("detail"),
                                row.getInt("result")))
                    .list());
  }
}

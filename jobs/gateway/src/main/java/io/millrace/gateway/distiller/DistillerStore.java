package io.millrace.gateway.distiller;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;

/** What was told to the instance, in the gateway's database: it outlives both. */
final class DistillerStore {
  private static final RowMapper<ToldScan> SCAN =
      (row, context) ->
          new ToldScan(
              row.getString("scan"),
              row.getString("uuid"),
              row.getObject("id") == null ? null : row.getLong("id"),
              row.getInt("progress"),
              row.getString("told"),
              row.getInt("linked") != 0,
              row.getInt("pictured") != 0);

  private final Jdbi jdbi;

  DistillerStore(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** When scans began to be told: now, if it is the first time. Older ones are not. */
  Instant since(Instant now) {
    return jdbi.inTransaction(
        db -> {
          if (db.createQuery("SELECT COUNT(*) FROM distiller_since").mapTo(int.class).one() == 0) {
            db.createUpdate("INSERT INTO distiller_since (at) VALUES (:now)")
                .bind("now", now)
                .execute();
          }
          return db.createQuery("SELECT MIN(at) FROM distiller_since").mapTo(Instant.class).one();
        });
  }

  /** Scans of which there may be something to tell now, the first ones first. */
  List<ToldScan> dueScans(Instant since, Instant now, int limit) {
    return jdbi.inTransaction(
        db -> {
          for (String scan :
              newOnes(db, "id", "scans", "started", "scan", "distiller_scans", since)) {
            db.createUpdate(
                    "INSERT INTO distiller_scans (scan, uuid, progress, told, linked, pictured,"
                        + " waiting, next_try, fault) VALUES (:scan, :uuid, -1, '', 0, 0, 1, :now, '')")
                .bind("scan", scan)
                .bind("uuid", UUID.randomUUID().toString())
                .bind("now", now)
                .execute();
          }
          return db.createQuery(
                  "SELECT d.* FROM distiller_scans d JOIN scans s ON s.id = d.scan"
                      + " WHERE d.waiting = 1 AND d.next_try <= :now ORDER BY d.next_try, s.started LIMIT :limit")
              .bind("now", now)
              .bind("limit", limit)
              .map(SCAN)
              .list();
        });
  }

  /** Sessions of whose jobs there may be something to tell now. */
  List<ToldJob> dueJobs(Instant since, Instant now) {
    return jdbi.inTransaction(
        db -> {
          for (String session :
              newOnes(db, "name", "sessions", "created", "session", "distiller_jobs", since)) {
            db.createUpdate(
                    "INSERT INTO distiller_jobs (session, told, waiting, next_try, fault)"
                        + " VALUES (:session, '', 1, :now, '')")
                .bind("session", session)
                .bind("now", now)
                .execute();
          }
          return db.createQuery(
                  "SELECT * FROM distiller_jobs WHERE waiting = 1 AND next_try <= :now")
              .bind("now", now)
              .map(DistillerStore::job)
              .list();
        });
  }

  private static List<String> newOnes(
      Handle db, String id, String table, String begun, String key, String told, Instant since) {
    return db.createQuery(
            "SELECT t.%s FROM %s t LEFT JOIN %s d ON d.%s = t.%s WHERE d.%s IS NULL AND t.%s >= :since"
                .formatted(id, table, told, key, id, key, begun))
        .bind("since", since)
        .mapTo(String.class)
        .list();
  }

  /** The job of a session as it was told; empty if nobody was to tell of it. */
  Optional<ToldJob> job(String session) {
    return jdbi.withHandle(
        db ->
            db.createQuery("SELECT * FROM distiller_jobs WHERE session = :session")
                .bind("session", session)
                .map(DistillerStore::job)
                .findOne());
  }

  private static ToldJob job(ResultSet row, StatementContext context) throws SQLException {
    return new ToldJob(
        row.getString("session"),
        row.getObject("id") == null ? null : row.getLong("id"),
        row.getString("told"));
  }

  /** Notes that a scan is about to be created, so that it is looked for from now on. */
  void creating(String scan) {
    jdbi.useHandle(
        db ->
            db.execute(
                "UPDATE distiller_scans SET progress = 0 WHERE scan = ? AND id IS NULL", scan));
  }

  /** Notes what was told. */
  void told(ToldScan scan) {
    jdbi.useHandle(
        db ->
            db.execute(
                "UPDATE distiller_scans SET id = ?, progress = ?, told = ?, linked = ?, pictured = ?,"
                    + " fault = '' WHERE scan = ?",
                scan.id(),
                scan.progress(),
                scan.told(),
                scan.linked() ? 1 : 0,
                scan.pictured() ? 1 : 0,
                scan.scan()));
  }

  /** Notes what was told. */
  void told(ToldJob job) {
    jdbi.useHandle(
        db ->
            db.execute(
                "UPDATE distiller_jobs SET id = ?, told = ?, fault = '' WHERE session = ?",
                job.id(),
                job.told(),
                job.session()));
  }

  /**
   * Notes when to look at a scan again.
   *
   * @param fault why it could not be told; empty if it could
   */
  void scanLater(String scan, Instant next, String fault) {
    later("distiller_scans", "scan", scan, next, fault);
  }

  /** The same for the job of a session. */
  void jobLater(String session, Instant next, String fault) {
    later("distiller_jobs", "session", session, next, fault);
  }

  private void later(String table, String key, String value, Instant next, String fault) {
    jdbi.useHandle(
        db ->
            db.createUpdate(
                    "UPDATE %s SET next_try = :next, fault = :fault WHERE %s = :value"
                        .formatted(table, key))
                .bind("next", next)
                .bind("fault", fault)
                .bind("value", value)
                .execute());
  }

  /** Nothing more is to be told of a scan. */
  void scanDone(String scan) {
    jdbi.useHandle(db -> db.execute("UPDATE distiller_scans SET waiting = 0 WHERE scan = ?", scan));
  }

  /** Nothing more is to be told of the job of a session. */
  void jobDone(String session) {
    jdbi.useHandle(
        db -> db.execute("UPDATE distiller_jobs SET waiting = 0 WHERE session = ?", session));
  }

  /** How many scans there may be something to tell of. */
  int waiting() {
    return count("waiting = 1");
  }

  /** How many scans the instance has refused something of, and may again. */
  int refused() {
    return count("waiting = 1 AND fault <> ''");
  }

  private int count(String condition) {
    return jdbi.withHandle(
        db ->
            db.createQuery("SELECT COUNT(*) FROM distiller_scans WHERE " + condition)
                .mapTo(int.class)
                .one());
  }
}

package io.millrace.gateway.scans;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.coordination.Scan;
import io.millrace.coordination.ScanState;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanKey;
import io.millrace.gateway.live.LiveScan;
import io.millrace.gateway.live.ScanIds;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;

/**
 * All scans that the gateway has heard of, in its database. The same scan may be heard of three
 * times: by ZooKeeper, by the job's live messages, and by its file; it becomes one entry, whose id
 * never changes. Every value goes to the database as a parameter. For use by any number of threads.
 *
 * <p>Who tells of a scan looks first whether it is known, and no constraint of a database can say
 * when two accounts are of the same scan: their times differ. So one account is entered at a time;
 * a database has one gateway, and this is its only catalogue.
 */
public final class Catalogue implements ScanIds {
  private static final DateTimeFormatter START =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

  /** What tells of the same scan is not further apart: clocks differ, and scans wait. */
  private static final Duration SAME = Duration.ofHours(1);

  private static final Duration CLOCKS = Duration.ofMinutes(1);

  /** A scan that is under way for longer has been forgotten by all. */
  private static final Duration LONGEST_SCAN = Duration.ofDays(1);

  /** A statement has no more than 65,535 parameters (PostgreSQL) or 32,766 (SQLite). */
  private static final int MOST_IDS = 1_000;

  private static final String STREAMING = ScanState.STREAMING.name();

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Jdbi jdbi;

  /** The catalogue in a database that is at this version. */
  public Catalogue(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** A row of the table, without the tags. */
  private static CatalogueScan read(ResultSet row, StatementContext context) throws SQLException {
    long bytes = row.getLong("bytes");
    Long size = row.wasNull() ? null : bytes;
    String ended = row.getString("ended");
    try {
      return new CatalogueScan(
          row.getString("id"),
          row.getString("session"),
          row.getLong("number"),
          row.getInt("generation"),
          Instant.parse(row.getString("started")),
          ended == null ? null : Instant.parse(ended),
          row.getString("state"),
          row.getString("reason"),
          row.getInt("width"),
          row.getInt("height"),
          row.getLong("complete"),
          row.getLong("incomplete"),
          row.getLong("absent"),
          row.getString("file"),
          size,
          row.getString("sha256"),
          row.getString("notes"),
          List.of(),
          (ObjectNode) JSON.readTree(row.getString("metadata")));
    } catch (JsonProcessingException e) {
      throw new SQLException(
          "the metadata of scan %s are no JSON".formatted(row.getString("id")), e);
    }
  }

  /**
   * The newest scan of a key that is under way.
   *
   * @param now when it is asked for; one that began long before was forgotten
   */
  public Optional<String> underWay(String session, long key, Instant now) {
    return jdbi.withHandle(db -> underWay(db, session, key, now));
  }

  private static Optional<String> underWay(Handle db, String session, long key, Instant now) {
    return db.createQuery(
            "SELECT id FROM scans WHERE session = :session AND number = :number AND"
                + " generation = :generation AND ended IS NULL AND started >= :earliest"
                + " ORDER BY started DESC LIMIT 1")
        .bind("session", session)
        .bind("number", ScanKey.number(key))
        .bind("generation", ScanKey.generation(key))
        .bind("earliest", now.minus(LONGEST_SCAN))
        .mapTo(String.class)
        .findOne();
  }

  @Override
  public synchronized String of(
      String session, long key, String publisher, ScanGeometry geometry, Instant seen) {
    return jdbi.inTransaction(
        db -> {
          String known =
              underWay(db, session, key, seen)
                  .or(() -> toldBefore(db, session, key, publisher))
                  .orElseGet(
                      () -> {
                        String id =
                            "%s.%d-%s".formatted(session, ScanKey.number(key), START.format(seen));
                        insert(
                            db,
                            new Entry(id, null, session, key, seen, null, STREAMING, "")
                                .of(geometry.width(), geometry.height(), 0, 0, 0, null));
                        return id;
                      });
          db.createUpdate("UPDATE scans SET publisher = :publisher WHERE id = :id")
              .bind("publisher", publisher)
              .bind("id", known)
              .execute();
          return known;
        });
  }

  /**
   * One that has ended, and that a gateway is told of anew: by who has told of it before; or by
   * anybody, if ZooKeeper knows it, since a session gives each of its scans a key of its own.
   */
  private static Optional<String> toldBefore(
      Handle db, String session, long key, String publisher) {
    return db.createQuery(
            "SELECT id FROM scans WHERE session = :session AND number = :number AND"
                + " generation = :generation"
                + " AND (publisher = :publisher OR zookeeper_id IS NOT NULL)"
                + " ORDER BY started DESC LIMIT 1")
        .bind("session", session)
        .bind("number", ScanKey.number(key))
        .bind("generation", ScanKey.generation(key))
        .bind("publisher", publisher)
        .mapTo(String.class)
        .findOne();
  }

  /** What is inserted or changed. */
  private record Entry(
      String id,
      String zooKeeperId,
      String session,
      long key,
      Instant started,
      Instant ended,
      String state,
      String reason,
      int width,
      int height,
      long complete,
      long incomplete,
      long absent,
      String file) {
    Entry(
        String id,
        String zooKeeperId,
        String session,
        long key,
        Instant started,
        Instant ended,
        String state,
        String reason) {
      this(id, zooKeeperId, session, key, started, ended, state, reason, 0, 0, 0, 0, 0, null);
    }

    Entry of(int width, int height, long complete, long incomplete, long absent, String file) {
      return new Entry(
          id,
          zooKeeperId,
          session,
          key,
          started,
          ended,
          state,
          reason,
          width,
          height,
          complete,
          incomplete,
          absent,
          file);
    }
  }

  private static void insert(Handle db, Entry entry) {
    bind(
        db.createUpdate(
                "INSERT INTO scans (id, zookeeper_id, session, number, generation, started, ended,"
                    + " state, reason, width, height, complete, incomplete, absent, file, notes,"
                    + " metadata) VALUES (:id, :zookeeper, :session, :number, :generation, :started,"
                    + " :ended, :state, :reason, :width, :height, :complete, :incomplete, :absent,"
                    + " :file, '', '{}')")
            .bind("started", entry.started()),
        entry);
  }

  /** Changes what is told; what only people or the file tell stays. */
  private static void update(Handle db, Entry entry) {
    bind(
        db.createUpdate(
            "UPDATE scans SET zookeeper_id = COALESCE(:zookeeper, zookeeper_id), ended = :ended,"
                + " state = :state, reason = :reason, width = :width, height = :height,"
                + " complete = :complete, incomplete = :incomplete, absent = :absent,"
                + " file = COALESCE(CASE WHEN sha256 IS NULL THEN :file END, file) WHERE id = :id AND session = :session"
                + " AND number = :number AND generation = :generation"),
        entry);
  }

  private static void bind(Update statement, Entry entry) {
    statement
        .bind("id", entry.id())
        .bind("zookeeper", entry.zooKeeperId())
        .bind("session", entry.session())
        .bind("number", ScanKey.number(entry.key()))
        .bind("generation", ScanKey.generation(entry.key()))
        .bind("ended", entry.ended())
        .bind("state", entry.state())
        .bind("reason", entry.reason())
        .bind("width", entry.width())
        .bind("height", entry.height())
        .bind("complete", entry.complete())
        .bind("incomplete", entry.incomplete())
        .bind("absent", entry.absent())
        .bind("file", entry.file())
        .execute();
  }

  /**
   * Takes what ZooKeeper knows of a scan.
   *
   * @return its id here
   */
  public synchronized String tell(Scan scan) {
    return jdbi.inTransaction(
        db -> {
          Instant ended = scan.hasEnded() ? scan.changed() : null;
          Optional<String> known =
              db.createQuery(
                      "SELECT id FROM scans WHERE session = :session AND zookeeper_id = :zookeeper")
                  .bind("session", scan.session())
                  .bind("zookeeper", scan.id())
                  .mapTo(String.class)
                  .findOne()
                  .or(() -> sameAs(db, scan));
          String id = known.orElse(scan.session() + "." + scan.id());
          Entry entry =
              new Entry(
                      id,
                      scan.id(),
                      scan.session(),
                      scan.key(),
                      scan.started(),
                      ended,
                      scan.state().name(),
                      scan.reason())
                  .of(
                      scan.width(),
                      scan.height(),
                      scan.complete(),
                      scan.incomplete(),
                      scan.absent(),
                      scan.file());
          if (known.isPresent()) {
            update(db, entry);
          } else {
            insert(db, entry);
          }
          return id;
        });
  }

  /** One that live messages or a file have told of before. */
  private static Optional<String> sameAs(Handle db, Scan scan) {
    return db.createQuery(
            "SELECT id FROM scans WHERE session = :session AND number = :number AND generation ="
                + " :generation AND started BETWEEN :from AND :to AND zookeeper_id IS NULL"
                + " ORDER BY started DESC LIMIT 1")
        .bind("session", scan.session())
        .bind("number", scan.number())
        .bind("generation", scan.generation())
        .bind("from", scan.started().minus(SAME))
        .bind("to", scan.started().plus(SAME))
        .mapTo(String.class)
        .findOne();
  }

  /**
   * One that others have told of before, without a file or with this one at a path that may be that
   * of another machine.
   */
  private static Optional<String> sameAs(Handle db, FileAccount file) {
    return db.createQuery(
            "SELECT id FROM scans WHERE session = :session AND number = :number AND generation ="
                + " :generation AND started BETWEEN :from AND :to"
                + " AND (file IS NULL OR file = :name OR file LIKE :anywhere ESCAPE '!')"
                + " ORDER BY started DESC LIMIT 1")
        .bind("session", file.session())
        .bind("number", ScanKey.number(file.key()))
        .bind("generation", ScanKey.generation(file.key()))
        .bind("from", file.started().minus(SAME))
        .bind("to", file.ended().plus(CLOCKS))
        .bind("name", file.name())
        .bind("anywhere", "%/" + literally(file.name()))
        .mapTo(String.class)
        .findOne();
  }

  /**
   * Takes the end of a scan as live messages tell it; ZooKeeper, if it knows the scan, knows it
   * better.
   */
  public void tellEnd(LiveScan scan, Instant now) {
    jdbi.useTransaction(
        db ->
            db.createUpdate(
                    "UPDATE scans SET state = :state, reason = '', ended = :now, complete = :complete,"
                        + " incomplete = :incomplete, absent = :absent"
                        + " WHERE id = :id AND ended IS NULL AND zookeeper_id IS NULL")
                .bind("state", scan.state())
                .bind("now", now)
                .bind("complete", scan.complete())
                .bind("incomplete", scan.incomplete())
                .bind("absent", scan.absent())
                .bind("id", scan.id())
                .execute());
  }

  /**
   * Scans that have not ended.
   *
   * @param now those that are silent since long are left out
   */
  List<CatalogueScan> notEnded(Instant now) {
    return jdbi.withHandle(
        db ->
            db.createQuery(
                    "SELECT * FROM scans WHERE ended IS NULL"
                        + " AND (state <> :silent OR started >= :earliest)")
                .bind("silent", CatalogueScan.SILENT)
                .bind("earliest", now.minus(LONGEST_SCAN))
                .map(Catalogue::read)
                .list());
  }

  /** Notes that its job has fallen silent, unless somebody has told of its end meanwhile. */
  void silent(String id, String reason) {
    changeState(id, "<>", CatalogueScan.SILENT, reason);
  }

  /** Notes that a job that was silent tells something again. */
  void heardAgain(String id) {
    changeState(id, "=", STREAMING, "");
  }

  /**
   * @param silent {@code =} if it has to be silent before, {@code <>} if not
   */
  private void changeState(String id, String silent, String to, String reason) {
    jdbi.useHandle(
        db ->
            db.createUpdate(
                    "UPDATE scans SET state = :to, reason = :reason WHERE id = :id AND state "
                        + silent
                        + " :silent AND ended IS NULL")
                .bind("to", to)
                .bind("reason", reason)
                .bind("id", id)
                .bind("silent", CatalogueScan.SILENT)
                .execute());
  }

  /**
   * Takes what a file tells of its scan, if nobody has told of the file before.
   *
   * @return the scan's id; empty if the file is known
   */
  public synchronized Optional<String> tell(FileAccount file) {
    return jdbi.inTransaction(
        db -> {
          if (hasFile(db, file.path())) {
            return Optional.empty();
          }
          Optional<String> known = sameAs(db, file);
          String id =
              known.orElse(
                  "%s.%d-%s"
                      .formatted(
                          file.session(),
                          ScanKey.number(file.key()),
                          START.format(file.started())));
          Entry entry =
              new Entry(
                      id,
                      null,
                      file.session(),
                      file.key(),
                      file.started(),
                      file.ended(),
                      file.incomplete() + file.absent() == 0
                          ? ScanState.COMPLETE.name()
                          : ScanState.INCOMPLETE.name(),
                      "")
                  .of(
                      file.geometry().width(),
                      file.geometry().height(),
                      file.complete(),
                      file.incomplete(),
                      file.absent(),
                      file.path());
          if (known.isPresent()) {
            update(db, entry);
          } else if (find(db, id).isEmpty()) {
            insert(db, entry);
          } else {
            return Optional.empty(); // a copy of a file that is known
          }
          return Optional.of(id);
        });
  }

  /** Whether the file of some scan is at a path. */
  public boolean hasFile(String path) {
    return jdbi.withHandle(db -> hasFile(db, path));
  }

  private static boolean hasFile(Handle db, String path) {
    return db.createQuery("SELECT COUNT(*) FROM scans WHERE file = :file")
            .bind("file", path)
            .mapTo(Long.class)
            .one()
        > 0;
  }

  /** A scan by its id. */
  public Optional<CatalogueScan> find(String id) {
    return jdbi.withHandle(db -> find(db, id).map(scan -> withTags(db, List.of(scan)).get(0)));
  }

  private static Optional<CatalogueScan> find(Handle db, String id) {
    return db.createQuery("SELECT * FROM scans WHERE id = :id")
        .bind("id", id)
        .map(Catalogue::read)
        .findOne();
  }

  /**
   * A page of the scans that a filter lets through, the newest first.
   *
   * @param limit how many at most
   * @param offset how many to leave out before
   */
  public List<CatalogueScan> search(ScanFilter filter, int limit, int offset) {
    return jdbi.withHandle(
        db ->
            withTags(
                db,
                filtered(
                        db,
                        "SELECT * FROM scans",
                        filter,
                        " ORDER BY started DESC, id DESC LIMIT :limit OFFSET :offset")
                    .bind("limit", limit)
                    .bind("offset", offset)
                    .map(Catalogue::read)
                    .list()));
  }

  /** How many scans a filter lets through. */
  public long count(ScanFilter filter) {
    return jdbi.withHandle(
        db -> filtered(db, "SELECT COUNT(*) FROM scans", filter, "").mapTo(Long.class).one());
  }

  private static Query filtered(Handle db, String select, ScanFilter filter, String rest) {
    List<String> conditions = new ArrayList<>();
    Map<String, Object> values = new HashMap<>();
    if (filter.text() != null) {
      conditions.add(
          "(LOWER(id) LIKE :text ESCAPE '!' OR LOWER(notes) LIKE :text ESCAPE '!'"
              + " OR LOWER(metadata) LIKE :text ESCAPE '!'"
              + " OR LOWER(COALESCE(file, '')) LIKE :text ESCAPE '!'"
              + " OR EXISTS (SELECT 1 FROM scan_tags"
              + " WHERE scan = scans.id AND LOWER(tag) LIKE :text ESCAPE '!'))");
      values.put("text", "%" + literally(filter.text().toLowerCase(Locale.ROOT)) + "%");
    }
    if (filter.session() != null) {
      conditions.add("session = :session");
      values.put("session", filter.session());
    }
    if (filter.state() != null) {
      conditions.add("state = :state");
      values.put("state", filter.state());
    }
    if (filter.tag() != null) {
      conditions.add("EXISTS (SELECT 1 FROM scan_tags WHERE scan = scans.id AND tag = :tag)");
      values.put("tag", filter.tag());
    }
    if (filter.from() != null) {
      conditions.add("started >= :from");
      values.put("from", filter.from());
    }
    if (filter.to() != null) {
      conditions.add("started < :to");
      values.put("to", filter.to());
    }
    String where = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    return db.createQuery(select + where + rest).bindMap(values);
  }

  /** A text that LIKE finds as it is written. */
  private static String literally(String text) {
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_");
  }

  private static List<CatalogueScan> withTags(Handle db, List<CatalogueScan> scans) {
    if (scans.isEmpty()) {
      return scans;
    }
    Map<String, TreeSet<String>> tags = new HashMap<>();
    for (int from = 0; from < scans.size(); from += MOST_IDS) {
      db.createQuery("SELECT scan, tag FROM scan_tags WHERE scan IN (<ids>)")
          .bindList(
              "ids",
              scans.subList(from, Math.min(from + MOST_IDS, scans.size())).stream()
                  .map(CatalogueScan::id)
                  .toList())
          .map((row, context) -> new String[] {row.getString("scan"), row.getString("tag")})
          .forEach(t -> tags.computeIfAbsent(t[0], id -> new TreeSet<>()).add(t[1]));
    }
    return scans.stream()
        .map(
            s ->
                new CatalogueScan(
                    s.id(),
                    s.session(),
                    s.number(),
                    s.generation(),
                    s.started(),
                    s.ended(),
                    s.state(),
                    s.reason(),
                    s.width(),
                    s.height(),
                    s.complete(),
                    s.incomplete(),
                    s.absent(),
                    s.file(),
                    s.bytes(),
                    s.sha256(),
                    s.notes(),
                    List.copyOf(tags.getOrDefault(s.id(), new TreeSet<>())),
                    s.metadata()))
        .toList();
  }

  /** The scan that began just before one. */
  public Optional<String> previous(CatalogueScan scan) {
    return neighbour(
        scan, "started < :started OR started = :started AND id < :id", "started DESC, id DESC");
  }

  /** The scan that began just after one. */
  public Optional<String> next(CatalogueScan scan) {
    return neighbour(scan, "started > :started OR started = :started AND id > :id", "started, id");
  }

  private Optional<String> neighbour(CatalogueScan scan, String where, String order) {
    return jdbi.withHandle(
        db ->
            db.createQuery(
                    "SELECT id FROM scans WHERE " + where + " ORDER BY " + order + " LIMIT 1")
                .bind("started", scan.started())
                .bind("id", scan.id())
                .mapTo(String.class)
                .findOne());
  }

  /**
   * Changes what people have written; what is null stays.
   *
   * @return the scan as it is now; empty if there is none of that id
   */
  public Optional<CatalogueScan> annotate(
      String id, String notes, List<String> tags, ObjectNode metadata) {
    return jdbi.inTransaction(
        db -> {
          // First of all, so that who writes at the same time waits, and tags stay whole.
          int written =
              db.createUpdate(
                      "UPDATE scans SET notes = COALESCE(:notes, notes),"
                          + " metadata = COALESCE(:metadata, metadata) WHERE id = :id")
                  .bind("notes", notes)
                  .bind("metadata", metadata == null ? null : write(metadata))
                  .bind("id", id)
                  .execute();
          if (written == 0) {
            return Optional.empty();
          }
          if (tags != null) {
            db.createUpdate("DELETE FROM scan_tags WHERE scan = :id").bind("id", id).execute();
            for (String tag : new TreeSet<>(tags)) {
              db.createUpdate("INSERT INTO scan_tags (scan, tag) VALUES (:id, :tag)")
                  .bind("id", id)
                  .bind("tag", tag)
                  .execute();
            }
          }
          return find(db, id).map(scan -> withTags(db, List.of(scan)).get(0));
        });
  }

  private static String write(ObjectNode metadata) {
    try {
      return JSON.writeValueAsString(metadata);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // what was read can be written
    }
  }

  /** Scans that have a file of which nobody has looked at the bytes, the newest first. */
  public List<CatalogueScan> withoutFacts(int limit) {
    return jdbi.withHandle(
        db ->
            db.createQuery(
                    "SELECT * FROM scans WHERE ended IS NOT NULL AND file IS NOT NULL"
                        + " AND sha256 IS NULL ORDER BY started DESC LIMIT :limit")
                .bind("limit", limit)
                .map(Catalogue::read)
                .list());
  }

  /**
   * Notes what is known of a scan's file.
   *
   * @param png its thumbnail
   */
  public void note(String id, long bytes, String sha256, byte[] png) {
    jdbi.useTransaction(
        db -> {
          db.createUpdate("UPDATE scans SET bytes = :bytes, sha256 = :sha256 WHERE id = :id")
              .bind("bytes", bytes)
              .bind("sha256", sha256)
              .bind("id", id)
              .execute();
          db.createUpdate("DELETE FROM thumbnails WHERE scan = :id").bind("id", id).execute();
          db.createUpdate("INSERT INTO thumbnails (scan, png) VALUES (:id, :png)")
              .bind("id", id)
              .bind("png", Base64.getEncoder().encodeToString(png))
              .execute();
        });
  }

  /** The thumbnail of a scan, a PNG file; empty if there is none yet. */
  public Optional<byte[]> thumbnail(String id) {
    return jdbi.withHandle(
            db ->
                db.createQuery("SELECT png FROM thumbnails WHERE scan = :id")
                    .bind("id", id)
                    .mapTo(String.class)
                    .findOne())
        .map(Base64.getDecoder()::decode);
  }
}

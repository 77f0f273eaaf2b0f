package io.millrace.gateway.steering;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.millrace.gateway.server.ApiException;
import io.millrace.gateway.server.Json;
import io.millrace.gateway.store.Database;
import io.millrace.gateway.store.Ownership;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** The sessions that the gateway was asked for, and all of their steps. */
final class SessionStore {
  private static final int LONGEST_TEXT = 4_000;
  private static final String OVER = "('ENDED', 'FAILED')";

  private static final RowMapper<SteeredSession> ROW =
      (row, context) ->
          new SteeredSession(
              row.getString("name"),
              row.getString("machine"),
              row.getInt("nodes"),
              row.getInt("minutes"),
              parameters(row.getString("parameters")),
              Wish.valueOf(row.getString("wish")),
              SteeredState.valueOf(row.getString("state")),
              row.getString("text"),
              Instant.parse(row.getString("since")),
              time(row.getString("submitting")),
              row.getString("job"),
              time(row.getString("ends")),
              row.getString("zookeeper"),
              row.getString("dashboard"),
              Instant.parse(row.getString("created")),
              row.getString("created_by"));

  /** A state that a session has entered. */
  record Step(SteeredState state, Instant at, String text) {}

  private final Database database;

  SessionStore(Database database) {
    this.database = database;
  }

  private static Instant time(String text) {
    return text == null ? null : Instant.parse(text);
  }

  private static Map<String, Object> parameters(String json) {
    try {
      return Json.mapper().readValue(json, new TypeReference<>() {});
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether no other gateway sees to the sessions; looks now. */
  boolean isOurs() {
    return database.checkOwnership() == Ownership.OURS;
  }

  /**
   * Stores a new one, before anything is done for it.
   *
   * @throws ApiException if there was one of that name
   */
  void add(SteeredSession session) {
    String json;
    try {
      json = Json.mapper().writeValueAsString(session.parameters());
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    database
        .jdbi()
        .useTransaction(
            h -> {
              int added =
                  h.execute(
                      "INSERT INTO sessions (name, machine, nodes, minutes, parameters, wish, state, text,"
                          + " since, created, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                          + " ON CONFLICT DO NOTHING",
                      session.name(),
                      session.machine(),
                      session.nodes(),
                      session.minutes(),
                      json,
                      session.wish().name(),
                      session.state().name(),
                      session.text(),
                      session.since(),
                      session.created(),
                      session.createdBy());
              if (added == 0) {
                throw new ApiException(
                    409,
                    "name-taken",
                    "there was a session %s; choose another name".formatted(session.name()));
              }
              addStep(h, session.name(), session.state(), session.since(), session.text());
            });
  }

  private static void addStep(
      Handle h, String session, SteeredState state, Instant at, String text) {
    h.execute(
        "INSERT INTO session_steps (session, number, state, at, text)"
            + " SELECT ?, COALESCE(MAX(number), 0) + 1, ?, ?, ? FROM session_steps WHERE session = ?",
        session,
        state.name(),
        at,
        cut(text),
        session);
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(text.length(), LONGEST_TEXT));
  }

  Optional<SteeredSession> find(String name) {
    return database
        .jdbi()
        .withHandle(
            h -> h.select("SELECT * FROM sessions WHERE name = ?", name).map(ROW).findOne());
  }

  /** Those of a machine that are not over, the eldest first. */
  List<SteeredSession> active(String machine) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT * FROM sessions WHERE machine = ? AND state NOT IN "
                            + OVER
                            + " ORDER BY created, name",
                        machine)
                    .map(ROW)
                    .list());
  }

  /**
   * A part of them, the last first.
   *
   * @param over whether those that are over, or those that are not; null for both
   */
  List<SteeredSession> page(Boolean over, int limit, int offset) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT * FROM sessions"
                            + where(over)
                            + " ORDER BY created DESC, name LIMIT ? OFFSET ?",
                        limit,
                        offset)
                    .map(ROW)
                    .list());
  }

  /** How many there are. */
  int count(Boolean over) {
    return database
        .jdbi()
        .withHandle(
            h -> h.select("SELECT COUNT(*) FROM sessions" + where(over)).mapTo(int.class).one());
  }

  private static String where(Boolean over) {
    return over == null ? "" : " WHERE state " + (over ? "IN " : "NOT IN ") + OVER;
  }

  /** The steps of one, in their order. */
  List<Step> steps(String session) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM session_steps WHERE session = ? ORDER BY number", session)
                    .map(
                        (row, context) ->
                            new Step(
                                SteeredState.valueOf(row.getString("state")),
                                Instant.parse(row.getString("at")),
                                row.getString("text")))
                    .list());
  }

  /** Notes where it should be, if that is further on than what was wished before. */
  void wish(String name, Wish wish) {
    database
        .jdbi()
        .useHandle(
            h -> {
              // One statement: between two, a drain could overwrite a cancel.
              for (Wish before : Wish.values()) {
                if (before.compareTo(wish) < 0) {
                  h.execute(
                      "UPDATE sessions SET wish = ? WHERE name = ? AND wish = ?",
                      wish.name(),
                      name,
                      before.name());
                }
              }
            });
  }

  /**
   * Notes, before it is done, that its job is submitted.
   *
   * @return false if somebody has wished meanwhile that it ends, or the database is not ours any
   *     more; then it may not be submitted
   */
  boolean submitting(String name, Instant now) {
    return isOurs()
        && database
            .jdbi()
            .withHandle(
                h ->
                    h.execute(
                            "UPDATE sessions SET submitting = ? WHERE name = ? AND wish = 'RUN'",
                            now,
                            name)
                        == 1);
  }

  /** Notes that until then its job may have been submitted. */
  void submittedAt(String name, Instant now) {
    database
        .jdbi()
        .useHandle(h -> h.execute("UPDATE sessions SET submitting = ? WHERE name = ?", now, name));
  }

  /** Notes the job's id. */
  void submitted(String name, String job) {
    database
        .jdbi()
        .useHandle(h -> h.execute("UPDATE sessions SET job = ? WHERE name = ?", job, name));
  }

  /** Notes where it ends and where it is found; what is null stays as it is. */
  void found(String name, Instant ends, String zookeeper, String dashboard) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "UPDATE sessions SET ends = COALESCE(?, ends), zookeeper = COALESCE(?, zookeeper),"
                        + " dashboard = COALESCE(?, dashboard) WHERE name = ?",
                    ends,
                    zookeeper,
                    dashboard,
                    name));
  }

  /** Notes where it is; another state is another step. */
  void move(String name, SteeredState state, String text, Instant now) {
    database
        .jdbi()
        .useTransaction(
            h -> {
              int moved =
                  h.execute(
                      "UPDATE sessions SET state = ?, since = ? WHERE name = ? AND state <> ?",
                      state.name(),
                      now,
                      name,
                      state.name());
              h.execute(
                  "UPDATE sessions SET text = ? WHERE name = ? AND text <> ?",
                  cut(text),
                  name,
                  cut(text));
              if (moved == 1) {
                addStep(h, name, state, now, text);
              }
            });
  }
}

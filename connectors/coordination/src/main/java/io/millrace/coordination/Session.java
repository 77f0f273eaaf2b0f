package io.millrace.coordination;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * A time of measuring: parts that belong together, and the scans that they take.
 *
 * @param version of this content
 * @param name letters, digits, dots, dashes and underscores
 * @param state what it is at
 * @param created when it was created
 * @param changed when the state was entered
 * @param job id of the Flink job that serves it; null while there is none
 * @param parameters what whoever created it wants the parts to know
 */
public record Session(
    @JsonProperty(required = true) int version,
    @JsonProperty(required = true) String name,
    @JsonProperty(required = true) SessionState state,
    @JsonProperty(required = true) Instant created,
    Instant changed,
    String job,
    Map<String, String> parameters) {

  /** Copies the parameters, in the order of their names. */
  public Session {
    requireName(name);
    parameters = parameters == null ? Map.of() : new TreeMap<>(parameters);
  }

  static Session create(String name, Map<String, String> parameters) {
    Instant now = Json.now();
    return new Session(Json.VERSION, name, SessionState.CREATED, now, now, null, parameters);
  }

  static String requireName(String name) {
    if (!name.matches("[A-Za-z0-9._-]+") || name.matches("\\.+")) {
      throw new IllegalArgumentException(
          "a session is named with letters, digits, dots, dashes and underscores, not '%s'"
              .formatted(name));
    }
    return name;
  }

  Session in(SessionState next) {
    return new Session(version, name, next, created, Json.now(), job, parameters);
  }

  Session servedBy(String job) {
    return new Session(version, name, state, created, changed, job, parameters);
  }

  byte[] write() {
    return Json.write(this);
  }

  static Session read(byte[] json) throws IOException {
    return Json.MAPPER.readValue(json, Session.class);
  }
}

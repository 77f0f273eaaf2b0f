package io.millrace.coordination;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.detector.ScanKey;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * A scan of a session. The detector's number does not name it, because detectors begin to number
 * anew; the number and the time of its start do.
 *
 * @param version of this content
 * @param id number and start, such as {@code 7-20261125T134500123Z}
 * @param session the session that it belongs to
 * @param number the detector's number, 0 to 2^32 - 1
 * @param generation how often the detector had begun to number anew, see {@link ScanKey}
 * @param started when its first producer announced it
 * @param width positions in a row, flyback column included; 0 if not known yet
 * @param height rows; 0 if not known yet
 * @param state what it is at
 * @param changed when the state was entered
 * @param complete frames of which all sectors were counted
 * @param incomplete frames of which some were
 * @param absent frames of which none was
 * @param file the result; null while there is none
 * @param reason of the state, for people; empty if there is nothing to say
 */
public record Scan(
    @JsonProperty(required = true) int version,
    @JsonProperty(required = true) String id,
    @JsonProperty(required = true) String session,
    @JsonProperty(required = true) long number,
    int generation,
    @JsonProperty(required = true) Instant started,
    int width,
    int height,
    @JsonProperty(required = true) ScanState state,
    Instant changed,
    long complete,
    long incomplete,
    long absent,
    String file,
    String reason) {
  private static final DateTimeFormatter START =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

  /** Without a reason it is empty. */
  public Scan {
    reason = reason == null ? "" : reason;
  }

  static Scan announced(String session, long key, int width, int height) {
    long number = ScanKey.number(key);
    Instant now = Json.now();
    return new Scan(
        Json.VERSION,
        number + "-" + START.format(now),
        session,
        number,
        ScanKey.generation(key),
        now,
        width,
        height,
        ScanState.ANNOUNCED,
        now,
        0,
        0,
        0,
        null,
        "");
  }

  /** The same in another state. */
  public Scan in(ScanState next, String reason) {
    return new Scan(
        version,
        id,
        session,
        number,
        generation,
        started,
        width,
        height,
        next,
        Json.now(),
        complete,
        incomplete,
        absent,
        file,
        reason);
  }

  /** The same with its account and its file. */
  public Scan with(
      int width, int height, long complete, long incomplete, long absent, String file) {
    return new Scan(
        version,
        id,
        session,
        number,
        generation,
        started,
        width,
        height,
        state,
        changed,
        complete,
        incomplete,
        absent,
        file,
        reason);
  }

  /** What the job calls it. */
  public long key() {
    return ScanKey.of(generation, number);
  }

  /** Whether nothing more comes of it. */
  public boolean hasEnded() {
    return state.hasEnded();
  }

  byte[] write() {
    return Json.write(this);
  }

  static Scan read(byte[] json) throws IOException {
    return Json.MAPPER.readValue(json, Scan.class);
  }
}

package io.millrace.gateway.scans;

import io.javalin.http.Context;
import io.millrace.coordination.ScanState;
import io.millrace.gateway.server.ApiException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Locale;

/** The filter of a request's query. */
final class ScanQuery {
  private static final int LONGEST = 200;

  private ScanQuery() {}

  /**
   * @throws ApiException if a value is none
   */
  static ScanFilter filter(Context request) {
    return new ScanFilter(
        text(request, "q"),
        text(request, "session"),
        state(request),
        text(request, "tag"),
        time(request, "from"),
        time(request, "to"));
  }

  private static String text(Context request, String name) {
    String text = request.queryParam(name);
    if (text == null || text.isBlank()) {
      return null;
    }
    if (text.length() > LONGEST) {
      throw bad("%s has at most %d characters".formatted(name, LONGEST));
    }
    return text.strip();
  }

  private static String state(Context request) {
    String text = text(request, "state");
    if (text == null) {
      return null;
    }
    if (text.equalsIgnoreCase(CatalogueScan.SILENT)) {
      return CatalogueScan.SILENT;
    }
    try {
      return ScanState.valueOf(text.toUpperCase(Locale.ROOT)).name();
    } catch (IllegalArgumentException e) {
      throw bad("state is one of " + Arrays.toString(ScanState.values()) + " or SILENT");
    }
  }

  /** A day is its beginning. */
  private static Instant time(Context request, String name) {
    String text = text(request, name);
    if (text == null) {
      return null;
    }
    try {
      return text.length() == "2026-11-25".length()
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : Instant.parse(text);
    } catch (DateTimeException e) {
      throw bad(name + " is a time as 2026-11-25T13:45:00Z, or a day as 2026-11-25");
    }
  }

  private static ApiException bad(String message) {
    return new ApiException(400, "bad-value", message);
  }
}

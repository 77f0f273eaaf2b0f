package io.millrace.gateway.server;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.javalin.http.Context;
import java.util.Locale;

/** JSON as the API speaks it: times as ISO texts, and no field that nobody knows. */
public final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .registerModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Json() {}

  /** What reads and writes it. */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /**
   * The body of a request.
   *
   * @throws ApiException if it is no JSON of that form. A form of HTML is refused, which any other
   *     page could send in somebody's name
   */
  public static <T> T body(Context request, Class<T> type) {
    String kind = request.contentType();
    if (kind == null || !kind.strip().toLowerCase(Locale.ROOT).startsWith("application/json")) {
      throw new ApiException(
          400, "no-json", "send JSON, with the header Content-Type: application/json");
    }
    T body = request.bodyAsClass(type);
    if (body == null) {
      throw new ApiException(400, "bad-json", "send a JSON object, not null");
    }
    return body;
  }
}

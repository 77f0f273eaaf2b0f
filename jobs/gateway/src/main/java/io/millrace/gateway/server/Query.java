package io.millrace.gateway.server;

import io.javalin.http.Context;

/** Values of a request's query, checked. */
public final class Query {
  private Query() {}

  /**
   * A whole number.
   *
   * @param otherwise if it is not given
   * @throws ApiException if it is no number from {@code least} to {@code most}
   */
  public static int integer(Context request, String name, int otherwise, int least, int most) {
    String text = request.queryParam(name);
    if (text == null || text.isEmpty()) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new ApiException(
        400, "bad-value", "%s is a whole number of %d to %d".formatted(name, least, most));
  }
}

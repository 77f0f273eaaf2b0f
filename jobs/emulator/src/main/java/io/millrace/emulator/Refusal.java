package io.millrace.emulator;

import java.util.Map;

/** A call that is answered with an error. */
final class Refusal extends Exception {
  private final int status;
  private final transient Map<String, Object> body;

  /**
   * @param status of HTTP
   * @param body of the answer
   */
  Refusal(int status, Map<String, Object> body) {
    super(String.valueOf(body));
    this.status = status;
    this.body = body;
  }

  /** With the body that FastAPI makes of a text. */
  static Refusal of(int status, String detail) {
    return new Refusal(status, Map.of("detail", detail));
  }

  int status() {
    return status;
  }

  Map<String, Object> body() {
    return body;
  }
}

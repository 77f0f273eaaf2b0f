package io.millrace.gateway.server;

import java.time.Duration;
import java.util.Optional;

/** A fault of the request. The answer is {@code {"error":{"code":...,"message":...}}}. */
public final class ApiException extends RuntimeException {
  private final int status;
  private final String code;
  private final Duration retryAfter;

  /**
   * @param status of HTTP, 400 to 599
   * @param code for programs, such as {@code unknown-scan}
   * @param message for people: what, where, what to do
   */
  public ApiException(int status, String code, String message) {
    this(status, code, message, null);
  }

  /**
   * One that is not there when it is tried again.
   *
   * @param retryAfter when that makes sense; the answer says it as {@code Retry-After}
   */
  public ApiException(int status, String code, String message, Duration retryAfter) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** Of HTTP. */
  public int status() {
    return status;
  }

  /** For programs. */
  public String code() {
    return code;
  }

  /** When to try again; empty if that is no use. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}

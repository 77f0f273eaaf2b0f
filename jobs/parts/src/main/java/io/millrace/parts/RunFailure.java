package io.millrace.parts;

/** A run cannot go on; the message says what happened, where, and what to do. */
public final class RunFailure extends Exception {
  public RunFailure(String message) {
    super(message);
  }

  public RunFailure(String message, Throwable cause) {
    super(message + ": " + cause.getMessage(), cause);
  }
}

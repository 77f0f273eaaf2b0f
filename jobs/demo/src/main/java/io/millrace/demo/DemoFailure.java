package io.millrace.demo;

/** The demo cannot go on; the message says what happened, where, and what to do. */
final class DemoFailure extends Exception {
  DemoFailure(String message) {
    super(message);
  }

  DemoFailure(String message, Throwable cause) {
    super(message + ": " + cause.getMessage(), cause);
  }
}

package io.millrace.detector.live;

/** A live message that is malformed, or of another version; the text says what is wrong. */
public final class LiveFormatException extends Exception {
  LiveFormatException(String message) {
    super(message);
  }

  LiveFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}

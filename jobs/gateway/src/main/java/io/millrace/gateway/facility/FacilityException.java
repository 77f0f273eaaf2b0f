package io.millrace.gateway.facility;

/** A facility cannot do what it was asked; the message says what, where, and what to do. */
public class FacilityException extends Exception {
  public FacilityException(String message) {
    super(message);
  }

  public FacilityException(String message, Throwable cause) {
    super(message, cause);
  }
}

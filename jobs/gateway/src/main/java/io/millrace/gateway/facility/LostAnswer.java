package io.millrace.gateway.facility;

/**
 * A facility did not answer, or said that another time were better. Whatever it was asked for may
 * have been done all the same.
 */
final class LostAnswer extends FacilityException {
  LostAnswer(String message) {
    super(message);
  }

  LostAnswer(String message, Throwable cause) {
    super(message, cause);
  }
}

package io.millrace.gateway.facility;

/**
 * The facility has looked at a job and does not take it: there is no job, and no use in asking
 * again.
 */
public final class SubmitRefused extends FacilityException {
  public SubmitRefused(String message) {
    super(message);
  }
}

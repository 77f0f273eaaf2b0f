package io.millrace.gateway.distiller;

/** The instance has understood what was asked, and does not do it. Another try changes nothing. */
final class DistillerRefusal extends Exception {
  private static final long serialVersionUID = 1;

  private final int status;

  /**
   * @param status of HTTP
   */
  DistillerRefusal(int status, String message) {
    super(message);
    this.status = status;
  }

  /** Whether it does not know us, or the microscope: then it refuses everything. */
  boolean isOfAll() {
    return status == 401 || status == 403;
  }

  /** Whether it has the same already. */
  boolean isConflict() {
    return status == 409;
  }
}

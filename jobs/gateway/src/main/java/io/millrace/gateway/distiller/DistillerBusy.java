package io.millrace.gateway.distiller;

import java.io.IOException;

/** The instance has answered that it cannot do now what was asked; another time it may. */
final class DistillerBusy extends IOException {
  private static final long serialVersionUID = 1;

  DistillerBusy(String message) {
    super(message);
  }
}

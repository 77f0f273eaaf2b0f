package io.millrace.gateway.server;

import io.javalin.config.RoutesConfig;

/** An area of the API: what belongs together, on its own paths. */
public interface Routes {
  /**
   * Adds what it answers, each path from {@code /api/v1} on, with the least role that it takes: a
   * route without a role answers nobody.
   */
  void addTo(RoutesConfig routes);
}

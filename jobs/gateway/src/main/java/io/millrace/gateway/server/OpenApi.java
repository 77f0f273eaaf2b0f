package io.millrace.gateway.server;

import io.javalin.config.RoutesConfig;
import io.javalin.security.RouteRole;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The API's description for programs and for people. */
public final class OpenApi implements Routes {
  private static final String RESOURCE = "openapi.json";

  private final RouteRole least;
  private final byte[] content;

  /**
   * @param least role that it takes
   */
  public OpenApi(RouteRole least) {
    this.least = least;
    try (InputStream in = OpenApi.class.getResourceAsStream(RESOURCE)) {
      content = in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.get(
        "/api/v1/openapi.json", ctx -> ctx.contentType("application/json").result(content), least);
  }
}

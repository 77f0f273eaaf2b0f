package io.millrace.gateway.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.validation.ValidationException;
import java.util.Map;
import java.util.UUID;
import org.eclipse.jetty.io.EofException;
import org.jdbi.v3.core.ConnectionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What goes wrong is answered as JSON, always of the same form. */
final class Faults implements Routes {
  private static final Logger LOG = LoggerFactory.getLogger(Faults.class);

  @Override
  public void addTo(RoutesConfig routes) {
    routes.exception(ApiException.class, (e, ctx) -> answer(ctx, e));
    routes.exception(HttpResponseException.class, (e, ctx) -> answer(ctx, ofHttp(e, ctx)));
    routes.exception(JsonProcessingException.class, (e, ctx) -> answer(ctx, ofJson(e)));
    routes.exception(
        ValidationException.class,
        (e, ctx) ->
            answer(
                ctx,
                new ApiException(
                    400, "bad-value", "impossible value of " + e.getErrors().keySet())));
    routes.exception(
        ConnectionException.class,
        (e, ctx) -> {
          LOG.error("{} {}: the database does not answer", ctx.method(), ctx.path(), e);
          answer(
              ctx,
              new ApiException(
                  503, "database", "the gateway's database does not answer; try again in a while"));
        });
    routes.exception(
        EofException.class,
        (e, ctx) -> LOG.debug("{} {}: whoever asked has gone", ctx.method(), ctx.path()));
    routes.exception(
        Exception.class,
        (e, ctx) -> {
          String id = UUID.randomUUID().toString();
          LOG.error("{} {}: fault {}", ctx.method(), ctx.path(), id, e);
          answer(
              ctx,
              new ApiException(
                  500,
                  "internal",
                  "the gateway has a fault of its own; its log has more of it: look for " + id));
        });
  }

  private static void answer(Context ctx, ApiException fault) {
    ctx.status(fault.status());
    fault
        .retryAfter()
        .ifPresent(time -> ctx.header("Retry-After", Long.toString(time.toSeconds() + 1)));
    ctx.json(Map.of("error", Map.of("code", fault.code(), "message", fault.getMessage())));
  }

  private static ApiException ofHttp(HttpResponseException e, Context ctx) {
    return switch (e.getStatus()) {
      case 404 ->
          new ApiException(
              404,
              "unknown-path",
              "there is nothing at %s; /api/v1/openapi.json has all that there is"
                  .formatted(ctx.path()));
      case 405 ->
          new ApiException(
              405,
              "wrong-method",
              "%s is not for %s; /api/v1/openapi.json has all that there is"
                  .formatted(ctx.path(), ctx.method()));
      case 413 -> new ApiException(413, "too-large", "a request has at most 1 MB");
      default -> new ApiException(e.getStatus(), "http-" + e.getStatus(), e.getMessage());
    };
  }

  /** Without the text that Jackson quotes, which may hold a password. */
  private static ApiException ofJson(JsonProcessingException e) {
    String where =
        e.getLocation() == null
            ? ""
            : " at line %d, column %d"
                .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    String what =
        e instanceof UnrecognizedPropertyException unknown
            ? "there is no '%s' here".formatted(unknown.getPropertyName())
            : "this is no JSON of the form that is wanted";
    return new ApiException(
        400, "bad-json", what + where + "; /api/v1/openapi.json says what is wanted");
  }
}

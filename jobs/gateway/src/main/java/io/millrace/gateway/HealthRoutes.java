package io.millrace.gateway;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.millrace.gateway.distiller.DistillerPublisher;
import io.millrace.gateway.people.Caller;
import io.millrace.gateway.people.Role;
import io.millrace.gateway.server.ApiException;
import io.millrace.gateway.server.Arrival;
import io.millrace.gateway.server.Routes;
import io.millrace.gateway.store.Database;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** For who watches over the gateway: whether it is well, and its numbers. */
final class HealthRoutes implements Routes {
  private final Database database;
  private final PrometheusRegistry registry;
  private final boolean behindProxy;
  private final BooleanSupplier isReceiving;
  private final Optional<DistillerPublisher> distiller;

  HealthRoutes(
      Database database,
      PrometheusRegistry registry,
      boolean behindProxy,
      BooleanSupplier isReceiving,
      Optional<DistillerPublisher> distiller) {
    this.isReceiving = isReceiving;
    this.distiller = distiller;
    this.database = database;
    this.registry = registry;
    this.behindProxy = behindProxy;
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.get("/healthz", this::health, Role.ANYONE);
    routes.get("/metrics", this::metrics, Role.ANYONE);
  }

  private void health(Context ctx) {
    database.jdbi().useHandle(h -> h.select("SELECT 1").mapTo(int.class).one());
    if (!isReceiving.getAsBoolean()) {
      throw new ApiException(
          503,
          "live-ended",
          "live messages of jobs are not received any more; the log says why: start the gateway again");
    }
    Map<String, String> answer = new LinkedHashMap<>();
    answer.put("state", "up");
    distiller.ifPresent(d -> answer.put("distiller", d.trouble().isEmpty() ? "up" : "away"));
    switch (database.ownership()) {
      case OURS -> ctx.json(answer);
      case UNKNOWN ->
          throw new ApiException(
              503,
              "database-lost",
              "the connection that holds the database is lost; sessions are left as they are until it is back");
      case TAKEN ->
          throw new ApiException(
              503,
              "database-taken",
              "another gateway has taken the database; sessions are not seen to here: end one of the two, and"
                  + " start this one again if it is to stay");
    }
  }

  /** Prometheus asks from this machine, or with a token. */
  private void metrics(Context ctx) throws IOException {
    if (!Arrival.of(ctx, behindProxy).isLocal() && !Caller.of(ctx).role().includes(Role.VIEWER)) {
      throw new ApiException(
          401, "not-logged-in", "metrics are for this machine only, or with a token of scope read");
    }
    PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.write(out, registry.scrape());
    ctx.contentType(writer.getContentType()).result(out.toByteArray());
  }
}

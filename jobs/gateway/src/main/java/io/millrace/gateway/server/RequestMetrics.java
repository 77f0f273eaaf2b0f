package io.millrace.gateway.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** How many requests there were, of which route, how they ended and how long they took. */
final class RequestMetrics implements Routes {
  private static final String BEGUN = "millrace.begun";

  private final Counter requests;
  private final Histogram seconds;

  RequestMetrics(PrometheusRegistry registry) {
    requests =
        Counter.builder()
            .name("millrace_gateway_requests_total")
            .help("Requests that were answered, by method, route and status")
            .labelNames("method", "route", "status")
            .register(registry);
    seconds =
        Histogram.builder()
            .name("millrace_gateway_request_seconds")
            .help("From the first look at a request to its answer")
            .labelNames("route")
            .classicOnly()
            .classicUpperBounds(0.005, 0.02, 0.1, 0.5, 2, 10)
            .register(registry);
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.before(ctx -> ctx.attribute(BEGUN, System.nanoTime()));
    routes.after(this::count);
  }

  private void count(Context ctx) {
    // The route, not the path: of those anybody can make as many as they like.
    var endpoint = ctx.endpoints().matchedHttpEndpoint();
    String route = endpoint == null ? "other" : endpoint.path;
    requests.labelValues(ctx.method().name(), route, Integer.toString(ctx.statusCode())).inc();
    Long begun = ctx.attribute(BEGUN);
    if (begun != null) {
      seconds.labelValues(route).observe((System.nanoTime() - begun) / 1e9);
    }
  }
}

package io.millrace.gateway.steering;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.people.Caller;
import io.millrace.gateway.people.Role;
import io.millrace.gateway.server.ApiException;
import io.millrace.gateway.server.Json;
import io.millrace.gateway.server.Query;
import io.millrace.gateway.server.Routes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Machines, parameters and sessions. */
final class SteeringRoutes implements Routes {
  private static final int USUAL_LOG = 16_384;
  private static final int LONGEST_LOG = 1 << 20;

  /** Before the end of a session people are warned, and a second time. */
  private static final List<Duration> WARNINGS =
      List.of(Duration.ofMinutes(5), Duration.ofMinutes(10));

  private final Steering steering;

  SteeringRoutes(Steering steering) {
    this.steering = steering;
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.get(
        "/api/v1/machines",
        ctx -> ctx.json(steering.machines().stream().map(this::machine).toList()),
        Role.VIEWER);
    routes.get("/api/v1/parameters", ctx -> ctx.json(steering.parameters().all()), Role.VIEWER);
    routes.get("/api/v1/sessions", this::list, Role.VIEWER);
    routes.post("/api/v1/sessions", this::request, Role.OPERATOR);
    routes.get(
        "/api/v1/sessions/{name}",
        ctx -> ctx.json(view(steering.find(ctx.pathParam("name")))),
        Role.VIEWER);
    routes.post(
        "/api/v1/sessions/{name}/drain",
        ctx -> ctx.json(view(steering.wish(ctx.pathParam("name"), Wish.DRAIN))),
        Role.OPERATOR);
    routes.post(
        "/api/v1/sessions/{name}/cancel",
        ctx -> ctx.json(view(steering.wish(ctx.pathParam("name"), Wish.CANCEL))),
        Role.OPERATOR);
    routes.get("/api/v1/sessions/{name}/log", this::log, Role.OPERATOR);
  }

  private Map<String, Object> machine(MachineReconciler on) {
    MachineProfile machine = on.machine();
    MachineSight sight = on.sight();
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("name", machine.name());
    view.put(
        "description",
        switch (machine.facility().kind()) {
          case LOCAL -> "processes on the gateway's machine";
          case SLURM -> "Slurm, asked by its commands";
          case SLURMRESTD -> "Slurm, asked by its REST API";
          case SUPERFACILITY -> "the Superfacility API";
        });
    view.put("nodes", Map.of("least", 1, "most", machine.mostNodes()));
    view.put("minutes", Map.of("least", machine.drainMinutes() + 1, "most", machine.mostMinutes()));
    view.put("facility", Map.of("state", sight.state(), "text", sight.text()));
    view.put("credentialExpires", sight.credentialExpires());
    return view;
  }

  private record Page(int total, List<View> sessions) {}

  private void list(Context ctx) {
    String state = ctx.queryParam("state");
    Boolean over =
        switch (state == null ? "" : state) {
          case "" -> null;
          case "active" -> false;
          case "ended" -> true;
          default ->
              throw new ApiException(400, "bad-value", "state is active or ended, or left out");
        };
    int limit = Query.integer(ctx, "limit", 50, 1, 500);
    int offset = Query.integer(ctx, "offset", 0, 0, Integer.MAX_VALUE);
    ctx.json(
        new Page(
            steering.store().count(over),
            steering.store().page(over, limit, offset).stream().map(this::view).toList()));
  }

  private record NewSession(
      String name, String machine, int nodes, int minutes, Map<String, Object> parameters) {}

  private void request(Context ctx) {
    NewSession asked = Json.body(ctx, NewSession.class);
    ctx.status(201)
        .json(
            view(
                steering.request(
                    asked.name(),
                    asked.machine(),
                    asked.nodes(),
                    asked.minutes(),
                    asked.parameters() == null ? Map.of() : asked.parameters(),
                    Caller.of(ctx).name())));
  }

  private void log(Context ctx) throws InterruptedException {
    int bytes = Query.integer(ctx, "bytes", USUAL_LOG, 1, LONGEST_LOG);
    ctx.contentType("text/plain; charset=utf-8");
    ctx.result(steering.log(ctx.pathParam("name"), bytes));
  }

  /** A session as the API tells it. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  private record View(
      String name,
      String machine,
      int nodes,
      int minutes,
      SteeredState state,
      String text,
      List<SessionStore.Step> steps,
      String job,
      Instant created,
      String createdBy,
      Instant ends,
      String zookeeper,
      String dashboard,
      List<String> warnings,
      Map<String, Object> parameters) {}

  private View view(SteeredSession session) {
    return new View(
        session.name(),
        session.machine(),
        session.nodes(),
        session.minutes(),
        session.state(),
        session.text(),
        steering.store().steps(session.name()),
        session.job(),
        session.created(),
        session.createdBy(),
        session.ends(),
        session.zookeeper(),
        session.dashboard(),
        warnings(session),
        session.parameters());
  }

  private List<String> warnings(SteeredSession session) {
    List<String> warnings = new ArrayList<>();
    if (session.state().isOver()) {
      return warnings;
    }
    if (session.wish() != Wish.RUN && session.state() != SteeredState.DRAINING) {
      warnings.add(session.wish() == Wish.DRAIN ? "it is to be drained" : "it is to be cancelled");
    }
    if (session.ends() != null) {
      Duration left = Duration.between(steering.now(), session.ends());
      for (Duration warning : WARNINGS) {
        if (left.compareTo(warning) <= 0) {
          warnings.add(
              left.isNegative()
                  ? "its walltime is over"
                  : "less than %d min are left".formatted(warning.toMinutes()));
          break;
        }
      }
    }
    boolean offered = false;
    for (MachineReconciler on : steering.machines()) {
      if (on.machine().name().equals(session.machine())) {
        offered = true;
        Instant expires = on.sight().credentialExpires();
        if (expires != null && session.ends() != null && expires.isBefore(session.ends())) {
          warnings.add(
              "the gateway's key for %s ends at %s, before the session"
                  .formatted(session.machine(), expires));
        }
      }
    }
    if (!offered) {
      warnings.add(
          "nobody sees to it: the gateway was started without its machine %s"
              .formatted(session.machine()));
    }
    return warnings;
  }
}

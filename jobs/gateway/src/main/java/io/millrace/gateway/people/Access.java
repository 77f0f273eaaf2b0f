package io.millrace.gateway.people;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.millrace.gateway.server.ApiException;
import io.millrace.gateway.server.Arrival;
import io.millrace.gateway.server.Routes;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door: looks at every request before its route does, and at every web socket before it is one.
 *
 * <ol>
 *   <li>whose it is: of a token ({@code Authorization: Bearer}), of a cookie, or nobody's
 *   <li>whether that is enough for the route's role
 *   <li>with a cookie, which a browser sends along with whatever any page asks for: whether one of
 *       our own pages has asked. What changes something says so by a header that only they know,
 *       and a web socket by its Origin
 * </ol>
 *
 * What was done or refused is written into the audit log.
 */
final class Access implements Routes {
  static final String COOKIE = "millrace";
  static final String CSRF = "X-Millrace-Csrf";

  private static final Logger LOG = LoggerFactory.getLogger(Access.class);
  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
  private static final String LOGIN = "millrace.login";
  private static final String BEARER = "Bearer ";

  /** What somebody can do whose password has to be changed. */
  private static final Set<String> BEFORE_CHANGE =
      Set.of("/api/v1/me", "/api/v1/me/password", "/api/v1/logout");

  private final Logins logins;
  private final Tokens tokens;
  private final AuditLog audit;
  private final boolean behindProxy;
  private final Counter refused;

  Access(
      Logins logins,
      Tokens tokens,
      AuditLog audit,
      boolean behindProxy,
      PrometheusRegistry registry) {
    this.logins = logins;
    this.tokens = tokens;
    this.audit = audit;
    this.behindProxy = behindProxy;
    this.refused =
        Counter.builder()
            .name("millrace_gateway_refused_total")
            .help("Requests that were refused at the door, by reason")
            .labelNames("reason")
            .register(registry);
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.beforeMatched(this::admit);
    routes.wsBeforeUpgrade(this::admitSocket);
    routes.after(this::record);
  }

  /** The login of a request with a cookie. */
  static Optional<Logins.Login> login(Context ctx) {
    return Optional.ofNullable(ctx.attribute(LOGIN));
  }

  private void admit(Context ctx) {
    Role least = least(ctx);
    boolean changes = !SAFE.contains(ctx.method().name());
    if (changes) {
      requireOwnOrigin(ctx);
    }
    Caller caller = identify(ctx);
    require(ctx, caller, least);
    if (changes && least != Role.ANYONE) {
      login(ctx).ifPresent(login -> requireCsrf(ctx, login));
    }
  }

  private void admitSocket(Context ctx) {
    Caller caller = identify(ctx);
    require(ctx, caller, least(ctx));
    if (ctx.header("Origin") != null) {
      requireOwnOrigin(ctx);
    } else if (login(ctx).isPresent()) {
      throw refuse(
          "no-origin", 403, "a web socket with a cookie has to say which page it is of (Origin)");
    }
    noteStanding(ctx, least(ctx));
  }

  private void noteStanding(Context upgrade, Role least) {
    String authorization = upgrade.header("Authorization");
    String cookie = upgrade.cookie(COOKIE);
    Caller.noteStanding(
        upgrade,
        () ->
            authorization != null
                ? tokens
                    .find(authorization.substring(BEARER.length()))
                    .filter(caller -> caller.role().includes(least))
                    .isPresent()
                : logins
                    .find(cookie)
                    .filter(login -> !login.mustChangePassword() && login.role().includes(least))
                    .isPresent());
  }

  /** A route that names no role is for nobody. */
  private Role least(Context ctx) {
    if (ctx.routeRoles().size() == 1 && ctx.routeRoles().iterator().next() instanceof Role role) {
      return role;
    }
    throw refuse("no-role", 403, "nobody may do this");
  }

  private Caller identify(Context ctx) {
    Caller caller = Caller.NOBODY;
    String authorization = ctx.header("Authorization");
    String cookie = ctx.cookie(COOKIE);
    if (authorization != null) {
      caller =
          authorization.startsWith(BEARER)
              ? tokens.find(authorization.substring(BEARER.length())).orElse(Caller.NOBODY)
              : Caller.NOBODY;
      if (caller == Caller.NOBODY) {
        throw refuse(
            "bad-token",
            401,
            "this token is not known, or has expired, or was revoked; make another");
      }
    } else if (cookie != null) {
      Optional<Logins.Login> login = logins.find(cookie);
      if (login.isPresent()) {
        ctx.attribute(LOGIN, login.get());
        caller = new Caller(login.get().name(), login.get().role());
      }
    }
    caller.noteIn(ctx);
    return caller;
  }

  private void require(Context ctx, Caller caller, Role least) {
    if (!caller.role().includes(least)) {
      throw caller.role() == Role.ANYONE
          ? refuse("not-logged-in", 401, "log in, or send a token: Authorization: Bearer mr_...")
          : refuse(
              "not-allowed",
              403,
              "this takes the role %s, and %s has %s here"
                  .formatted(least.word(), caller.name(), caller.role().word()));
    }
    boolean mustChange = login(ctx).map(Logins.Login::mustChangePassword).orElse(false);
    var route = ctx.endpoints().matchedHttpEndpoint();
    if (mustChange
        && least != Role.ANYONE
        && (route == null || !BEFORE_CHANGE.contains(route.path))) {
      throw refuse(
          "password-change-required",
          403,
          "choose a password of your own first: POST /me/password");
    }
  }

  private void requireOwnOrigin(Context ctx) {
    String origin = ctx.header("Origin");
    if (origin != null && !origin.equalsIgnoreCase(Arrival.of(ctx, behindProxy).origin())) {
      throw refuse(
          "foreign-origin",
          403,
          "a page of another server asks for this; behind a proxy, start the gateway with --behind-proxy");
    }
  }

  private void requireCsrf(Context ctx, Logins.Login login) {
    String header = ctx.header(CSRF);
    if (header == null || !Secrets.same(header, login.csrf())) {
      throw refuse(
          "csrf",
          403,
          "the header %s has to say what /me says as csrf; load the page anew".formatted(CSRF));
    }
  }

  private ApiException refuse(String code, int status, String message) {
    refused.labelValues(code).inc();
    return new ApiException(status, code, message);
  }

  /**
   * Changes by people that are known. What strangers are refused is counted only: they would fill
   * the log. Logins write their own entries.
   */
  private void record(Context ctx) {
    Caller caller = Caller.of(ctx);
    var route = ctx.endpoints().matchedHttpEndpoint();
    if (SAFE.contains(ctx.method().name()) || caller == Caller.NOBODY || route == null) {
      return;
    }
    try {
      audit.add(
          caller.name(),
          Arrival.of(ctx, behindProxy).address(),
          ctx.method() + " " + route.path,
          ctx.path(),
          ctx.statusCode());
    } catch (RuntimeException e) {
      // The change is done: an answer that it is not would be wrong.
      LOG.error("not in the audit log: {} {} by {}", ctx.method(), ctx.path(), caller.name(), e);
    }
  }
}

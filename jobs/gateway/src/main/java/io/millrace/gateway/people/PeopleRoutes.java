package io.millrace.gateway.people;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import io.millrace.gateway.people.Accounts.Account;
import io.millrace.gateway.server.ApiException;
import io.millrace.gateway.server.Arrival;
import io.millrace.gateway.server.Json;
import io.millrace.gateway.server.Query;
import io.millrace.gateway.server.Routes;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Logging in and out, accounts, tokens, and the audit log. */
final class PeopleRoutes implements Routes {
  private static final int MOST_DAYS = 366;

  private final Accounts accounts;
  private final Passwords passwords;
  private final Logins logins;
  private final Tokens tokens;
  private final LoginLimit limit;
  private final AuditLog audit;
  private final Clock clock;
  private final boolean behindProxy;

  PeopleRoutes(
      Accounts accounts,
      Passwords passwords,
      Logins logins,
      Tokens tokens,
      LoginLimit limit,
      AuditLog audit,
      Clock clock,
      boolean behindProxy) {
    this.accounts = accounts;
    this.passwords = passwords;
    this.logins = logins;
    this.tokens = tokens;
    this.limit = limit;
    this.audit = audit;
    this.clock = clock;
    this.behindProxy = behindProxy;
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.post("/api/v1/login", this::login, Role.ANYONE);
    routes.post("/api/v1/logout", this::logout, Role.VIEWER);
    routes.get("/api/v1/me", this::me, Role.VIEWER);
    routes.post("/api/v1/me/password", this::changeOwnPassword, Role.VIEWER);
    routes.get("/api/v1/users", ctx -> ctx.json(accounts.all()), Role.ADMIN);
    routes.post("/api/v1/users", this::addUser, Role.ADMIN);
    routes.patch("/api/v1/users/{name}", this::changeUser, Role.ADMIN);
    routes.get(
        "/api/v1/tokens", ctx -> ctx.json(tokens.all(ownerOrAll(Caller.of(ctx)))), Role.VIEWER);
    routes.post("/api/v1/tokens", this::addToken, Role.VIEWER);
    routes.delete("/api/v1/tokens/{id}", this::revokeToken, Role.VIEWER);
    routes.get("/api/v1/audit", this::audit, Role.ADMIN);
  }

  // ---- Oneself ---------------------------------------------------------------------------------

  private static final int LONGEST_NAME = 64;

  private record Credentials(String name, String password) {}

  private void login(Context ctx) {
    Credentials given = Json.body(ctx, Credentials.class);
    String named = String.valueOf(given.name());
    // No account is named so; and what a stranger sends is kept for a while.
    String name = named.length() > LONGEST_NAME ? "(too long)" : named;
    Arrival arrival = Arrival.of(ctx, behindProxy);
    Optional<Duration> wait = limit.begin(name, arrival.address());
    wait.ifPresent(PeopleRoutes::refuse);
    Optional<Account> account = accounts.find(name);
    boolean right =
        passwords.matches(given.password(), account.map(Account::password).orElse(null));
    if (!right || account.get().disabled()) {
      audit.add(
          name,
          arrival.address(),
          "login",
          right ? "refused: the account is disabled" : "refused: wrong name or password",
          401);
      throw new ApiException(401, "wrong-password", "the name or the password is wrong");
    }
    limit.succeeded(name, arrival.address());
    String secret = logins.open(name);
    audit.add(name, arrival.address(), "login", "", 200);
    ctx.cookie(cookie(secret, (int) Logins.AGE.toSeconds(), arrival.secure()));
    ctx.json(description(logins.find(secret).orElseThrow()));
  }

  private static void refuse(Duration wait) {
    throw new ApiException(
        429,
        "too-many-tries",
        "too many wrong passwords; try again in %d s".formatted(wait.toSeconds() + 1),
        wait);
  }

  private static Cookie cookie(String secret, int seconds, boolean secure) {
    return new Cookie(Access.COOKIE, secret, "/", seconds, secure, true, null, SameSite.STRICT);
  }

  private static Map<String, Object> description(Logins.Login login) {
    return Map.of(
        "name", login.name(),
        "role", login.role(),
        "csrf", login.csrf(),
        "mustChangePassword", login.mustChangePassword());
  }

  private void logout(Context ctx) {
    Access.login(ctx).ifPresent(login -> logins.close(login.hash()));
    ctx.cookie(cookie("", 0, Arrival.of(ctx, behindProxy).secure()));
    ctx.status(204);
  }

  private void me(Context ctx) {
    Caller caller = Caller.of(ctx);
    ctx.json(
        Access.login(ctx)
            .map(PeopleRoutes::description)
            // A token needs none.
            .orElse(
                Map.of(
                    "name",
                    caller.name(),
                    "role",
                    caller.role(),
                    "csrf",
                    "",
                    "mustChangePassword",
                    false)));
  }

  private record PasswordChange(
      @JsonProperty("old") String old, @JsonProperty("new") String chosen) {}

  private void changeOwnPassword(Context ctx) {
    Logins.Login login =
        Access.login(ctx)
            .orElseThrow(
                () -> new ApiException(403, "no-login", "a password is not changed with a token"));
    PasswordChange change = Json.body(ctx, PasswordChange.class);
    String address = Arrival.of(ctx, behindProxy).address();
    // Who has found an open browser may not try passwords either.
    Optional<Duration> wait = limit.begin(login.name(), address);
    wait.ifPresent(PeopleRoutes::refuse);
    Account account = accounts.find(login.name()).orElseThrow();
    if (!passwords.matches(change.old(), account.password())) {
      throw new ApiException(403, "wrong-password", "the old password is wrong");
    }
    limit.succeeded(login.name(), address);
    Passwords.check(change.chosen());
    if (change.chosen().equals(change.old())) {
      throw new ApiException(400, "bad-password", "the new password is the old one");
    }
    accounts.changePassword(login.name(), passwords.hash(change.chosen()), false, login.hash());
    ctx.status(204);
  }

  // ---- Accounts --------------------------------------------------------------------------------

  private record NewUser(String name, String role, String password) {}

  private void addUser(Context ctx) {
    requireLogin(ctx);
    NewUser user = Json.body(ctx, NewUser.class);
    Accounts.checkName(user.name());
    Role role = Role.ofAccount(user.role());
    String password = user.password() == null ? Secrets.password() : user.password();
    Passwords.check(password);
    accounts.add(user.name(), role, passwords.hash(password), clock.instant());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("name", user.name());
    answer.put("role", role);
    if (user.password() == null) {
      answer.put("password", password);
    }
    ctx.status(201).json(answer);
  }

  private record UserChange(String role, String password, Boolean disabled) {}

  private void changeUser(Context ctx) {
    requireLogin(ctx);
    UserChange change = Json.body(ctx, UserChange.class);
    String name = ctx.pathParam("name");
    Account account =
        accounts
            .find(name)
            .orElseThrow(
                () ->
                    new ApiException(
                        404, "unknown-user", "there is no account of that name; see GET /users"));
    Role role = change.role() == null ? account.role() : Role.ofAccount(change.role());
    String hash = null;
    if (change.password() != null) {
      Passwords.check(change.password());
      hash = passwords.hash(change.password()); // may be refused, so it comes before any change
    }
    accounts.change(name, role, change.disabled() == null ? account.disabled() : change.disabled());
    if (hash != null) {
      accounts.changePassword(name, hash, true, null);
    }
    ctx.json(accounts.find(name).orElseThrow());
  }

  // ---- Tokens ----------------------------------------------------------------------------------

  private static String ownerOrAll(Caller caller) {
    return caller.role() == Role.ADMIN ? null : caller.name();
  }

  private record NewToken(String name, String scope, Integer days) {}

  /** A token that could make another, or an account, would never end. */
  private static void requireLogin(Context ctx) {
    if (Access.login(ctx).isEmpty()) {
      throw new ApiException(
          403,
          "not-allowed",
          "accounts and tokens are made and changed by who is logged in, not by a token");
    }
  }

  private void addToken(Context ctx) {
    requireLogin(ctx);
    NewToken token = Json.body(ctx, NewToken.class);
    Caller caller = Caller.of(ctx);
    if (token.name() == null || !token.name().matches("[^\\p{Cntrl}]{1,64}")) {
      throw new ApiException(400, "bad-name", "a token's name has 1 to 64 characters");
    }
    if (token.days() == null || token.days() < 1 || token.days() > MOST_DAYS) {
      throw new ApiException(
          400, "bad-value", "days is a whole number of 1 to %d".formatted(MOST_DAYS));
    }
    if (!caller.role().includes(Tokens.role(token.scope()))) {
      throw new ApiException(
          403, "not-allowed", "a token may no more than who makes it: choose a narrower scope");
    }
    String made =
        tokens.add(caller.name(), token.name(), token.scope(), Duration.ofDays(token.days()));
    ctx.status(201).json(Map.of("token", made));
  }

  private void revokeToken(Context ctx) {
    requireLogin(ctx);
    tokens.revoke(ctx.pathParam("id"), ownerOrAll(Caller.of(ctx)));
    ctx.status(204);
  }

  private void audit(Context ctx) {
    int limit = Query.integer(ctx, "limit", 100, 1, 1_000);
    int before = Query.integer(ctx, "before", Integer.MAX_VALUE, 1, Integer.MAX_VALUE);
    ctx.json(audit.last(limit, before));
  }
}

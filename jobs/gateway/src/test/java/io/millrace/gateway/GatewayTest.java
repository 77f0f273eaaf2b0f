package io.millrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.gateway.RegisteredRoutes.Route;
import io.millrace.gateway.TestClient.Answer;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.people.Role;
import io.millrace.gateway.scans.ScanSettings;
import io.millrace.gateway.server.Listening;
import io.millrace.gateway.store.Database;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what, asked over real HTTP. */
class GatewayTest {
  /** The least that bcrypt has. */
  private static final int COST = 4;

  private static final String CHOSEN = "a password of my own";

  @TempDir Path folder;

  Database database;
  private Gateway gateway;
  TestClient anyone;
  private TestClient admin;

  private static final ScanSettings SCANS =
      new ScanSettings(List.of(), null, "tcp://127.0.0.1:*", null, 1 << 24);

  /** An empty database. */
  String databaseUrl() throws Exception {
    return "sqlite:" + folder.resolve("gateway.db");
  }

  @BeforeEach
  void start() throws Exception {
    database = Database.open(databaseUrl());
    MachineProfile local =
        MachineProfile.load(Path.of("../..").toAbsolutePath().normalize(), "local");
    gateway =
        new Gateway(
            new Listening("127.0.0.1", 0, Optional.empty(), false),
            database,
            List.of(local),
            SCANS,
            Optional.empty(),
            COST);
    String password = gateway.firstPassword().orElseThrow();
    gateway.start(400);
    anyone = new TestClient(gateway.address());
    TestClient first = anyone.login("admin", password);
    assertThat(first.get("/api/v1/sessions").code())
        .as("nothing before the one-time password is changed")
        .isEqualTo("password-change-required");
    assertThat(
            first
                .post("/api/v1/me/password", TestClient.body("old", password, "new", CHOSEN))
                .status())
        .isEqualTo(204);
    admin = anyone.login("admin", CHOSEN);
  }

  @AfterEach
  void stop() {
    gateway.close();
    database.close();
  }

  private TestClient user(String name, String role) throws Exception {
    Answer made = admin.post("/api/v1/users", TestClient.body("name", name, "role", role));
    assertThat(made.status()).isEqualTo(201);
    String password = made.json().get("password").asText();
    anyone
        .login(name, password)
        .post("/api/v1/me/password", TestClient.body("old", password, "new", CHOSEN));
    return anyone.login(name, CHOSEN);
  }

  private String token(TestClient owner, String scope) throws Exception {
    Answer made =
        owner.post("/api/v1/tokens", TestClient.body("name", "t", "scope", scope, "days", 1));
    assertThat(made.status()).isEqualTo(201);
    return made.json().get("token").asText();
  }

  private TestClient program(String token) {
    return anyone.with("Authorization", "Bearer " + token);
  }

  // ---- Roles -----------------------------------------------------------------------------------

  @Test
  void everyRouteNamesOneRole() {
    List<Route> routes = RegisteredRoutes.of(gateway.areas());
    assertThat(routes).hasSizeGreaterThan(20);
    assertThat(routes).allSatisfy(route -> assertThat(route.roles()).hasSize(1));
    assertThat(
            routes.stream().filter(route -> route.role() == Role.ANYONE).map(Route::path).toList())
        .as("what strangers may do")
        .containsExactlyInAnyOrder("/api/v1/login", "/healthz", "/metrics");
  }

  /** Each route is asked by all that may less than it takes, with cookies and with tokens. */
  @Test
  void noRouteAnswersWithoutItsRole() throws Exception {
    TestClient viewer = user("vera", "viewer");
    TestClient operator = user("otto", "operator");
    TestClient readToken = program(token(admin, "read"));
    TestClient operateToken = program(token(admin, "operate"));
    for (Route route : RegisteredRoutes.of(gateway.areas())) {
      if (route.role() == Role.ANYONE || route.method().equals("WS")) {
        continue;
      }
      String path = route.path().replaceAll("\\{\\w+}", "some");
      String body = route.method().equals("GET") ? null : "{}";
      Answer nobody = anyone.send(route.method(), path, body);
      assertThat(nobody.status()).as("nobody: %s", route).isEqualTo(401);
      assertThat(nobody.code()).isEqualTo("not-logged-in");
      if (route.role() != Role.VIEWER) {
        for (TestClient client : List.of(viewer, readToken)) {
          Answer refused = client.send(route.method(), path, body);
          assertThat(refused.status()).as("viewer: %s", route).isEqualTo(403);
          assertThat(refused.code()).isEqualTo("not-allowed");
        }
      }
      if (route.role() == Role.ADMIN) {
        for (TestClient client : List.of(operator, operateToken)) {
          assertThat(client.send(route.method(), path, body).status())
              .as("operator: %s", route)
              .isEqualTo(403);
        }
      }
    }
  }

  // ---- Cookies ---------------------------------------------------------------------------------

  @Test
  void cookieIsForTheServerOnlyAndEndsWithTheLogin() throws Exception {
    Answer login =
        anyone.post("/api/v1/login", TestClient.body("name", "admin", "password", CHOSEN));
    assertThat(login.header("Set-Cookie"))
        .startsWith("millrace=")
        .contains("HttpOnly")
        .contains("SameSite=Strict")
        .contains("Path=/")
        .doesNotContain("Secure");
    assertThat(admin.get("/api/v1/me").json().get("role").asText()).isEqualTo("admin");
    assertThat(admin.post("/api/v1/logout", "{}").status()).isEqualTo(204);
    assertThat(admin.get("/api/v1/me").status()).isEqualTo(401);
  }

  @Test
  void whatChangesSomethingNeedsTheHeaderOfOurPages() throws Exception {
    Answer login =
        anyone.post("/api/v1/login", TestClient.body("name", "admin", "password", CHOSEN));
    TestClient cookieOnly = anyone.with("Cookie", login.header("Set-Cookie").split(";")[0]);
    assertThat(cookieOnly.get("/api/v1/me").status()).isEqualTo(200);
    for (Route route : RegisteredRoutes.of(gateway.areas())) {
      if (Set.of("GET", "WS").contains(route.method()) || route.role() == Role.ANYONE) {
        continue;
      }
      String path = route.path().replaceAll("\\{\\w+}", "some");
      assertThat(cookieOnly.send(route.method(), path, "{}").code())
          .as("%s", route)
          .isEqualTo("csrf");
      assertThat(
              cookieOnly.with("X-Millrace-Csrf", "guessed").send(route.method(), path, "{}").code())
          .as("%s", route)
          .isEqualTo("csrf");
    }
    assertThat(
            admin
                .with("Origin", "https://evil.example")
                .post("/api/v1/users", TestClient.body("name", "eve", "role", "admin"))
                .code())
        .isEqualTo("foreign-origin");
    assertThat(
            anyone
                .with("Origin", "https://evil.example")
                .post("/api/v1/login", TestClient.body("name", "admin", "password", CHOSEN))
                .code())
        .isEqualTo("foreign-origin");
  }

  /** A form of another page can send text/plain without being asked, but no JSON. */
  @Test
  void aFormOfHtmlIsNoLogin() throws Exception {
    assertThat(anyone.with("Content-Type", "text/plain").send("POST", "/api/v1/login", null).code())
        .isEqualTo("no-json");
  }

  // ---- Passwords -------------------------------------------------------------------------------

  @Test
  void whoTriesManyPasswordsHasToWait() throws Exception {
    user("vera", "viewer");
    int refused = 0;
    for (int i = 0; i < 10; i++) {
      Answer wrong =
          anyone.post("/api/v1/login", TestClient.body("name", "vera", "password", "wrong" + i));
      refused += wrong.status() == 401 ? 1 : 0;
    }
    assertThat(refused).isEqualTo(10);
    Answer right =
        anyone.post("/api/v1/login", TestClient.body("name", "vera", "password", CHOSEN));
    assertThat(right.status()).isEqualTo(429);
    assertThat(Integer.parseInt(right.header("Retry-After"))).isBetween(1, 901);
    assertThat(anyone.login("admin", CHOSEN).get("/api/v1/me").status())
        .as("others are not kept out")
        .isEqualTo(200);
    assertThat(admin.get("/api/v1/audit?limit=1000").json())
        .filteredOn(entry -> entry.get("detail").asText().startsWith("refused"))
        .hasSize(10);
  }

  /** Strangers learn no names by the answer. */
  @Test
  void aWrongNameIsAnsweredAsAWrongPassword() throws Exception {
    Answer name =
        anyone.post("/api/v1/login", TestClient.body("name", "nobody", "password", CHOSEN));
    Answer password =
        anyone.post("/api/v1/login", TestClient.body("name", "admin", "password", "wrong"));
    assertThat(name.status()).isEqualTo(401);
    assertThat(name.response().body()).isEqualTo(password.response().body());
  }

  @Test
  void whoIsDisabledIsOutAtOnce() throws Exception {
    TestClient otto = user("otto", "operator");
    TestClient program = program(token(otto, "operate"));
    assertThat(program.get("/api/v1/me").status()).isEqualTo(200);
    Answer disabled = admin.send("PATCH", "/api/v1/users/otto", TestClient.body("disabled", true));
    assertThat(disabled.status()).isEqualTo(200);
    assertThat(disabled.json().has("password")).isFalse();
    assertThat(otto.get("/api/v1/me").status()).isEqualTo(401);
    assertThat(program.get("/api/v1/me").status()).isEqualTo(401);
    assertThat(admin.send("PATCH", "/api/v1/users/admin", TestClient.body("role", "viewer")).code())
        .isEqualTo("last-admin");
    assertThat(admin.get("/api/v1/users").status()).as("that was undone").isEqualTo(200);
  }

  // ---- Tokens ----------------------------------------------------------------------------------

  /** Who gives somebody another password takes the account away from whoever had it. */
  @Test
  void tokensDoNotOutliveAPasswordThatAnAdminGives() throws Exception {
    TestClient program = program(token(user("otto", "operator"), "read"));
    assertThat(program.get("/api/v1/sessions").status()).isEqualTo(200);
    Answer changed =
        admin.send("PATCH", "/api/v1/users/otto", TestClient.body("password", "for one time only"));
    assertThat(changed.status()).isEqualTo(200);
    anyone
        .login("otto", "for one time only")
        .post("/api/v1/me/password", TestClient.body("old", "for one time only", "new", CHOSEN));
    assertThat(program.get("/api/v1/sessions").code()).isEqualTo("bad-token");
  }

  @Test
  void tokensAreNarrowAndCanBeRevoked() throws Exception {
    TestClient otto = user("otto", "operator");
    assertThat(
            otto.post("/api/v1/tokens", TestClient.body("name", "t", "scope", "admin", "days", 1))
                .status())
        .isEqualTo(403);
    String token = token(otto, "read");
    assertThat(token).startsWith("mr_");
    TestClient program = program(token);
    assertThat(program.get("/api/v1/sessions").status()).isEqualTo(200);
    Answer refused =
        program.post(
            "/api/v1/sessions",
            TestClient.body("name", "s", "machine", "local", "nodes", 1, "minutes", 10));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(
            program
                .post("/api/v1/tokens", TestClient.body("name", "t", "scope", "read", "days", 1))
                .code())
        .as("a token makes no token")
        .isEqualTo("not-allowed");
    TestClient ofAdmin = program(token(admin, "admin"));
    assertThat(ofAdmin.get("/api/v1/users").status()).isEqualTo(200);
    assertThat(
            ofAdmin.post("/api/v1/users", TestClient.body("name", "eve", "role", "admin")).code())
        .as("a token makes no account")
        .isEqualTo("not-allowed");
    assertThat(
            ofAdmin
                .send("PATCH", "/api/v1/users/admin", TestClient.body("password", "of the thief"))
                .code())
        .as("nor takes one over")
        .isEqualTo("not-allowed");
    JsonNode listed = otto.get("/api/v1/tokens").json();
    assertThat(listed).hasSize(1);
    assertThat(listed.toString()).doesNotContain(token).doesNotContain("hash");
    String id = listed.get(0).get("id").asText();
    TestClient vera = user("vera", "viewer");
    assertThat(vera.send("DELETE", "/api/v1/tokens/" + id, null).status()).isEqualTo(404);
    assertThat(otto.send("DELETE", "/api/v1/tokens/" + id, null).status()).isEqualTo(204);
    assertThat(program.get("/api/v1/sessions").code()).isEqualTo("bad-token");
    assertThat(program(token + "x").get("/api/v1/sessions").status()).isEqualTo(401);
  }

  // ---- Text that is more than text -------------------------------------------------------------

  @Test
  void sqlIsTextEverywhere() throws Exception {
    String sql = "%27%20OR%201=1;DROP%20TABLE%20users;--";
    assertThat(admin.get("/api/v1/sessions?state=" + sql).code()).isEqualTo("bad-value");
    assertThat(admin.get("/api/v1/sessions?limit=" + sql).code()).isEqualTo("bad-value");
    assertThat(admin.get("/api/v1/audit?before=" + sql).code()).isEqualTo("bad-value");
    assertThat(admin.get("/api/v1/sessions/" + sql).code()).isEqualTo("unknown-session");
    assertThat(admin.get("/api/v1/sessions/" + sql + "/log").code()).isEqualTo("unknown-session");
    assertThat(admin.send("PATCH", "/api/v1/users/" + sql, "{}").code()).isEqualTo("unknown-user");
    assertThat(admin.send("DELETE", "/api/v1/tokens/" + sql, null).code())
        .isEqualTo("unknown-token");
    assertThat(
            anyone
                .post(
                    "/api/v1/login",
                    TestClient.body("name", "admin' --", "password", "' OR '1'='1"))
                .status())
        .isEqualTo(401);
    for (String filter : List.of("q", "session", "state", "tag", "from", "to", "limit", "offset")) {
      for (String list : List.of("scans", "scans.csv", "scans.json")) {
        Answer answer = admin.get("/api/v1/%s?%s=%s".formatted(list, filter, sql));
        assertThat(answer.status()).as("%s of %s", filter, list).isIn(200, 400);
      }
    }
    assertThat(admin.get("/api/v1/scans?tag=" + sql).json().get("total").asInt()).isZero();
    assertThat(admin.get("/api/v1/users").json()).hasSize(1);
  }

  /** The real one, with the door before it. */
  @Test
  void aWebSocketTakesARoleAndOurOrigin() throws Exception {
    URI at = URI.create(gateway.address());
    List<Route> sockets =
        RegisteredRoutes.of(gateway.areas()).stream()
            .filter(route -> route.method().equals("WS"))
            .toList();
    assertThat(sockets).isNotEmpty();
    String token = "Authorization: Bearer " + token(admin, "read");
    for (Route route : sockets) {
      assertThat(RawUpgrade.of(at, route.path())).contains("401");
      assertThat(RawUpgrade.of(at, route.path(), "Authorization: Bearer mr_x")).contains("401");
      assertThat(RawUpgrade.of(at, route.path(), token)).contains("101");
      assertThat(RawUpgrade.of(at, route.path(), token, "Origin: https://evil.example"))
          .contains("403");
    }
  }

  @Test
  void aScriptComesBackAsJson() throws Exception {
    String script = "<script>alert(1)</script>";
    anyone.post("/api/v1/login", TestClient.body("name", script, "password", script));
    Answer made =
        admin.post("/api/v1/tokens", TestClient.body("name", script, "scope", "read", "days", 1));
    assertThat(made.status()).isEqualTo(201);
    for (Answer answer :
        List.of(
            admin.get("/api/v1/tokens"),
            admin.get("/api/v1/audit"),
            admin.get("/api/v1/sessions/" + "%3Cscript%3E"),
            admin.get("/%3Cscript%3Ealert(1)%3C/script%3E"),
            admin.post("/api/v1/users", TestClient.body("name", script, "role", "viewer")),
            admin.post(
                "/api/v1/sessions",
                TestClient.body("name", script, "machine", script, "nodes", 1, "minutes", 9)))) {
      assertThat(answer.header("Content-Type")).startsWith("application/json");
      assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(answer.header("Content-Security-Policy")).contains("default-src 'none'");
    }
  }

  @Test
  void badJsonIsToldWithoutItsText() throws Exception {
    Answer answer =
        anyone.post("/api/v1/login", "{\"name\":\"a\",\"password\":\"secret\",\"x\":1}");
    assertThat(answer.code()).isEqualTo("bad-json");
    assertThat(answer.response().body()).contains("'x'").doesNotContain("secret");
    assertThat(anyone.post("/api/v1/login", "{\"password\":\"secret").response().body())
        .contains("bad-json")
        .doesNotContain("secret");
    assertThat(admin.post("/api/v1/sessions", "{\"nodes\":\"many\"}").code()).isEqualTo("bad-json");
    assertThat(admin.post("/api/v1/users", "x".repeat((1 << 20) + 1)).status()).isEqualTo(413);
  }

  // ---- What there is ---------------------------------------------------------------------------

  /** In both directions: all routes are described, and all that is described is there. */
  @Test
  void openApiIsTrue() throws Exception {
    JsonNode paths = admin.get("/api/v1/openapi.json").json().get("paths");
    Set<String> described = new TreeSet<>();
    paths
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation ->
                            described.add(
                                "%s %s %s"
                                    .formatted(
                                        operation.getKey().toUpperCase(Locale.ROOT),
                                        path.getKey(),
                                        operation.getValue().get("x-role").asText()))));
    Set<String> registered =
        RegisteredRoutes.of(gateway.areas()).stream()
            .filter(route -> !route.method().equals("WS"))
            .map(r -> "%s %s %s".formatted(r.method(), r.path(), r.role().word()))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(described).isEqualTo(registered);
  }

  @Test
  void healthAndMetricsAreThereForThisMachine() throws Exception {
    assertThat(anyone.get("/healthz").json().get("state").asText()).isEqualTo("up");
    Answer metrics = anyone.get("/metrics");
    assertThat(metrics.status()).isEqualTo(200);
    assertThat(metrics.response().body())
        .contains("millrace_gateway_requests_total{method=\"POST\",route=\"/api/v1/login\"");
  }

  @Test
  void whatIsNotThereIsAFault() throws Exception {
    assertThat(admin.get("/api/v1/nothing").code()).isEqualTo("unknown-path");
    assertThat(admin.send("PUT", "/api/v1/sessions", "{}").code()).isEqualTo("wrong-method");
  }

  @Test
  void aPortThatIsTakenIsNamed() throws Exception {
    int port = URI.create(gateway.address()).getPort();
    try (Gateway second =
        new Gateway(
            new Listening("127.0.0.1", port, Optional.empty(), false),
            database,
            List.of(),
            SCANS,
            Optional.empty(),
            COST)) {
      assertThatThrownBy(() -> second.start(400))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("127.0.0.1:" + port);
    }
  }
}

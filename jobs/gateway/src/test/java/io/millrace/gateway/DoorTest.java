package io.millrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.gateway.people.People;
import io.millrace.gateway.people.Role;
import io.millrace.gateway.server.Listening;
import io.millrace.gateway.server.Routes;
import io.millrace.gateway.server.WebServer;
import io.millrace.gateway.store.Database;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What no area can do for itself: web sockets, routes without a role, proxies, HTTPS. */
class DoorTest {
  @TempDir Path folder;

  private Database database;
  private WebServer server;
  private String password;

  @BeforeEach
  void open() {
    database = Database.open("sqlite:" + folder.resolve("gateway.db"));
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
    database.close();
  }

  private TestClient start(boolean behindProxy, Optional<Listening.Tls> tls) throws Exception {
    PrometheusRegistry registry = new PrometheusRegistry();
    People people = new People(database, Clock.systemUTC(), behindProxy, registry, 4);
    password = people.first().orElseThrow();
    List<Routes> areas = new ArrayList<>(people.routes());
    areas.add(
        routes -> {
          routes.ws("/api/v1/live", ws -> ws.onConnect(c -> c.send("hello")), Role.VIEWER);
          routes.get("/api/v1/forgotten", ctx -> ctx.result("secret"));
        });
    server =
        WebServer.start(
            new Listening("127.0.0.1", 0, tls, behindProxy), Role.ANYONE, registry, areas);
    return new TestClient(server.address());
  }

  private TestClient admin(TestClient anyone) throws Exception {
    TestClient first = anyone.login("admin", password);
    String chosen = "a password of my own";
    assertThat(
            first
                .post("/api/v1/me/password", TestClient.body("old", password, "new", chosen))
                .status())
        .isEqualTo(204);
    return anyone.login("admin", chosen);
  }

  private String upgrade(String... headers) throws Exception {
    return RawUpgrade.of(URI.create(server.address()), "/api/v1/live", headers);
  }

  @Test
  void aWebSocketIsForOurPagesAndForPrograms() throws Exception {
    TestClient anyone = start(false, Optional.empty());
    TestClient admin = admin(anyone);
    TestClient.Answer login =
        anyone.post(
            "/api/v1/login", TestClient.body("name", "admin", "password", "a password of my own"));
    String cookie = "Cookie: " + login.header("Set-Cookie").split(";")[0];
    String ours = server.address().replaceAll("/$", "");
    String token =
        admin
            .post("/api/v1/tokens", TestClient.body("name", "t", "scope", "read", "days", 1))
            .json()
            .get("token")
            .asText();
    assertThat(upgrade()).contains("401");
    assertThat(upgrade("Origin: " + ours)).contains("401");
    assertThat(upgrade(cookie, "Origin: " + ours)).contains("101");
    assertThat(upgrade(cookie, "Origin: https://evil.example")).contains("403");
    assertThat(upgrade(cookie, "Origin: null")).contains("403");
    assertThat(upgrade(cookie)).as("without a page").contains("403");
    assertThat(upgrade("Authorization: Bearer " + token)).contains("101");
    assertThat(upgrade("Authorization: Bearer mr_guessed")).contains("401");
  }

  @Test
  void aRouteWithoutARoleIsForNobody() throws Exception {
    TestClient admin = admin(start(false, Optional.empty()));
    TestClient.Answer answer = admin.get("/api/v1/forgotten");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.response().body()).doesNotContain("secret");
  }

  /** What a proxy adds stands last; what somebody has sent before it is not believed. */
  @Test
  void aProxyIsBelievedIfThereIsOne() throws Exception {
    TestClient proxied =
        start(true, Optional.empty())
            .with("X-Forwarded-For", "127.0.0.1, 192.0.2.7")
            .with("X-Forwarded-Proto", "https")
            .with("X-Forwarded-Host", "millrace.example.org");
    TestClient.Answer login =
        proxied
            .with("Origin", "https://millrace.example.org")
            .post("/api/v1/login", TestClient.body("name", "admin", "password", password));
    assertThat(login.status()).isEqualTo(200);
    assertThat(login.header("Set-Cookie")).contains("Secure");
    assertThat(login.header("Strict-Transport-Security")).isNotEmpty();
    assertThat(admin(proxied).get("/api/v1/audit").json().get(0).get("address").asText())
        .isEqualTo("192.0.2.7");
  }

  @Test
  void whoOnlySaysThatIsNotBelieved() throws Exception {
    TestClient.Answer login =
        start(false, Optional.empty())
            .with("X-Forwarded-Proto", "https")
            .with("X-Forwarded-For", "192.0.2.7")
            .post("/api/v1/login", TestClient.body("name", "admin", "password", password));
    assertThat(login.header("Set-Cookie")).doesNotContain("Secure");
  }

  @Test
  void httpsHasASecureCookie() throws Exception {
    Path store = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                "-genkeypair",
                "-alias",
                "gateway",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    TestClient client = start(false, Optional.of(new Listening.Tls(store, "changeit")));
    assertThat(server.address()).startsWith("https://");
    TestClient.Answer login =
        client
            .trusting(store, "changeit")
            .post("/api/v1/login", TestClient.body("name", "admin", "password", password));
    assertThat(login.status()).isEqualTo(200);
    assertThat(login.header("Set-Cookie")).contains("Secure");
    assertRefused(
        store,
        "wrong",
        "the key store %s cannot be used".formatted(store),
        "keystore password was incorrect");
    Path missing = folder.resolve("missing.p12");
    assertRefused(missing, "changeit", "the key store %s cannot be used".formatted(missing), "");
    KeyStore empty = KeyStore.getInstance("PKCS12");
    empty.load(null, null);
    Path keyless = folder.resolve("keyless.p12");
    try (OutputStream out = Files.newOutputStream(keyless)) {
      empty.store(out, "changeit".toCharArray());
    }
    assertRefused(keyless, "changeit", "the key store %s has no key".formatted(keyless), "");
  }

  private static void assertRefused(Path store, String password, String what, String why) {
    Listening listening =
        new Listening("127.0.0.1", 0, Optional.of(new Listening.Tls(store, password)), false);
    assertThatThrownBy(
            () -> WebServer.start(listening, Role.ANYONE, new PrometheusRegistry(), List.of()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(what + (why.isEmpty() ? "" : ": "))
        .hasMessageContaining(why);
  }
}

package io.millrace.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A browser or a program, as the gateway sees it: real HTTP, and a cookie that it is given. */
public final class TestClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();

  private final String address;
  private final HttpClient http;
  private final List<String> headers = new ArrayList<>();

  /**
   * @param address with a slash in the end, as the gateway prints it
   */
  public TestClient(String address) {
    this(address, HTTP);
  }

  private TestClient(String address, HttpClient http) {
    this.address = address;
    this.http = http;
  }

  /** One that trusts the certificates of a key store. */
  public TestClient trusting(Path keyStore, String password) throws Exception {
    KeyStore store = KeyStore.getInstance(keyStore.toFile(), password.toCharArray());
    KeyStore certificates = KeyStore.getInstance("PKCS12");
    certificates.load(null, null);
    for (String alias : Collections.list(store.aliases())) {
      certificates.setCertificateEntry(alias, store.getCertificate(alias));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(certificates);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return new TestClient(address, HttpClient.newBuilder().sslContext(context).build());
  }

  /** An answer. */
  public record Answer(HttpResponse<String> response) {
    public int status() {
      return response.statusCode();
    }

    public String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    public JsonNode json() {
      try {
        return JSON.readTree(response.body());
      } catch (IOException e) {
        throw new AssertionError("no JSON: " + response.body(), e);
      }
    }

    /** The code of a fault. */
    public String code() {
      return json().path("error").path("code").asText();
    }
  }

  /** The same, and with each request a header. */
  public TestClient with(String name, String value) {
    TestClient other = new TestClient(address, http);
    other.headers.addAll(headers);
    other.headers.add(name);
    other.headers.add(value);
    return other;
  }

  /** Somebody who has logged in, as a page of ours asks for them. */
  public TestClient login(String name, String password) throws Exception {
    Answer answer = post("/api/v1/login", body("name", name, "password", password));
    if (answer.status() != 200) {
      throw new AssertionError(answer.status() + " " + answer.response().body());
    }
    return with("Cookie", answer.header("Set-Cookie").split(";")[0])
        .with("X-Millrace-Csrf", answer.json().get("csrf").asText());
  }

  /** A JSON object of names and values. */
  public static String body(Object... entries) {
    var object = JSON.createObjectNode();
    for (int i = 0; i < entries.length; i += 2) {
      object.set(entries[i].toString(), JSON.valueToTree(entries[i + 1]));
    }
    return object.toString();
  }

  public Answer get(String path) throws Exception {
    return send("GET", path, null);
  }

  public Answer post(String path, String body) throws Exception {
    return send("POST", path, body);
  }

  /**
   * @param body null for none
   */
  public Answer send(String method, String path, String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path.substring(1)))
            .timeout(Duration.ofSeconds(30));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    if (!headers.isEmpty()) {
      request.headers(headers.toArray(String[]::new));
    }
    request.method(
        method,
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body));
    return new Answer(http.send(request.build(), HttpResponse.BodyHandlers.ofString()));
  }
}

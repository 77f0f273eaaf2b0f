package io.millrace.benchmarks.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.benchmarks.parts.GatewayPart;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.net.HttpCookie;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/**
 * Somebody who is logged in at a gateway, and so may watch.
 *
 * @param address of the gateway's page
 * @param cookie that tells the gateway who it is
 */
public record GatewayLogin(URI address, HttpCookie cookie) {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final String PASSWORD = "as many eyes as there are";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Logs the admin in for the first time, which takes a new password. */
  public static GatewayLogin first(GatewayPart gateway) throws RunFailure, InterruptedException {
    HttpClient http = HttpClient.newBuilder().connectTimeout(DEADLINE).build();
    String one = gateway.oneTimePassword();
    HttpResponse<String> answer =
        post(http, gateway, "login", Map.of("name", "admin", "password", one), "");
    try {
      JsonNode me = JSON.readTree(answer.body());
      HttpCookie cookie =
          HttpCookie.parse(answer.headers().firstValue("Set-Cookie").orElseThrow()).get(0);
      post(
          http,
          gateway,
          "me/password",
          Map.of("old", one, "new", PASSWORD),
          me.path("csrf").asText(),
          "Cookie",
          asHeader(cookie));
      return new GatewayLogin(gateway.address(), cookie);
    } catch (JsonProcessingException e) {
      throw new RunFailure("the gateway's answer to a login is no JSON: " + answer.body(), e);
    }
  }

  private static HttpResponse<String> post(
      HttpClient http,
      GatewayPart gateway,
      String path,
      Map<String, String> content,
      String csrf,
      String... more)
      throws RunFailure, InterruptedException {
    URI uri = gateway.address().resolve("api/v1/" + path);
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri)
              .timeout(DEADLINE)
              .header("Content-Type", "application/json")
              .header("X-Millrace-Csrf", csrf)
              .POST(BodyPublishers.ofString(JSON.writeValueAsString(content)));
      if (more.length > 0) {
        request.headers(more);
      }
      HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
      if (answer.statusCode() / 100 != 2) {
        throw new RunFailure(
            "the gateway refuses POST %s: %d %s"
                .formatted(uri, answer.statusCode(), answer.body()));
      }
      return answer;
    } catch (IOException e) {
      throw new RunFailure("the gateway does not answer to POST " + uri, e);
    }
  }

  private static String asHeader(HttpCookie cookie) {
    return cookie.getName() + "=" + cookie.getValue();
  }

  /** The cookie as a request has it. */
  String cookieHeader() {
    return asHeader(cookie);
  }

  /** Where the page's web socket is. */
  URI webSocket() {
    return URI.create("ws" + address.resolve("api/v1/live").toString().substring("http".length()));
  }

  /** Which page a web socket is of, as a browser says it. */
  String origin() {
    return address.getScheme() + "://" + address.getAuthority();
  }
}

package io.millrace.gateway.facility;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Calls of the Superfacility API, signed in, and what their answers mean. */
final class ApiCalls {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NO_TOKEN = 401;
  private static final int NOT_ALLOWED = 403;

  private final HttpCalls calls;
  private final String base;
  private final AccessToken token;

  /**
   * @param base of all paths, without a slash at its end
   */
  ApiCalls(HttpCalls calls, String base, AccessToken token) {
    this.calls = calls;
    this.base = base;
    this.token = token;
  }

  /** A path of these parts, each of them written so that it stays one. */
  static String path(String... parts) {
    return Arrays.stream(parts).map(ApiCalls::encoded).collect(Collectors.joining("/", "/", ""));
  }

  /** Written so that it can stand in a path, a query or a form. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Where a path leads. */
  URI at(String path) {
    return URI.create(base + path);
  }

  /**
   * Asks for something, with a token.
   *
   * @param what is done, for messages
   */
  JsonNode get(String what, String path) throws FacilityException, InterruptedException {
    return json(what, path, call(what, path, HttpRequest.newBuilder().GET()));
  }

  /** Asks for something that everybody may know. */
  JsonNode open(String what, String path) throws FacilityException, InterruptedException {
    return json(
        what,
        path,
        calls.retrying(what, at(path), () -> HttpRequest.newBuilder(at(path)).GET().build()));
  }

  /**
   * Does something that may be done twice, with a token.
   *
   * @return whatever comes back; also an error that the caller may know better
   */
  HttpCalls.Answer call(String what, String path, HttpRequest.Builder request)
      throws FacilityException, InterruptedException {
    HttpCalls.Answer answer = calls.retrying(what, at(path), () -> signed(path, request.copy()));
    if (answer.status() == NO_TOKEN) {
      token.forget();
      answer = calls.retrying(what, at(path), () -> signed(path, request.copy()));
    }
    return answer;
  }

  /**
   * Does something that must not be done twice; so it is tried once.
   *
   * @throws java.net.ConnectException if nothing was sent
   * @throws IOException if nobody knows whether it was heard
   */
  HttpCalls.Answer postOnce(String path, String form)
      throws FacilityException, IOException, InterruptedException {
    HttpCalls.Answer answer =
        calls.once(
            signed(
                path,
                HttpRequest.newBuilder()
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form))));
    if (answer.status() == NO_TOKEN) {
      token.forget();
    }
    return answer;
  }

  private HttpRequest signed(String path, HttpRequest.Builder request)
      throws FacilityException, InterruptedException {
    return request
        .uri(at(path))
        .header("Accept", "application/json")
        .header("Authorization", "Bearer " + token.value())
        .build();
  }

  /**
   * What a good answer says.
   *
   * @throws FacilityException if it is not good; says what to do
   */
  JsonNode json(String what, String path, HttpCalls.Answer answer) throws FacilityException {
    if (!answer.good()) {
      throw refusal(what, path, answer);
    }
    try {
      JsonNode json = JSON.readTree(answer.body());
      return json == null ? JSON.missingNode() : json;
    } catch (JsonProcessingException e) {
      throw new FacilityException(
          "%s: %s answers something else than JSON: %s; is 'api' in the machine's file right?"
              .formatted(what, at(path), ErrorText.of(answer.body())));
    }
  }

  /** What an answer that is not good means. */
  FacilityException refusal(String what, String path, HttpCalls.Answer answer) {
    String next =
        switch (answer.status()) {
          case NO_TOKEN ->
              "it does not take a new access token either; see whether 'api' and 'token' in the machine's file belong together, and have the facility make a new client if this one has ended";
          case NOT_ALLOWED ->
              "the client may not do that: it needs the colour red (submit jobs), and this machine's address has to be in the client's ranges; have the facility make such a client";
          default -> "see whether 'api' and 'machine' in the machine's file are right";
        };
    return new FacilityException(
        "%s: %s answers %s; %s".formatted(what, at(path), ErrorText.of(answer), next));
  }
}

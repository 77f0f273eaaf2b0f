package io.millrace.gateway.facility;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/**
 * The token that opens a facility for some minutes. There is none to renew it with: a new one is
 * asked for before it ends, and when the facility says that it is no good any more.
 */
final class AccessToken {
  /** If nobody says how long it lasts. */
  private static final long USUAL_SECONDS = 300;

  private static final String JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpCalls calls;
  private final URI from;
  private final ClientKey key;
  private String value;
  private Instant renew = Instant.MIN;

  /**
   * @param from who hands it out
   */
  AccessToken(HttpCalls calls, URI from, ClientKey key) {
    this.calls = calls;
    this.from = from;
    this.key = key;
  }

  /**
   * One that is good for a while yet.
   *
   * @throws FacilityException if the client is not known there or its key has ended; says what to
   *     do
   */
  String value() throws FacilityException, InterruptedException {
    if (Instant.now().isBefore(renew)) {
      return value;
    }
    Instant asked = Instant.now();
    HttpCalls.Answer answer = calls.retrying("asking for an access token", from, this::request);
    if (!answer.good()) {
      throw new FacilityException(
          "%s gives the %s no access token: %s; if the client has expired or is unknown, have the facility make a new one and save its key; see also that this machine's clock is right"
              .formatted(from, key, ErrorText.of(answer)));
    }
    JsonNode json;
    try {
      json = JSON.readTree(answer.body());
    } catch (JsonProcessingException e) {
      // Without its cause, which quotes the answer.
      json = JSON.missingNode();
    }
    String token = json.path("access_token").asText();
    if (token.isEmpty()) {
      throw new FacilityException(
          "%s answers without an access_token; is it the right 'token' in the machine's file?"
              .formatted(from));
    }
    value = token;
    // A fifth of its life is left for the call that it goes with.
    Duration lasts = Duration.ofSeconds(Math.max(1, json.path("expires_in").asLong(USUAL_SECONDS)));
    renew = asked.plus(lasts.multipliedBy(4).dividedBy(5));
    return value;
  }

  /** Says that it was refused: the next one is new. */
  void forget() {
    renew = Instant.MIN;
  }

  /** With an assertion of its own each time, since one is taken only once. */
  private HttpRequest request() throws FacilityException {
    String form =
        "grant_type=client_credentials&client_assertion_type=%s&client_assertion=%s"
            .formatted(
                URLEncoder.encode(JWT_BEARER, StandardCharsets.UTF_8),
                URLEncoder.encode(key.assertion(from, Instant.now()), StandardCharsets.UTF_8));
    return HttpRequest.newBuilder(from)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Accept", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(form))
        .build();
  }
}

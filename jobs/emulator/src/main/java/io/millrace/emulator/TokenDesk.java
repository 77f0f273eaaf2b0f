package io.millrace.emulator;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Hands out tokens to the one client that it knows, and knows them again for a while. */
final class TokenDesk {
  private static final Duration LONGEST_ASSERTION = Duration.ofMinutes(5);
  private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(30);
  private static final String JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  private static final int TOKEN_BYTES = 32;

  private final SecureRandom random = new SecureRandom();
  private final String clientId;
  private final RSAPublicKey key;
  private final String address;
  private final Set<String> seen = new HashSet<>();
  private final Map<String, Instant> tokens = new HashMap<>();
  private int seconds = 600;

  /**
   * @param clientId of the client
   * @param key that it signs with
   * @param address of this desk, which an assertion has to be made out to
   */
  TokenDesk(String clientId, RSAPublicKey key, String address) {
    this.clientId = clientId;
    this.key = key;
    this.address = address;
  }

  /** Makes tokens last so long from now on. */
  synchronized void last(int wanted) {
    seconds = wanted;
  }

  /** Makes all tokens void. */
  synchronized void revoke() {
    tokens.clear();
  }

  /**
   * A token for who proves to be the client.
   *
   * @param form of the request
   * @return the answer
   * @throws Refusal as RFC 6749 has it, if anything about the assertion is wrong
   */
  synchronized Map<String, Object> issue(Map<String, List<String>> form) throws Refusal {
    if (!form.getOrDefault("grant_type", List.of()).equals(List.of("client_credentials"))) {
      throw error(400, "unsupported_grant_type", "only client_credentials");
    }
    if (!form.getOrDefault("client_assertion_type", List.of()).equals(List.of(JWT_BEARER))) {
      throw error(400, "invalid_request", "client_assertion_type is " + JWT_BEARER);
    }
    List<String> assertion = form.getOrDefault("client_assertion", List.of());
    if (assertion.size() != 1) {
      throw error(400, "invalid_request", "one client_assertion");
    }
    check(assertion.get(0));
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    tokens.put(token, Instant.now().plusSeconds(seconds));
    return Map.of(
        "access_token", token, "token_type", "Bearer", "expires_in", seconds, "scope", "");
  }

  private void check(String assertion) throws Refusal {
    try {
      SignedJWT jwt = SignedJWT.parse(assertion);
      need(JWSAlgorithm.RS256.equals(jwt.getHeader().getAlgorithm()), "the algorithm is RS256");
      need(
          jwt.getHeader().getType() == null || JOSEObjectType.JWT.equals(jwt.getHeader().getType()),
          "the type is JWT");
      need(jwt.verify(new RSASSAVerifier(key)), "the signature is not the client's");
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      need(clientId.equals(claims.getIssuer()), "the issuer is not the client");
      need(clientId.equals(claims.getSubject()), "the subject is not the client");
      need(claims.getAudience().equals(List.of(address)), "the audience is " + address);
      Instant now = Instant.now();
      Date issued = claims.getIssueTime();
      need(
          issued != null && !issued.toInstant().isAfter(now.plus(CLOCKS_DIFFER)),
          "it is issued in the future, or does not say when");
      Date expires = claims.getExpirationTime();
      need(expires != null && expires.toInstant().isAfter(now), "it has expired, or does not say");
      need(
          !expires.toInstant().isAfter(issued.toInstant().plus(LONGEST_ASSERTION)),
          "it lasts longer than five minutes");
      need(claims.getJWTID() != null && seen.add(claims.getJWTID()), "its jti was seen before");
    } catch (ParseException | JOSEException e) {
      throw error(401, "invalid_client", "the assertion is no JWT");
    }
  }

  private static void need(boolean good, String otherwise) throws Refusal {
    if (!good) {
      throw error(401, "invalid_client", otherwise);
    }
  }

  private static Refusal error(int status, String error, String description) {
    return new Refusal(status, Map.of("error", error, "error_description", description));
  }

  /**
   * @param authorization the header; null for none
   * @throws Refusal if it is none of those that were handed out, or its time is over
   */
  synchronized void check(String authorization, Instant now) throws Refusal {
    tokens.values().removeIf(end -> !end.isAfter(now));
    if (authorization == null
        || !authorization.startsWith("Bearer ")
        || !tokens.containsKey(authorization.substring("Bearer ".length()))) {
      throw Refusal.of(401, "Invalid or expired token");
    }
  }
}

package io.millrace.emulator;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenDeskTest {
  private static final String ADDRESS = "http://127.0.0.1:1/c2id/token";

  private static RSAKey key;
  private static RSAKey other;

  private final Instant now = Instant.now();
  private TokenDesk desk;

  @BeforeAll
  static void keys() throws Exception {
    key = new RSAKeyGenerator(2048).generate();
    other = new RSAKeyGenerator(2048).generate();
  }

  @BeforeEach
  void desk() throws Exception {
    desk = new TokenDesk("me", key.toRSAPublicKey(), ADDRESS);
  }

  private JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer("me")
        .subject("me")
        .audience(ADDRESS)
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(300)))
        .jwtID(UUID.randomUUID().toString());
  }

  private static Map<String, List<String>> form(
      JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet claims) throws Exception {
    SignedJWT jwt = new SignedJWT(new JWSHeader(algorithm), claims);
    jwt.sign(signer);
    Map<String, List<String>> form = new HashMap<>();
    form.put("grant_type", List.of("client_credentials"));
    form.put(
        "client_assertion_type", List.of("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
    form.put("client_assertion", List.of(jwt.serialize()));
    return form;
  }

  private static Map<String, List<String>> form(JWTClaimsSet.Builder claims) throws Exception {
    return form(JWSAlgorithm.RS256, new RSASSASigner(key), claims.build());
  }

  private void refused(Map<String, List<String>> form, String words) {
    assertThatThrownBy(() -> desk.issue(form))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining(words);
  }

  @Test
  void whatItHandsOutIsGoodForAWhile() throws Exception {
    desk.last(60);
    String bearer = "Bearer " + desk.issue(form(claims())).get("access_token");
    desk.check(bearer, Instant.now());
    assertThatThrownBy(() -> desk.check(bearer, Instant.now().plusSeconds(61)))
        .isInstanceOf(Refusal.class);
  }

  @Test
  void whatIsRevokedOrInventedIsRefused() throws Exception {
    String bearer = "Bearer " + desk.issue(form(claims())).get("access_token");
    desk.revoke();
    for (String wrong : new String[] {bearer, null, "Bearer ", "Bearer x", "x"}) {
      assertThatThrownBy(() -> desk.check(wrong, Instant.now())).isInstanceOf(Refusal.class);
    }
  }

  @Test
  void everythingAboutAnAssertionIsChecked() throws Exception {
    refused(form(claims().issuer("you")), "issuer");
    refused(form(claims().subject("you")), "subject");
    refused(form(claims().audience("http://127.0.0.1:2/c2id/token")), "audience");
    refused(form(claims().issueTime(null)), "issued");
    refused(form(claims().issueTime(Date.from(now.plusSeconds(100)))), "issued");
    refused(form(claims().expirationTime(null)), "expired");
    refused(form(claims().expirationTime(Date.from(now.minusSeconds(1)))), "expired");
    refused(form(claims().expirationTime(Date.from(now.plusSeconds(400)))), "five minutes");
    refused(form(claims().jwtID(null)), "jti");
    refused(form(JWSAlgorithm.RS256, new RSASSASigner(other), claims().build()), "signature");
    refused(form(JWSAlgorithm.RS512, new RSASSASigner(key), claims().build()), "algorithm");
    refused(form(JWSAlgorithm.HS256, new MACSigner(new byte[32]), claims().build()), "algorithm");
  }

  @Test
  void anAssertionIsTakenOnce() throws Exception {
    Map<String, List<String>> form = form(claims());
    desk.issue(form);
    refused(form, "jti");
  }

  @Test
  void theFormIsChecked() throws Exception {
    refused(Map.of(), "unsupported_grant_type");
    Map<String, List<String>> form = form(claims());
    form.put("client_assertion_type", List.of("x"));
    refused(form, "client_assertion_type");
    form = form(claims());
    form.put("client_assertion", List.of("x"));
    refused(form, "no JWT");
    form.remove("client_assertion");
    refused(form, "one client_assertion");
  }
}

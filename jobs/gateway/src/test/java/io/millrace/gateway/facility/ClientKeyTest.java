package io.millrace.gateway.facility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientKeyTest {
  private static final URI AUDIENCE = URI.create("https://oidc.example.org/token");
  private static final String ID = "abcdefghijklm";

  /** Of PKCS#8 with a key of 2048 bits: what stands before the PKCS#1 in it. */
  private static final int HEADER = 26;

  private static RSAKey key;

  @TempDir Path folder;

  @BeforeAll
  static void key() throws Exception {
    key = new RSAKeyGenerator(2048).generate();
  }

  static String pem(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), label);
  }

  private static String pkcs8() throws Exception {
    return pem("PRIVATE KEY", key.toRSAPrivateKey().getEncoded());
  }

  private String file(String content, String mode) throws Exception {
    Path file = folder.resolve("key");
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file.toString();
  }

  private void signs(String content) throws Exception {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    ClientKey read = ClientKey.read(file(content, "rw-------"));
    assertThat(read.id()).isEqualTo(ID);
    SignedJWT jwt = SignedJWT.parse(read.assertion(AUDIENCE, now));
    assertThat(jwt.verify(new RSASSAVerifier(key.toRSAPublicKey()))).isTrue();
    assertThat(jwt.getHeader().toJSONObject()).containsEntry("alg", "RS256");
    assertThat(jwt.getHeader().toJSONObject()).containsEntry("typ", "JWT");
    assertThat(jwt.getJWTClaimsSet().getIssuer()).isEqualTo(ID);
    assertThat(jwt.getJWTClaimsSet().getSubject()).isEqualTo(ID);
    assertThat(jwt.getJWTClaimsSet().getAudience()).containsExactly(AUDIENCE.toString());
    assertThat(jwt.getJWTClaimsSet().getIssueTime()).isEqualTo(Date.from(now));
    assertThat(jwt.getJWTClaimsSet().getExpirationTime())
        .isBefore(Date.from(now.plus(Duration.ofMinutes(5))));
    assertThat(jwt.getJWTClaimsSet().getJWTID())
        .isNotEqualTo(SignedJWT.parse(read.assertion(AUDIENCE, now)).getJWTClaimsSet().getJWTID());
  }

  @Test
  void pkcs8IsRead() throws Exception {
    signs(ID + "\n" + pkcs8());
    signs("\n" + ID + "\r\n\r\n" + pkcs8().replace("\n", "\r\n"));
  }

  @Test
  void pkcs1IsRead() throws Exception {
    byte[] pkcs8 = key.toRSAPrivateKey().getEncoded();
    byte[] pkcs1 = Arrays.copyOfRange(pkcs8, HEADER, pkcs8.length);
    signs(ID + "\n" + pem("RSA PRIVATE KEY", pkcs1));
  }

  @Test
  void jsonIsRead() throws Exception {
    signs("{\"client_id\": \"%s\", \"secret\": %s}".formatted(ID, key.toJSONString()));
    signs(
        "{\"client_id\": \"%s\", \"secret\": \"%s\"}"
            .formatted(ID, key.toJSONString().replace("\"", "\\\"")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx------"})
  void othersMustNotReadIt(String mode) throws Exception {
    String file = file(ID + "\n" + pkcs8(), mode);
    assertThatThrownBy(() -> ClientKey.read(file))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining(file)
        .hasMessageContaining("chmod 600");
  }

  @Test
  void theHomeFolderHasAShortName() {
    assertThatThrownBy(() -> ClientKey.read("~/no/such/key"))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining(System.getProperty("user.home") + "/no/such/key is not there");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SECRET",
        "{SECRET",
        "{\"client_id\": \"a\"}",
        "{\"client_id\": \"a\", \"secret\": {\"kty\": \"SECRET\"}}",
        "a\n-----BEGIN PRIVATE KEY-----\nSECRET==\n-----END PRIVATE KEY-----\n",
        "a\n-----BEGIN RSA PRIVATE KEY-----\nSECRET==\n-----END RSA PRIVATE KEY-----\n",
        "a\n-----BEGIN ENCRYPTED PRIVATE KEY-----\nSECRET==\n-----END ENCRYPTED PRIVATE KEY-----\n",
      })
  void somethingElseIsRefusedAndNotRepeated(String content) throws Exception {
    String file = file(content, "rw-------");
    assertThatThrownBy(() -> ClientKey.read(file))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining(file)
        .hasMessageNotContaining("SECRET")
        .hasNoCause();
  }

  @Test
  void aPublicKeyOrNoIdIsRefused() throws Exception {
    String open =
        file(
            "{\"client_id\": \"a\", \"secret\": %s}".formatted(key.toPublicJWK().toJSONString()),
            "rw-------");
    assertThatThrownBy(() -> ClientKey.read(open)).hasMessageContaining("private one");
    String nameless = file("{\"secret\": %s}".formatted(key.toJSONString()), "rw-------");
    assertThatThrownBy(() -> ClientKey.read(nameless)).hasMessageContaining("client_id");
    String pem = file(pkcs8(), "rw-------");
    assertThatThrownBy(() -> ClientKey.read(pem)).hasMessageContaining("first line");
  }

  @Test
  void itSaysOfItselfOnlyWhereItIsFrom() throws Exception {
    String file = file(ID + "\n" + pkcs8(), "rw-------");
    assertThat(ClientKey.read(file)).hasToString("client %s of %s".formatted(ID, file));
  }
}

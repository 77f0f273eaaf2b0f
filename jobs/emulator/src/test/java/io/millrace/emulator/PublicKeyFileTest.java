package io.millrace.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublicKeyFileTest {
  @TempDir Path folder;

  @Test
  void bothFormsAreRead() throws Exception {
    RSAKey key = new RSAKeyGenerator(2048).generate();
    Path jwk = Files.writeString(folder.resolve("jwk"), key.toPublicJWK().toJSONString());
    assertThat(PublicKeyFile.read(jwk)).isEqualTo(key.toRSAPublicKey());
    Path pem =
        Files.writeString(
            folder.resolve("pem"),
            "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                .formatted(
                    Base64.getMimeEncoder().encodeToString(key.toRSAPublicKey().getEncoded())));
    assertThat(PublicKeyFile.read(pem)).isEqualTo(key.toRSAPublicKey());
    Path other = Files.writeString(folder.resolve("other"), "x");
    assertThatThrownBy(() -> PublicKeyFile.read(other))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("openssl");
  }
}

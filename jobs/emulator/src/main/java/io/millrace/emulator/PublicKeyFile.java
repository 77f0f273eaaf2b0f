package io.millrace.emulator;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the key that a client's signatures are checked with: a JWK, or PEM. */
final class PublicKeyFile {
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----");

  private PublicKeyFile() {}

  /**
   * @throws IOException if it cannot be read, or is something else
   */
  static RSAPublicKey read(Path file) throws IOException {
    String text = Files.readString(file);
    try {
      Matcher pem = PEM.matcher(text);
      if (!pem.find()) {
        return RSAKey.parse(text).toRSAPublicKey();
      }
      return (RSAPublicKey)
          KeyFactory.getInstance("RSA")
              .generatePublic(new X509EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1))));
    } catch (ParseException | JOSEException | GeneralSecurityException e) {
      throw new IOException(
          "%s has neither a JWK of kind RSA nor a PUBLIC KEY in PEM; make one with: openssl rsa -in PRIVATE -pubout"
              .formatted(file),
          e);
    }
  }
}

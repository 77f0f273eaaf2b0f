package io.millrace.gateway.facility;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who we are to a facility: a client's id, and the RSA key that proves it. The file that it is read
 * from has, as the facility gave it, one of these forms, and only its owner may read it:
 *
 * <ul>
 *   <li>the id on a line of its own, and the private key in PEM (PKCS#1 or PKCS#8, not encrypted)
 *   <li>JSON, {@code {"client_id": ..., "secret": {...}}}, whose secret is a JWK
 * </ul>
 */
final class ClientKey {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final Pattern PEM =
      Pattern.compile(
          "\\s*(\\S+)\\s+-----BEGIN (RSA )?PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END (RSA )?PRIVATE KEY-----\\s*");
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,100}");

  /** Less than the five minutes that the facility allows, since its clock may differ. */
  private static final Duration ASSERTION_LASTS = Duration.ofMinutes(4);

  /** Of an RSA key in PKCS#8: a version, and the algorithm. */
  private static final byte[] PKCS8_RSA = {
    2, 1, 0, 0x30, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 1, 5, 0
  };

  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 4;

  private final Path file;
  private final String id;
  private final RSASSASigner signer;

  private ClientKey(Path file, String id, RSASSASigner signer) {
    this.file = file;
    this.id = id;
    this.signer = signer;
  }

  /**
   * @param named the file; a {@code ~/} before it is the home folder
   * @throws FacilityException if it is not there, others may read it, or it holds something else;
   *     says what to do, and never what stands there
   */
  static ClientKey read(String named) throws FacilityException {
    Path file = Settings.path(named).toAbsolutePath();
    String text = text(file);
    try {
      return text.stripLeading().startsWith("{") ? json(file, text) : pem(file, text);
    } catch (IllegalArgumentException
        | GeneralSecurityException
        | ParseException
        | JOSEException e) {
      // Without its cause, whose message may quote the file.
      throw new FacilityException(
          "the key in %s is no RSA private key that can be read (%s); take the file as the facility gave it"
              .formatted(file, e.getClass().getSimpleName()));
    }
  }

  private static String text(Path file) throws FacilityException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new FacilityException(
          "the key file %s is not there or cannot be read; correct 'key' in the machine's file, or save there the key that the facility gave you"
              .formatted(file));
    }
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      if (!OWNER_ONLY.containsAll(permissions)) {
        throw new FacilityException(
            "others than its owner may use the key file %s (%s); chmod 600 it, and have the facility make a new client if somebody may have read it"
                .formatted(file, PosixFilePermissions.toString(permissions)));
      }
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new FacilityException(
          "the key file %s is no text; take it as the facility gave it".formatted(file), e);
    } catch (IOException e) {
      throw new FacilityException("the key file %s cannot be read: %s".formatted(file, e), e);
    }
  }

  private static ClientKey json(Path file, String text)
      throws FacilityException, ParseException, JOSEException {
    JsonNode json;
    try {
      json = new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new FacilityException(
          "the key file %s begins like JSON and is none, at line %d; take it as the facility gave it"
              .formatted(file, e.getLocation().getLineNr()));
    }
    JsonNode secret = json.path("secret");
    if (!secret.isObject() && !secret.isTextual()) {
      throw new FacilityException(
          "the key file %s has no 'secret' with a private key (JWK); take it as the facility gave it"
              .formatted(file));
    }
    RSAKey key = RSAKey.parse(secret.isTextual() ? secret.textValue() : secret.toString());
    if (!key.isPrivate()) {
      throw new FacilityException(
          "the key file %s has a public key; it needs the private one".formatted(file));
    }
    return new ClientKey(
        file, id(file, json.path("client_id").asText()), new RSASSASigner(key.toRSAPrivateKey()));
  }

  private static ClientKey pem(Path file, String text)
      throws FacilityException, GeneralSecurityException {
    Matcher pem = PEM.matcher(text);
    if (!pem.matches()) {
      throw new FacilityException(
          "the key file %s is neither JSON {client_id, secret} nor a client's id on the first line and a PRIVATE KEY in PEM below it; bring it to one of these forms"
              .formatted(file));
    }
    byte[] der = Base64.getMimeDecoder().decode(pem.group(3));
    boolean pkcs1 = pem.group(2) != null;
    PrivateKey key =
        KeyFactory.getInstance("RSA")
            .generatePrivate(new PKCS8EncodedKeySpec(pkcs1 ? wrapped(der) : der));
    return new ClientKey(file, id(file, pem.group(1)), new RSASSASigner(key));
  }

  private static String id(Path file, String id) throws FacilityException {
    if (!ID.matcher(id).matches()) {
      throw new FacilityException(
          "the key file %s has no client's id where it should be: on the first line, or in 'client_id'"
              .formatted(file));
    }
    return id;
  }

  /** PKCS#8, which Java reads, is PKCS#1 and a header. */
  private static byte[] wrapped(byte[] pkcs1) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes(PKCS8_RSA);
    content.writeBytes(tagged(OCTETS, pkcs1));
    return tagged(SEQUENCE, content.toByteArray());
  }

  private static byte[] tagged(int tag, byte[] content) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    // The length in two bytes, as that of every RSA key needs.
    all.writeBytes(
        new byte[] {(byte) tag, (byte) 0x82, (byte) (content.length >>> 8), (byte) content.length});
    all.writeBytes(content);
    return all.toByteArray();
  }

  /** The client's, as the facility gave it. */
  String id() {
    return id;
  }

  /**
   * What proves to who hands out tokens that we are this client; good for some minutes, and once.
   *
   * @param audience who is to believe it
   */
  String assertion(URI audience, Instant now) throws FacilityException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).type(JOSEObjectType.JWT).build(),
            new JWTClaimsSet.Builder()
                .issuer(id)
                .subject(id)
                .audience(audience.toString())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(ASSERTION_LASTS)))
                .jwtID(UUID.randomUUID().toString())
                .build());
    try {
      jwt.sign(signer);
    } catch (JOSEException e) {
      throw new FacilityException(
          "the key in %s cannot sign: %s; is it an RSA key of 2048 bits or more?"
              .formatted(file, e.getMessage()),
          e);
    }
    return jwt.serialize();
  }

  /** Where it comes from; never the key. */
  @Override
  public String toString() {
    return "client %s of %s".formatted(id, file);
  }
}

package io.millrace.gateway.facility;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The token that slurmrestd takes, as {@code scontrol token} prints it, in a file that only we may
 * read. It is read for each call, so that a new one counts at once.
 */
final class SlurmToken {
  /** A JSON Web Token; what stands before it is scontrol's. */
  private static final Pattern TOKEN =
      Pattern.compile("(?:SLURM_JWT=)?([A-Za-z0-9_-]+\\.([A-Za-z0-9_-]+)\\.[A-Za-z0-9_-]+)");

  private static final Set<PosixFilePermission> OURS =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  SlurmToken(Path file) {
    this.file = file;
  }

  /**
   * The token.
   *
   * @throws FacilityException if it is not there, others may read it, or its time is over
   */
  String value() throws FacilityException {
    Matcher token = read();
    Optional<Instant> end = expiry(token);
    if (end.isPresent() && end.get().isBefore(Instant.now())) {
      throw new FacilityException(
          "the token in %s ended at %s; make a new one: scontrol token lifespan=SECONDS > %s"
              .formatted(file, end.get(), file));
    }
    return token.group(1);
  }

  /** When its time is over; empty if it does not say. */
  Optional<Instant> expiry() throws FacilityException {
    return expiry(read());
  }

  private Matcher read() throws FacilityException {
    try {
      if (!OURS.containsAll(Files.getPosixFilePermissions(file))) {
        throw new FacilityException(
            "others may read the token in %s, or run it; close it: chmod 600 %s"
                .formatted(file, file));
      }
      Matcher token = TOKEN.matcher(Files.readString(file).strip());
      if (!token.matches()) {
        throw new FacilityException(
            "%s holds no token; write one there: scontrol token lifespan=SECONDS > %s"
                .formatted(file, file));
      }
      return token;
    } catch (IOException e) {
      throw new FacilityException(
          "the token file %s is not there or cannot be read; write one, with mode 0600: scontrol token lifespan=SECONDS > %s"
              .formatted(file, file),
          e);
    }
  }

  private Optional<Instant> expiry(Matcher token) throws FacilityException {
    try {
      JsonNode claims =
          JSON.readTree(
              new String(Base64.getUrlDecoder().decode(token.group(2)), StandardCharsets.UTF_8));
      JsonNode exp = claims.path("exp");
      return exp.isNumber() ? Optional.of(Instant.ofEpochSecond(exp.asLong())) : Optional.empty();
    } catch (JsonProcessingException | IllegalArgumentException e) {
      // Without its cause, which quotes the token.
      throw new FacilityException("what %s holds is not a token that can be read".formatted(file));
    }
  }
}

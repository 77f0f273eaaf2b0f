package io.millrace.gateway.distiller;

import java.net.URI;

/**
 * Where a Distiller instance is, and how it lets us in.
 *
 * @param address its API, such as {@code https://distiller.example.org/api/v1}
 * @param key its API key
 * @param keyIn in which part of a request the key stands
 * @param keyName the name that it has there
 * @param microscope name of the microscope that scans are of, as the instance knows it
 */
public record DistillerSettings(
    URI address, String key, KeyPlace keyIn, String keyName, String microscope) {
  /** Parts of a request. */
  public enum KeyPlace {
    /** A header. */
    HEADER,
    /** The query. */
    QUERY,
    /** A cookie. */
    COOKIE
  }

  /**
   * @throws IllegalArgumentException if the instance cannot be asked so
   */
  public DistillerSettings {
    if (address.getHost() == null || !("" + address.getScheme()).matches("https?")) {
      throw new IllegalArgumentException(
          "--distiller is the address of its API, such as https://distiller.example.org/api/v1, not '%s'"
              .formatted(address));
    }
    if (address.getRawQuery() != null || address.getRawFragment() != null) {
      throw new IllegalArgumentException("--distiller has no ? and no #");
    }
    if (!key.matches("[!-:<-~]+")) {
      throw new IllegalArgumentException(
          "the file of --distiller-key-file has the key alone, in its first line");
    }
    if (!keyName.matches("[A-Za-z0-9_-]+")) {
      throw new IllegalArgumentException(
          "--distiller-key-name is of letters, digits, - and _, not '%s'".formatted(keyName));
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return address.toString();
  }
}

package io.millrace.gateway.facility;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What stands beside {@code kind} under {@code facility} in a machine's file. */
final class Settings {
  private final String kind;
  private final Map<String, String> given;

  /**
   * @param known the entries of this kind
   * @throws FacilityException if there are others: a misspelt one would count for nothing
   */
  Settings(String kind, Map<String, String> given, Set<String> known) throws FacilityException {
    this.kind = kind;
    this.given = given;
    for (String entry : given.keySet()) {
      if (!known.contains(entry)) {
        throw new FacilityException(
            "facility: there is no '%s' with kind %s in a machine's file; there are %s"
                .formatted(entry, kind, String.join(", ", new TreeSet<>(known))));
      }
    }
  }

  /** One that may be left out. */
  Optional<String> optional(String entry) {
    return Optional.ofNullable(given.get(entry)).map(String::strip).filter(v -> !v.isEmpty());
  }

  /** One that has to be there. */
  String required(String entry) throws FacilityException {
    return optional(entry)
        .orElseThrow(
            () ->
                new FacilityException(
                    "facility: %s is missing; kind %s needs '%s' in the machine's file"
                        .formatted(entry, kind, entry)));
  }

  /** A path, perhaps below the home folder. */
  static Path path(String value) {
    return value.startsWith("~/")
        ? Path.of(System.getProperty("user.home"), value.substring(2))
        : Path.of(value);
  }
}

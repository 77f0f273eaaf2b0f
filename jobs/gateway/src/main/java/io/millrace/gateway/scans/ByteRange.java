package io.millrace.gateway.scans;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a file, as the header {@code Range} asks for it (RFC 9110, section 14).
 *
 * @param first byte, from 0
 * @param length in bytes
 */
record ByteRange(long first, long length) {
  private static final Pattern ONE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  /** That none of the bytes asked for is there. */
  static final class Unsatisfiable extends Exception {}

  /**
   * Reads the header.
   *
   * @param header null if there is none
   * @param size of the file
   * @return empty if the whole file is to be given: there is no header, or none that is understood,
   *     or it asks for several parts
   * @throws Unsatisfiable if it asks for what is not there
   */
  static Optional<ByteRange> read(String header, long size) throws Unsatisfiable {
    Matcher matcher = ONE.matcher(header == null ? "" : header.strip());
    if (!matcher.matches() || matcher.group(1).isEmpty() && matcher.group(2).isEmpty()) {
      return Optional.empty();
    }
    if (matcher.group(1).isEmpty()) {
      long last = Math.min(Long.parseLong(matcher.group(2)), size);
      if (last == 0) {
        throw new Unsatisfiable();
      }
      return Optional.of(new ByteRange(size - last, last));
    }
    long first = Long.parseLong(matcher.group(1));
    long last =
        matcher.group(2).isEmpty()
            ? size - 1
            : Math.min(Long.parseLong(matcher.group(2)), size - 1);
    if (first >= size) {
      throw new Unsatisfiable();
    }
    return last < first ? Optional.empty() : Optional.of(new ByteRange(first, last - first + 1));
  }

  /** The header {@code Content-Range} of the answer. */
  String contentRange(long size) {
    return "bytes %d-%d/%d".formatted(first, first + length - 1, size);
  }
}

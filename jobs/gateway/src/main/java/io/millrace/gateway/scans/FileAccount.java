package io.millrace.gateway.scans;

import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanKey;
import io.millrace.hdf5.CountedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a counted file tells of its scan.
 *
 * @param path of the file
 * @param session that counted it
 * @param key of the scan; its generation is in the file's name only
 * @param started when its first frame was assembled
 * @param ended when it was closed
 * @param geometry its raster
 * @param complete frames of which every sector arrived
 * @param incomplete frames that lack sectors
 * @param absent frames of which nothing arrived
 */
record FileAccount(
    String path,
    String session,
    long key,
    Instant started,
    Instant ended,
    ScanGeometry geometry,
    long complete,
    long incomplete,
    long absent) {
  private static final Pattern GENERATION = Pattern.compile("_g(\\d{1,9})(_flat)?\\.h5$");

  /**
   * Reads it.
   *
   * @return empty if the file is of another program, which gives no account
   * @throws IOException if the file cannot be read
   */
  static Optional<FileAccount> read(Path path) throws IOException {
    try (CountedFile file = new CountedFile(path)) {
      if (!file.hasAccount()) {
        return Optional.empty();
      }
      Matcher generation = GENERATION.matcher(path.getFileName().toString());
      int g = generation.find() ? Integer.parseInt(generation.group(1)) : 0;
      return Optional.of(
          new FileAccount(
              path.toString(),
              // A file may come from anywhere, and the name becomes part of an address.
              file.text("session").orElse("default").replaceAll("[^A-Za-z0-9._-]", "_"),
              ScanKey.of(g, file.scan()),
              file.start(),
              file.end(),
              file.geometry(),
              file.complete(),
              file.incomplete(),
              file.absent()));
    } catch (RuntimeException e) { // Anything may stand in a file.
      throw new IOException("%s gives no account that can be read: %s".formatted(path, e), e);
    }
  }

  /** The file's name. */
  String name() {
    return Path.of(path).getFileName().toString();
  }
}

package io.millrace.gateway.store;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a database is, as people write it; as a text, without its password.
 *
 * @param jdbc as the drivers want it
 * @param file that SQLite keeps it in
 */
record DatabaseUrl(
    String jdbc, Optional<Path> file, Optional<String> user, Optional<String> password) {
  private static final String SQLITE = "sqlite:";

  /**
   * A writer waits for the one before it, and begins as a writer: two that read first and then both
   * want to write would be refused at once. What is committed is on disk (FULL).
   */
  private static final String SQLITE_SETTINGS =
      "?journal_mode=WAL&synchronous=FULL&foreign_keys=true&busy_timeout=10000&transaction_mode=IMMEDIATE";

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException if it is of no kind that we know
   */
  static DatabaseUrl parse(String url) {
    if (url.startsWith(SQLITE) && url.length() > SQLITE.length()) {
      String path = url.substring(SQLITE.length());
      Path file =
          path.startsWith("~/")
              ? Path.of(System.getProperty("user.home"), path.substring(2))
              : Path.of(path);
      return new DatabaseUrl(
          "jdbc:sqlite:" + file.toAbsolutePath() + SQLITE_SETTINGS,
          Optional.of(file.toAbsolutePath()),
          Optional.empty(),
          Optional.empty());
    }
    try {
      URI uri = new URI(url);
      if ("postgresql".equals(uri.getScheme())
          && uri.getHost() != null
          && uri.getPath().length() > 1) {
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String[] user =
            uri.getRawUserInfo() == null ? new String[0] : uri.getRawUserInfo().split(":", 2);
        return new DatabaseUrl(
            "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + query,
            Optional.empty(),
            user.length > 0 ? Optional.of(decoded(user[0])) : Optional.empty(),
            user.length > 1 ? Optional.of(decoded(user[1])) : Optional.empty());
      }
    } catch (URISyntaxException e) {
      // Told below, without its text, which may have a password in it.
    }
    throw new IllegalArgumentException(
        "a database is sqlite:/path/of/file or postgresql://user@host:port/name; in a password, write characters"
            + " other than letters and digits as %XX");
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return file.map(Path::toString).orElse(jdbc.substring("jdbc:".length()));
  }
}

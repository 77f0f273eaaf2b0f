package io.millrace.coordination;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * The name and password that open our nodes in ZooKeeper (scheme {@code digest}): a file with one
 * line {@code name:password}, which only its owner may read. The environment variable {@link
 * ZooKeeperConnection#CREDENTIALS} names the file, for every part alike; without it, nodes are open
 * to everybody.
 */
record Credentials(String nameAndPassword) {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  /**
   * Those of this process' environment.
   *
   * @throws IOException if the file is not there, or others may read it, or it holds something else
   */
  static Optional<Credentials> ofEnvironment() throws IOException {
    String file = System.getenv(ZooKeeperConnection.CREDENTIALS);
    return file == null || file.isEmpty() ? Optional.empty() : Optional.of(read(Path.of(file)));
  }

  static Credentials read(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new IOException(
          "%s names %s, which is not there or cannot be read"
              .formatted(ZooKeeperConnection.CREDENTIALS, file));
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (!OWNER_ONLY.containsAll(permissions)) {
      throw new IOException(
          "others than its owner may read or write %s (%s); chmod 600 it"
              .formatted(file, PosixFilePermissions.toString(permissions)));
    }
    String line = Files.readString(file, StandardCharsets.UTF_8).strip();
    if (!line.matches("[^:\\s]+:\\S+")) {
      throw new IOException("%s has to hold one line, name:password".formatted(file));
    }
    return new Credentials(line);
  }

  byte[] bytes() {
    return nameAndPassword.getBytes(StandardCharsets.UTF_8);
  }

  /** Without the password, for logs. */
  @Override
  public String toString() {
    return nameAndPassword.substring(0, nameAndPassword.indexOf(':')) + ":...";
  }
}

package io.millrace.emulator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The folder that file calls may touch, and nothing beside it. */
final class RootFolder {
  private final Path root;

  /**
   * @throws IOException if it is not there
   */
  RootFolder(Path root) throws IOException {
    this.root = root.toRealPath();
  }

  Path path() {
    return root;
  }

  /**
   * A path in it.
   *
   * @param path absolute, as of this machine
   * @throws Refusal if it leads elsewhere, also by .. or by a symbolic link
   */
  Path inside(String path) throws Refusal {
    Path wanted;
    try {
      wanted = Path.of("/" + path.replaceFirst("^/+", ""));
    } catch (InvalidPathException e) {
      throw Refusal.of(422, "that is no path");
    }
    if (!wanted.equals(wanted.normalize()) || !wanted.startsWith(root)) {
      throw Refusal.of(403, "only paths below " + root);
    }
    Path at = root;
    for (Path part : root.relativize(wanted)) {
      at = at.resolve(part);
      if (Files.exists(at, LinkOption.NOFOLLOW_LINKS) && Files.isSymbolicLink(at)) {
        throw Refusal.of(403, "%s is a symbolic link".formatted(at));
      }
    }
    return wanted;
  }
}

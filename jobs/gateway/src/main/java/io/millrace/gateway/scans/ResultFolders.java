package io.millrace.gateway.scans;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The folders that files may be given away from. What counts is where a file really is: a link out
 * of the folders leads nowhere.
 */
public final class ResultFolders {
  private final List<Path> folders;

  /**
   * Any number; a folder need not be there yet.
   *
   * @param folders as the gateway was told
   */
  public ResultFolders(List<Path> folders) {
    this.folders = List.copyOf(folders);
  }

  /** As the gateway was told. */
  public List<Path> folders() {
    return folders;
  }

  /**
   * A file that may be given away.
   *
   * @param file its path, absolute or below one of the folders; null for none
   * @return where it really is; empty if it is not there, no plain file, or not in a folder
   */
  public Optional<Path> find(String file) {
    if (file == null || file.indexOf('\0') >= 0) {
      return Optional.empty();
    }
    List<Path> candidates = new ArrayList<>();
    try {
      if (Path.of(file).isAbsolute()) {
        candidates.add(Path.of(file));
      } else {
        folders.forEach(folder -> candidates.add(folder.resolve(file)));
      }
    } catch (InvalidPathException e) {
      return Optional.empty(); // of another machine: nothing here can have that name
    }
    for (Path candidate : candidates) {
      for (Path folder : folders) {
        try {
          Path real = candidate.toRealPath();
          if (real.startsWith(folder.toRealPath()) && Files.isRegularFile(real)) {
            return Optional.of(real);
          }
        } catch (IOException e) {
          continue; // the file is not there, or the folder is not
        }
      }
    }
    return Optional.empty();
  }
}

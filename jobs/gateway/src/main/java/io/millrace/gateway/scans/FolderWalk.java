package io.millrace.gateway.scans;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through a folder and those within it, every few seconds. A folder is listed again only when
 * it has changed, and else costs a look at its time: results may lie in thousands of folders on a
 * file system that is shared. Now and then all are listed, in case one does not tell that it has
 * changed. For use by one thread.
 */
final class FolderWalk {
  /** Between two times that all are listed. */
  static final Duration ALL_EVERY = Duration.ofMinutes(5);

  /** A folder may change once more within the same tick of the file system's clock. */
  private static final Duration SETTLED = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(FolderWalk.class);

  /**
   * What a folder was when it was listed.
   *
   * @param changed its time
   * @param at when that was
   * @param folders within it
   */
  private record Listed(FileTime changed, Instant at, List<Path> folders) {}

  private final Path root;
  private final int depth;
  private final Map<Path, Listed> known = new HashMap<>();
  private Instant all = Instant.EPOCH;
  private long listings;

  /**
   * @param depth of folders that are looked into; 1 for the root only
   */
  FolderWalk(Path root, int depth) {
    this.root = root;
    this.depth = depth;
  }

  /**
   * Looks.
   *
   * @return the files of folders that have changed since the last look, or of all
   */
  List<Path> look(Instant now) {
    if (!now.isBefore(all.plus(ALL_EVERY))) {
      known.clear();
      all = now;
    }
    List<Path> files = new ArrayList<>();
    look(root, 1, now, files);
    return files;
  }

  private void look(Path folder, int level, Instant now, List<Path> files) {
    Listed listed = known.get(folder);
    try {
      FileTime changed = Files.getLastModifiedTime(folder);
      if (listed == null
          || !listed.changed().equals(changed)
          || changed.toInstant().isAfter(listed.at().minus(SETTLED))) {
        listed = new Listed(changed, now, list(folder, files));
        known.put(folder, listed);
      }
    } catch (IOException | DirectoryIteratorException e) {
      known.remove(folder);
      if (Files.exists(folder)) {
        LOG.warn("Not all of {} could be looked through: {}", folder, e.getMessage());
      } // else it is not there yet, or has gone
      return;
    }
    if (level < depth) {
      for (Path within : listed.folders()) {
        look(within, level + 1, now, files);
      }
    }
  }

  private List<Path> list(Path folder, List<Path> files) throws IOException {
    listings++;
    List<Path> folders = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS) ? folders : files).add(entry);
      }
    }
    return folders;
  }

  /** How often a folder was listed. */
  long listings() {
    return listings;
  }
}

package io.millrace.gateway.scans;

import io.millrace.hdf5.CountedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the bytes of files that are complete: how many they are, their SHA-256, and what the
 * scan looks like. That takes as long as reading them, so it happens beside everything else.
 */
final class FileFacts {
  private static final int BLOCK = 1 << 20;
  private static final int AT_A_TIME = 10;

  /** A file that is not here, or cannot be read, may come later. */
  private static final long AGAIN_NANOS = Duration.ofMinutes(5).toNanos();

  private static final Logger LOG = LoggerFactory.getLogger(FileFacts.class);

  private final Catalogue catalogue;
  private final ResultFolders folders;
  private final Map<String, Long> tried = new HashMap<>();

  FileFacts(Catalogue catalogue, ResultFolders folders) {
    this.catalogue = catalogue;
    this.folders = folders;
  }

  /**
   * Looks at some files that nobody has looked at.
   *
   * @return how many it has looked at
   */
  int look() {
    int looked = 0;
    for (CatalogueScan scan : catalogue.withoutFacts(1_000)) {
      Long before = tried.get(scan.id());
      if (before != null && System.nanoTime() - before < AGAIN_NANOS) {
        continue;
      }
      Optional<Path> file = folders.find(scan.file());
      if (file.isPresent() && looked < AT_A_TIME) {
        looked++;
        note(scan, file.get());
      } else if (file.isEmpty()) {
        tried.put(scan.id(), System.nanoTime());
      }
    }
    return looked;
  }

  private void note(CatalogueScan scan, Path file) {
    try {
      String sha256 = sha256(file);
      catalogue.note(scan.id(), Files.size(file), sha256, thumbnail(file));
      tried.remove(scan.id());
    } catch (ClosedByInterruptException e) {
      LOG.debug("The gateway ends", e);
    } catch (IOException e) {
      tried.put(scan.id(), System.nanoTime());
      LOG.warn("The file of scan {} cannot be read, and is tried again later", scan.id(), e);
    }
  }

  private static byte[] thumbnail(Path path) throws IOException {
    try (CountedFile file = new CountedFile(path)) {
      return file.hasAccount()
          ? Thumbnail.of(file)
          : Thumbnail.saying("the file has no images: another program wrote it");
    } catch (RuntimeException e) { // Anything may stand in a file.
      if (Thread.currentThread().isInterrupted()) {
        throw new ClosedByInterruptException();
      }
      LOG.warn("{} has no image that can be drawn", path, e);
      return Thumbnail.saying("the file's images cannot be read");
    }
  }

  /** In lower-case hexadecimal digits. */
  static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] block = new byte[BLOCK];
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        digest.update(block, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

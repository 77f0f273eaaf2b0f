package io.millrace.ingest;

import io.millrace.detector.raw.RawDataset;
import io.millrace.detector.raw.RawProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The raw files of a scan, which are to be deleted when all of it has arrived. Only those go of
 * which every whole record was good, and sent; the others are all that there is of the rest, so
 * they stay for somebody to look at.
 */
final class SpentFiles {
  private static final Logger LOG = LoggerFactory.getLogger(SpentFiles.class);

  private final long scan;

  /** With their lengths when they were looked through. */
  private final Map<Path, Long> files = new LinkedHashMap<>();

  private final Set<Path> kept;

  /**
   * To be made before the files are opened for sending: what is appended later is not sent.
   *
   * @throws IOException if one is not there any more
   */
  SpentFiles(RawDataset dataset) throws IOException {
    scan = dataset.scan();
    // Half a record at the end, as of a process that was killed, is of no use to anybody.
    kept =
        dataset.problems().stream()
            .filter(p -> p.kind() != RawProblem.Kind.TRUNCATED_RECORD)
            .map(RawProblem::file)
            .collect(Collectors.toSet());
    for (int module : dataset.modules()) {
      for (Path file : dataset.files(module)) {
        if (!kept.contains(file)) {
          files.put(file, Files.size(file));
        }
      }
    }
  }

  /**
   * Deletes them.
   *
   * @throws IOException if one cannot be deleted
   */
  void delete() throws IOException {
    int deleted = 0;
    for (Map.Entry<Path, Long> file : files.entrySet()) {
      try {
        if (Files.size(file.getKey()) == file.getValue()) {
          Files.delete(file.getKey());
          deleted++;
        } else {
          LOG.warn(
              "{} has changed while it was sent, so it stays; let its writer end, and replay it"
                  + " again",
              file.getKey());
        }
      } catch (IOException e) {
        throw new IOException(
            "%s was sent, and cannot be deleted (%s); delete it, or it is sent again the next time"
                .formatted(file.getKey(), e),
            e);
      }
    }
    LOG.info("scan {}: {} files deleted", scan, deleted);
    for (Path file : kept) {
      LOG.warn(
          "{} stays, for not all of it was good and sent (see above); look at it, then delete it"
              + " yourself",
          file);
    }
  }
}

package io.millrace.allocation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a session's report again and again, and counts how often it has not changed. Looks, not
 * time: when this process, or a file system, has stood still for a while, that says nothing of the
 * session.
 */
final class ReportWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ReportWatch.class);

  private final Path folder;
  private Instant written;
  private int looksWithoutNews;

  /**
   * @param folder of the session
   */
  ReportWatch(Path folder) {
    this.folder = folder;
  }

  /**
   * The report as it is.
   *
   * @throws IOException if there is none, or it cannot be read
   */
  SessionReport read() throws IOException {
    try {
      return SessionReport.read(Files.readString(folder.resolve(SessionReport.FILE)));
    } catch (NoSuchFileException e) {
      throw new IOException("there is no session in %s".formatted(folder), e);
    }
  }

  /**
   * Takes a look.
   *
   * @param last what the last look has shown; null if there was none
   * @return the report; the last one if it cannot be read now, which is no news
   */
  SessionReport look(SessionReport last) {
    looksWithoutNews++;
    try {
      SessionReport report = read();
      if (!report.written().equals(written)) {
        written = report.written();
        looksWithoutNews = 0;
      }
      return report;
    } catch (IOException e) {
      LOG.warn("the session's report cannot be read: {}", e.getMessage());
      return last;
    }
  }

  /** In a row. */
  int looksWithoutNews() {
    return looksWithoutNews;
  }
}

package io.millrace.detector.raw;

import java.nio.file.Path;

/**
 * Something that is wrong with a raw file, and does not keep the rest from being used.
 *
 * @param kind what is wrong
 * @param file the file
 * @param count how many records are not used because of it; 0 if that cannot be told
 * @param message what, where and what to do
 */
public record RawProblem(Kind kind, Path file, long count, String message) {
  /** What can be wrong. */
  public enum Kind {
    /** The name does not tell the module. */
    NO_MODULE,
    /** A module that the detector does not have. */
    UNKNOWN_MODULE,
    /** The file cannot be opened or read. */
    UNREADABLE,
    /** Not one whole record. */
    NO_RECORD,
    /** The same records as another file of the module. */
    DUPLICATE_FILE,
    /** The file ends within a record. */
    TRUNCATED_RECORD,
    /** Records whose header cannot belong to the scan. */
    BAD_RECORDS
  }

  @Override
  public String toString() {
    return "%s: %s".formatted(file, message);
  }
}

package io.millrace.detector.raw;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

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

  static RawProblem noRecord(RawFileReader reader, RawVersion version) {
    return new RawProblem(
        Kind.NO_RECORD,
        reader.file(),
        reader.truncatedBytes() > 0 ? 1 : 0,
        "holds %d bytes and no whole record of version %d; check the version"
            .formatted(reader.truncatedBytes(), version.number()));
  }

  static RawProblem unreadable(Path file, IOException e) {
    return new RawProblem(
        Kind.UNREADABLE,
        file,
        0,
        "cannot be read (%s), so it is left out; check its permissions and its disk".formatted(e));
  }

  static String inWords(List<RawProblem> problems) {
    return problems.stream().map(RawProblem::toString).collect(Collectors.joining("; "));
  }

  @Override
  public String toString() {
    return "%s: %s".formatted(file, message);
  }
}

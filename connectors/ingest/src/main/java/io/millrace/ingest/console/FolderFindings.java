package io.millrace.ingest.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a folder can be written, and how much. */
final class FolderFindings {
  /** Bytes: some scans of a million frames, counted. */
  static final long ENOUGH_SPACE = 20_000_000_000L;

  static final long TOO_LITTLE_SPACE = 1_000_000_000L;

  private FolderFindings() {}

  /**
   * Writes a file into it, and takes it away.
   *
   * @param subject what the folder is for
   */
  static Finding of(String subject, Path folder) {
    Path there = folder.toAbsolutePath().normalize();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there)) {
      return Finding.problem(
          subject, "%s is not a folder".formatted(there), "Choose another one, or move it away.");
    }
    try {
      Files.delete(Files.createTempFile(there, ".millrace-doctor", null));
    } catch (IOException e) {
      return Finding.problem(
          subject,
          "%s cannot be written: %s".formatted(there, e.getMessage()),
          "Give this user the right to write there (ls -ld %s), or choose another one."
              .formatted(there));
    }
    boolean missing = !there.equals(folder.toAbsolutePath().normalize());
    try {
      return space(
          subject,
          missing ? folder + ", which will be made" : folder.toString(),
          Files.getFileStore(there).getUsableSpace());
    } catch (IOException e) {
      return Finding.warning(
          subject,
          "%s can be written; how much, it does not tell: %s".formatted(folder, e.getMessage()),
          "Look with df.");
    }
  }

  static Finding space(String subject, String folder, long bytes) {
    String text = "%s: %s free".formatted(folder, Wording.bytes(bytes));
    if (bytes < TOO_LITTLE_SPACE) {
      return Finding.problem(
          subject,
          text,
          "A scan's file may not fit. Delete what is not needed, or choose another folder.");
    }
    return bytes < ENOUGH_SPACE
        ? Finding.warning(
            subject, text, "Enough for some small scans. Make room before a long session.")
        : Finding.ok(subject, text);
  }
}

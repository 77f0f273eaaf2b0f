package io.millrace.hdf5;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The number by which sessions that count into the same directory are told apart: part of its
 * files' names. Sessions that start side by side have no files yet, so who takes a number leaves an
 * empty file {@code .millrace-id-00008}; making that is atomic on all file systems, which locks are
 * not.
 */
public final class SessionId {
  private static final Pattern TAKEN = Pattern.compile("\\.millrace-id-(\\d{5,9})");

  private SessionId() {}

  /**
   * Takes a number that no file in the directory has, and nobody else gets: one more than the
   * largest of both, from 1.
   *
   * @param directory made if it is not there
   * @throws IOException if that cannot be made, listed or written to
   */
  public static int take(Path directory) throws IOException {
    Files.createDirectories(directory);
    int id = 1 + Math.max(CountedFileName.largestId(directory), largestTaken(directory));
    while (true) {
      try {
        Files.createFile(directory.resolve(".millrace-id-%05d".formatted(id)));
        return id;
      } catch (FileAlreadyExistsException e) {
        id++; // somebody was quicker
      }
    }
  }

  private static int largestTaken(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> TAKEN.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .mapToInt(matcher -> Integer.parseInt(matcher.group(1)))
          .max()
          .orElse(0);
    }
  }
}

package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * docs/BENCHMARKS.md: what people wrote, and between two marks of its name the last results of each
 * command.
 *
 * @param file the page
 */
record BenchmarksPage(Path file) {
  /**
   * Replaces the results of a command.
   *
   * @throws IOException if the page cannot be read or written, or has no such marks
   */
  void renew(String section, String content) throws IOException {
    String start = start(section);
    String page = read(section);
    int from = page.indexOf(start) + start.length();
    int to = page.indexOf(end(section));
    Files.writeString(file, page.substring(0, from) + "\n" + content + page.substring(to));
  }

  /**
   * Checks that a section is there to be renewed, before somebody spends minutes on its content.
   *
   * @throws IOException if the page cannot be read, or has no such marks
   */
  void check(String section) throws IOException {
    read(section);
  }

  private String read(String section) throws IOException {
    String page = Files.readString(file);
    int from = page.indexOf(start(section));
    if (from < 0 || page.indexOf(end(section)) < from) {
      throw new IOException(
          "%s has no place for the results: the lines %s and %s, one above the other"
              .formatted(file, start(section), end(section)));
    }
    return page;
  }

  private static String start(String section) {
    return "<!-- results of scripts/bench %s -->".formatted(section);
  }

  private static String end(String section) {
    return "<!-- end of the results of scripts/bench %s -->".formatted(section);
  }
}

package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A page of the documentation: what people wrote, and between two marks of its name the last output
 * of each command.
 *
 * @param file the page, such as docs/BENCHMARKS.md
 */
public record BenchmarksPage(Path file) {
  /**
   * Replaces the results of a command.
   *
   * @throws IOException if the page cannot be read or written, or has no such marks
   */
  public void renew(String section, String content) throws IOException {
    String start = start(section);
    String page = read(section);
    int from = page.indexOf(start) + start.length();
    int to = page.indexOf(end(section));
    Files.writeString(file, page.substring(0, from) + "\n" + content + page.substring(to));
  }

  /**
   * The results of a command as they stand there. Also a check that there is a place for them,
   * before somebody spends minutes on others.
   *
   * @throws IOException if the page cannot be read, or has no such marks
   */
  public String section(String section) throws IOException {
    String page = read(section);
    return page.substring(
        page.indexOf(start(section)) + start(section).length(), page.indexOf(end(section)));
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

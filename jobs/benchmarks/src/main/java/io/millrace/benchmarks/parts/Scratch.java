package io.millrace.benchmarks.parts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder for what a measurement writes, that is gone afterwards.
 *
 * @param folder with all that is in it
 */
public record Scratch(Path folder) {
  /** Removes it; says if something stays. */
  public void remove() {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      // nothing was written
    } catch (IOException | UncheckedIOException e) {
      System.err.printf("%s could not be removed (%s); remove it yourself%n", folder, e);
    }
  }
}

package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.detector.Thresholds;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Scans, and the exact results of the program in use. One scan lies among the test resources. All
 * others are read if they are found: in the folder that the system property {@code millrace.oracle}
 * names, or in {@code shared/oracle} beside the repository.
 */
final class Vectors {
  /**
   * What was counted of a scan.
   *
   * @param lists the events of each frame, position by position, ascending
   */
  record Counted(Thresholds thresholds, List<int[]> lists) {}

  private Vectors() {}

  /** The folder of a set of vectors; without it the test is not run. */
  static Path folder(String name) throws Exception {
    if (Vectors.class.getResource("/oracle/" + name) != null) {
      return Path.of(Vectors.class.getResource("/oracle/" + name).toURI());
    }
    String named = System.getProperty("millrace.oracle");
    Path folder = (named != null ? Path.of(named) : besideRepository()).resolve(name);
    assumeTrue(
        Files.isDirectory(folder),
        () -> "there is no %s; name its parent with -Dmillrace.oracle".formatted(folder));
    return folder;
  }

  private static Path besideRepository() {
    return Sandbox.ROOT.resolveSibling("shared").resolve("oracle");
  }

  /** Unpacks the raw files of a scan. */
  static void unpack(Path folder, Path into) throws IOException {
    Files.createDirectories(into);
    try (var files = Files.newDirectoryStream(folder, "*.data.gz")) {
      int unpacked = 0;
      for (Path file : files) {
        String name = file.getFileName().toString().replaceFirst("\\.gz$", "");
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
          Files.copy(in, into.resolve(name));
        }
        unpacked++;
      }
      assertThat(unpacked).as("raw files in %s", folder).isPositive();
    }
  }

  /** What a packed file of little-endian numbers holds. */
  static ByteBuffer numbers(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** The result for a scan. */
  static Counted counted(Path folder) throws IOException {
    ByteBuffer in = numbers(folder.resolve("stempy.ev.gz"));
    Thresholds thresholds = new Thresholds(in.getDouble(), in.getDouble());
    int[] counts = integers(in, in.getInt());
    List<int[]> lists = new ArrayList<>();
    for (int count : counts) {
      lists.add(integers(in, count));
    }
    return new Counted(thresholds, lists);
  }

  private static int[] integers(ByteBuffer in, int n) {
    int[] integers = new int[n];
    for (int i = 0; i < n; i++) {
      integers[i] = in.getInt();
    }
    return integers;
  }
}

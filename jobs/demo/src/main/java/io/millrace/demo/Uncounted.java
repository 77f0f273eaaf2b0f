package io.millrace.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.detector.raw.UncountedScan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is left of a scan that could not be calibrated: for people, and as JSON.
 *
 * @param folder where its sectors lie as raw files
 * @param reason why it was not counted
 */
record Uncounted(Path folder, String reason) {
  /** All that the job has left so far in an output directory. */
  static Set<Uncounted> in(Path output) throws IOException {
    Path all = output.toAbsolutePath().resolve("uncounted");
    if (!Files.exists(all)) {
      return Set.of();
    }
    try (Stream<Path> reasons =
        Files.find(all, 3, (file, a) -> file.endsWith(UncountedScan.REASON))) {
      return reasons.map(Uncounted::of).collect(Collectors.toSet());
    }
  }

  private static Uncounted of(Path reason) {
    try (Stream<String> lines = Files.lines(reason)) {
      return new Uncounted(reason.getParent(), lines.findFirst().orElse("the reason is lost"));
    } catch (IOException e) {
      return new Uncounted(reason.getParent(), "%s cannot be read: %s".formatted(reason, e));
    }
  }

  String text() {
    return """
        the scan was not counted: %s
          Its sectors are kept in %s
          To count them: scripts/demo --input=%s, with --background and --xray or other options"""
        .formatted(reason, folder, folder);
  }

  String json() throws IOException {
    return new ObjectMapper()
        .writeValueAsString(
            new TreeMap<>(
                Map.of(
                    "accounted_for",
                    false,
                    "not_counted",
                    reason,
                    "raw_files",
                    folder.toString())));
  }
}

package io.millrace.benchmarks.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CPU-seconds per GB of the parts, from the stored results of {@code scripts/bench pipeline}; where
 * there are none, what to assume.
 *
 * @param source where the numbers are from, in half a sentence
 */
record Measured(double producer, double aggregator, double taskManager, String source) {
  /** Electrons of a frame, for which most is measured and all targets are set. */
  static final int USUAL_ELECTRONS = 500;

  /** The whole pipeline, of the ways that are measured. */
  private static final String WHOLE = "(c)";

  private static final Measured ASSUMED =
      new Measured(
          0.3,
          0.6,
          0.55,
          "assumed: there are no stored results of scripts/bench pipeline; the TaskManager's is the"
              + " target");

  /**
   * Reads the stored results.
   *
   * @throws IOException if they are there, and cannot be read or lack one of the three
   */
  static Measured read(Path pipeline) throws IOException {
    if (!Files.exists(pipeline)) {
      return ASSUMED;
    }
    JsonNode results = new ObjectMapper().readTree(pipeline.toFile());
    return new Measured(
        of(results, "producer", pipeline),
        of(results, "aggregator", pipeline),
        of(results, "taskmanager", pipeline),
        "measured by scripts/bench pipeline on %s, commit %s, %s"
            .formatted(
                results.path("date").asText(),
                results.path("commit").asText(),
                results.path("machine").path("processor").asText()));
  }

  /** That of the largest scan, whose start and end weigh least. */
  private static double of(JsonNode results, String role, Path file) throws IOException {
    Pattern wanted =
        Pattern.compile(
            "(\\d+)x(\\d+), %d electrons: %s CPU of the %s\\b.*"
                .formatted(USUAL_ELECTRONS, Pattern.quote(WHOLE), role),
            Pattern.CASE_INSENSITIVE);
    long largest = 0;
    double value = 0;
    for (JsonNode row : results.path("rows")) {
      Matcher name = wanted.matcher(row.path("name").asText());
      if (name.matches() && row.path("unit").asText().equals("CPU-s/GB")) {
        long positions = Long.parseLong(name.group(1)) * Long.parseLong(name.group(2));
        if (positions > largest) {
          largest = positions;
          value = row.path("value").asDouble();
        }
      }
    }
    if (value > 0) {
      return value;
    }
    throw new IOException(
        ("%s has no row with %d electrons, %s and 'CPU of the %s' in CPU-s/GB; measure again with scripts/bench"
                + " pipeline --save-baseline, or give the number with --%s-cpu and remove the file")
            .formatted(file, USUAL_ELECTRONS, WHOLE, role, role));
  }
}

package io.millrace.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Results of an earlier run, to compare later ones with.
 *
 * <p>A row has moved if its result and the earlier one differ by more than the noise of both
 * together. The result is the ratio where there is one. Values say something about the code only on
 * the same machine; on another one they are not compared.
 *
 * @param date when it was measured, ISO
 * @param commit what was measured
 * @param command that measured it; null in results that are older than this
 * @param machine where
 * @param rows what came out
 */
record Baseline(String date, String commit, String command, Machine machine, List<Line> rows) {
  /** Names in a line that a person still reads. */
  private static final int MOST_NAMES = 10;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * A row of then.
   *
   * @param spread noise of the ratio, or of the value where there is no ratio, as a share of it;
   *     null if unknown
   */
  record Line(String name, double value, String unit, Double ratio, Double spread) {
    private Line(Row row) {
      this(row.name(), row.value(), row.unit(), row.ratio(), row.spread());
    }

    private double result() {
      return ratio == null ? value : ratio;
    }
  }

  static Baseline of(List<Row> rows, Machine machine, String date, String commit, String command) {
    return new Baseline(date, commit, command, machine, rows.stream().map(Line::new).toList());
  }

  static Baseline read(Path file) throws IOException {
    try {
      return JSON.readValue(file.toFile(), Baseline.class);
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s is no baseline, see --save-baseline: %s".formatted(file, e.getOriginalMessage()), e);
    }
  }

  void write(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, JSON.writeValueAsString(this) + "\n");
  }

  /** What has moved since, a line each; and what could not be compared. Never empty. */
  List<String> compare(List<Row> now, Machine here, String commandNow) {
    boolean sameMachine = machine.equals(here);
    Map<String, Line> then = new LinkedHashMap<>();
    rows.forEach(line -> then.put(line.name, line));

    List<String> told = new ArrayList<>();
    if (!sameMachine) {
      told.add("another machine (%s), so only ratios are compared".formatted(machine));
    }
    if (!commandNow.equals(command)) {
      told.add(
          "measured by another command (%s), so rows of the same name may mean something else"
              .formatted(command));
    }
    int compared = 0;
    int ofOtherMachine = 0;
    List<String> unknownNoise = new ArrayList<>();
    List<String> added = new ArrayList<>();
    int moved = 0;
    for (Row row : now) {
      Line before = then.get(row.name());
      if (before == null
          || (before.ratio == null) != (row.ratio() == null)
          || !before.unit.equals(row.unit())) {
        added.add(row.name());
      } else if (row.ratio() == null && !sameMachine) {
        ofOtherMachine++;
      } else if (row.spread() == null || before.spread == null) {
        // Without noise any difference would be one.
        if (row.result() != before.result()) {
          unknownNoise.add(row.name());
        }
      } else {
        compared++;
        double change = row.result() / before.result() - 1;
        double noise = row.spread() + before.spread;
        if (!(Math.abs(change) <= noise)) {
          moved++;
          told.add(
              String.format(
                  Locale.ROOT,
                  "%s: %s %.4g, was %.4g: %+.1f %%, noise %.1f %%",
                  row.name(),
                  row.ratio() == null ? row.unit() : "ratio",
                  row.result(),
                  before.result(),
                  100 * change,
                  100 * noise));
        }
      }
      then.remove(row.name());
    }
    told.add("%d of %d rows moved by more than the noise of both".formatted(moved, compared));
    if (ofOtherMachine > 0) {
      told.add("%d rows without a ratio were not compared".formatted(ofOtherMachine));
    }
    if (!unknownNoise.isEmpty()) {
      told.add(
          "noise unknown, so not compared: "
              + (unknownNoise.size() <= MOST_NAMES
                  ? String.join("; ", unknownNoise)
                  : unknownNoise.size() + " rows"));
    }
    if (!added.isEmpty()) {
      told.add("not in the baseline: " + String.join("; ", added));
    }
    if (!then.isEmpty()) {
      told.add("only in the baseline: " + String.join("; ", then.keySet()));
    }
    return told;
  }
}

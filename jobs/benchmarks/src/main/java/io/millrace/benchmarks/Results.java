package io.millrace.benchmarks;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What was measured, as a table and as JSON.
 *
 * @param rows the rows of the table
 */
public record Results(List<Row> rows) {
  private static final List<String> HEAD =
      List.of("name", "value", "unit", "ratio", "target", "met");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** A row as {@code --json} has it. */
  @JsonPropertyOrder({"name", "value", "unit", "ratio", "target", "met"})
  private record Line(
      String name, double value, String unit, Double ratio, Double target, Boolean met) {
    Line(Row row) {
      this(row.name(), row.value(), row.unit(), row.ratio(), row.target(), row.met());
    }
  }

  /** A table that reads as well in a terminal as in Markdown. */
  String table() {
    List<List<String>> cells = rows.stream().map(Results::cells).toList();
    int[] widths =
        IntStream.range(0, HEAD.size())
            .map(
                c ->
                    Math.max(
                        HEAD.get(c).length(),
                        cells.stream().mapToInt(row -> row.get(c).length()).max().orElse(0)))
            .toArray();
    StringBuilder table = new StringBuilder(line(HEAD, widths));
    table.append(
        IntStream.range(0, HEAD.size())
            .mapToObj(
                c -> isNumber(c) ? "-".repeat(widths[c] + 1) + ":" : "-".repeat(widths[c] + 2))
            .collect(Collectors.joining("|", "|", "|\n")));
    cells.forEach(row -> table.append(line(row, widths)));
    return table.toString();
  }

  private static List<String> cells(Row row) {
    return List.of(
        row.name(),
        number(row.value()),
        row.unit(),
        row.ratio() == null ? "" : String.format(Locale.ROOT, "%.3f", row.ratio()),
        target(row),
        row.met() == null ? "" : row.met() ? "yes" : "NO");
  }

  /** Three digits of small numbers, all whole ones of large numbers. */
  private static String number(double value) {
    double size = Math.abs(value);
    String format = size < 10 ? "%.3f" : size < 100 ? "%.2f" : size < 1000 ? "%.1f" : "%,.0f";
    return String.format(Locale.ROOT, format, value);
  }

  /** The least or the most that it may be, with the unit if it is about the value. */
  private static String target(Row row) {
    Row.Bound bound = row.bound();
    if (bound == null) {
      return "";
    }
    // 0.75 and 200,000, not 0.750 and 200000.0
    String number = String.format(Locale.ROOT, "%,.3f", bound.target()).replaceFirst("\\.?0+$", "");
    return (bound.least() ? ">= " : "<= ") + number + (bound.ofValue() ? " " + row.unit() : "");
  }

  private static boolean isNumber(int column) {
    return column == 1 || column == 3 || column == 4;
  }

  private static String line(List<String> cells, int[] widths) {
    return IntStream.range(0, widths.length)
        .mapToObj(c -> ("%" + (isNumber(c) ? "" : "-") + widths[c] + "s").formatted(cells.get(c)))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  /** Writes the rows as an array of objects {name, value, unit, ratio, target, met}. */
  public void writeJson(Path file) throws IOException {
    JSON.writeValue(file.toFile(), rows.stream().map(Line::new).toList());
  }
}

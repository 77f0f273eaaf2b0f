package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What was measured.
 *
 * @param rows the rows of the table
 */
record Results(List<Row> rows) {
  private static final List<String> HEAD =
      List.of("name", "value", "unit", "ratio", "target", "met");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

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
        number(row.value() < 1000 ? "%.1f" : "%,.0f", row.value()),
        row.unit(),
        number("%.3f", row.ratio()),
        row.target() == null ? "" : number(row.ratio() == null ? "< %.0f" : "%.2f", row.target()),
        row.met() == null ? "" : row.met() ? "yes" : "NO");
  }

  private static String number(String format, Double value) {
    return value == null ? "" : String.format(Locale.ROOT, format, value);
  }

  private static boolean isNumber(int column) {
    return column == 1 || column == 3 || column == 4;
  }

  private static String line(List<String> cells, int[] widths) {
    return IntStream.range(0, widths.length)
        .mapToObj(c -> ("%" + (isNumber(c) ? "" : "-") + widths[c] + "s").formatted(cells.get(c)))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  /** Writes the rows as an array of objects. */
  void writeJson(Path file) throws IOException {
    JSON.writeValue(file.toFile(), rows);
  }
}

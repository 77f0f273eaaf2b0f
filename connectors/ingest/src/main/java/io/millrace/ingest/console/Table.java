package io.millrace.ingest.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Aligned columns under their names. A column in which nothing stands is left out. */
final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  Table(String... names) {
    rows.add(Arrays.stream(names).map(n -> n.toUpperCase(Locale.ROOT)).toList());
  }

  /** Adds a row with a cell for each column. What would break a line is a space. */
  Table row(String... cells) {
    if (cells.length != rows.get(0).size()) {
      throw new IllegalArgumentException(
          "%d cells for %d columns".formatted(cells.length, rows.get(0).size()));
    }
    rows.add(Arrays.stream(cells).map(c -> c.replaceAll("\\s*\\R\\s*", " ").strip()).toList());
    return this;
  }

  boolean isEmpty() {
    return rows.size() == 1;
  }

  /** The lines, each with its end. */
  @Override
  public String toString() {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    boolean[] used = new boolean[columns];
    for (int r = 0; r < rows.size(); r++) {
      for (int c = 0; c < columns; c++) {
        String cell = rows.get(r).get(c);
        widths[c] = Math.max(widths[c], cell.length());
        used[c] |= r > 0 && !cell.isEmpty();
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        if (used[c]) {
          line.append(row.get(c)).append(" ".repeat(widths[c] - row.get(c).length())).append(GAP);
        }
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}

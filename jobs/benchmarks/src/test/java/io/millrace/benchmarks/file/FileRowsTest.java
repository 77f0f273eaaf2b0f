package io.millrace.benchmarks.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.benchmarks.Row;
import io.millrace.hdf5.Layout;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileRowsTest {
  @Test
  void rowsAreMediansOfTheTurns() {
    FileTurns turns = new FileTurns(new FileCase(Layout.VLEN, 500, 100));
    // 10,000 positions, 20 MB: plain, counted, of these waiting.
    turns.add(20e6, 1e7, 5e7, 1e7);
    turns.add(20e6, 2e7, 8e7, 3e7);
    turns.add(20e6, 2e7, 8e7, 4e7);
    turns.add(20e6, 4e7, 8e7, 4e7);
    List<Row> rows = FileCommand.rows(List.of(turns));
    assertThat(rows)
        .containsExactly(
            Row.of("lists, 500 events: limit, as many bytes", 1000, "MB/s").ratio(1),
            Row.of("lists, 500 events", 125_000, "positions/s")
                .ratio(0.25)
                .spread((0.3125 - 0.2375) / 2 / 0.25)
                .valueAtLeast(200_000),
            Row.of("lists, 500 events: events", 62.5, "million/s"),
            Row.of("lists, 500 events: without waiting for the disk", 250_000, "positions/s")
                .spread((250_000.0 - 237_500) / 2 / 250_000),
            Row.of("lists, 500 events: share of the time that is fsync", 43.75, "%"));
    assertThat(rows.get(1).met()).isFalse();
  }

  @Test
  void onlyListsOf500EventsHaveATarget() {
    assertThat(FileCase.all(false).stream().filter(FileCase::hasTarget))
        .containsExactly(new FileCase(Layout.VLEN, 500, 512));
  }
}
